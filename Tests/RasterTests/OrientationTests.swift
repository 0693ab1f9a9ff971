import Capabilities
import Testing

@testable import Raster

struct OrientationTests {
  /// EXIF's eight values, drawn: how the stored rows `ab / cd / ef` are shown.
  @Test(arguments: [
    (Orientation.topLeft, ["ab", "cd", "ef"]), (.topRight, ["ba", "dc", "fe"]),
    (.bottomRight, ["fe", "dc", "ba"]), (.bottomLeft, ["ef", "cd", "ab"]),
    (.leftTop, ["ace", "bdf"]), (.rightTop, ["eca", "fdb"]),
    (.rightBottom, ["fdb", "eca"]), (.leftBottom, ["bdf", "ace"]),
  ])
  func showsAsExifSays(orientation: Orientation, shown: [String]) throws {
    let stored = ["ab", "cd", "ef"].map { $0.utf8.map { UInt16($0) } }
    let capability = try Capability(
      size: PanelSize(width: shown[0].count, height: shown.count), color: gray(16),
      fit: Fit(mode: .none))
    let expected = shown.flatMap { row in
      row.utf8.flatMap { letter in
        let code = LinearLight.encodedTable[Int(letter)]
        return [UInt8(code >> 8), UInt8(code & 255)]
      }
    }
    #expect(try form(of: stored, width: 2, orientation: orientation, capability) == expected)
  }

  @Test(
    arguments: Orientation.allCases,
    [
      (Fit.Rotation.none, 0), (.clockwise90, 1), (.clockwise180, 2), (.clockwise270, 3),
      (.automatic, 0),
    ])
  func turnsComposeLikePictures(orientation: Orientation, rotation: (Fit.Rotation, Int)) {
    let stored = [[1, 2, 3], [4, 5, 6]]
    var expected = shown(stored, orientation)
    for _ in 0..<rotation.1 { expected = quarterTurn(expected) }
    #expect(shown(stored, orientation.turned(rotation.0)) == expected)
  }

  private func quarterTurn(_ rows: [[Int]]) -> [[Int]] {
    rows[0].indices.map { x in rows.reversed().map { $0[x] } }
  }

  private func shown(_ stored: [[Int]], _ orientation: Orientation) -> [[Int]] {
    var rows = stored
    if orientation.transposes { rows = rows[0].indices.map { x in rows.map { $0[x] } } }
    if orientation.mirrorsColumns { rows = rows.map { $0.reversed() } }
    return orientation.mirrorsRows ? rows.reversed() : rows
  }
}
