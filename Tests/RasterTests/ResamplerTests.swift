import Capabilities
import Testing

@testable import Raster

struct ResamplerTests {
  struct Case: Sendable {
    let picture: (width: Int, height: Int)
    let scaled: (width: Int, height: Int)
    var shrink = 1
    /// Of 65,535, of the largest deviation. Q14 weights of many taps and full swing cost some.
    var tolerance = 24.0
  }

  static let cases = [
    Case(picture: (40, 30), scaled: (13, 11)), Case(picture: (40, 30), scaled: (20, 15)),
    Case(picture: (40, 30), scaled: (39, 29)), Case(picture: (9, 7), scaled: (31, 23)),
    Case(picture: (9, 7), scaled: (9, 14)), Case(picture: (1, 1), scaled: (5, 4)),
    Case(picture: (2, 50), scaled: (5, 3)), Case(picture: (50, 2), scaled: (1, 6)),
    Case(picture: (300, 200), scaled: (2, 1), tolerance: 200),
    Case(picture: (81, 63), scaled: (17, 12), shrink: 2),
    Case(picture: (83, 65), scaled: (9, 7), shrink: 4),
    Case(picture: (161, 129), scaled: (8, 7), shrink: 8),
  ]

  @Test(arguments: cases)
  func agreesWithDoublePrecision(given: Case) throws {
    var random = Random(1)
    let rows = (0..<(given.picture.height + given.shrink - 1) / given.shrink).map { _ in
      random.samples((given.picture.width + given.shrink - 1) / given.shrink)
    }
    let exact = ReferenceResampler.scale(
      rows, picture: given.picture, shrink: given.shrink, scaled: given.scaled)
    let scaled = try resample(rows, given)
    #expect(scaled.count == exact.count)
    for (row, exactRow) in zip(scaled, exact) {
      #expect(row.count == exactRow.count)
      for (value, exactValue) in zip(row, exactRow) {
        #expect(abs(Double(value) - exactValue) < given.tolerance)
      }
    }
  }

  /// The same weights applied in the plainest way give the very same numbers.
  @Test(arguments: cases)
  func agreesExactlyWithItsOwnWeights(given: Case) throws {
    var random = Random(2)
    let rows = (0..<(given.picture.height + given.shrink - 1) / given.shrink).map { _ in
      random.samples((given.picture.width + given.shrink - 1) / given.shrink)
    }
    let across = AxisFilter(
      pictureSide: given.picture.width, shrink: given.shrink, scaledSide: given.scaled.width)
    let down = AxisFilter(
      pictureSide: given.picture.height, shrink: given.shrink, scaledSide: given.scaled.height)
    func sum(_ weights: FilterWeights, _ sample: (Int) -> Int) -> Int {
      let sum = (weights.first...weights.last).reduce(0) { $0 + Int(weights[$1]) * sample($1) }
      return (sum + 8_192) >> 14
    }
    let narrow = rows.map { row in
      (0..<given.scaled.width).map { x in sum(across.weights(at: x)) { Int(row[$0]) } }
    }
    let expected = (0..<given.scaled.height).map { y in
      (0..<given.scaled.width).map { x in
        UInt16(min(max(sum(down.weights(at: y)) { narrow[$0][x] }, 0), 65_535))
      }
    }
    #expect(try resample(rows, given) == expected)
  }

  @Test(arguments: cases)
  func flatFieldsStayFlat(given: Case) throws {
    for value in [0, 1, 20_000, 65_534, 65_535] as [UInt16] {
      let width = (given.picture.width + given.shrink - 1) / given.shrink
      let height = (given.picture.height + given.shrink - 1) / given.shrink
      let row = Array(repeating: value, count: width)
      let scaled = try resample(Array(repeating: row, count: height), given)
      #expect(scaled.allSatisfy { $0.allSatisfy { $0 == value } })
    }
  }

  @Test func passesUnscaledPicturesThrough() throws {
    var random = Random(3)
    let rows = (0..<6).map { _ in random.samples(7) }
    #expect(try resample(rows, Case(picture: (7, 6), scaled: (7, 6))) == rows)
  }

  @Test(arguments: [(3, 200), (200, 3), (1_000_000, 1), (65_535, 65_534), (7, 7), (1, 65_535)])
  func weightsSumToOneAndLeaveHeadRoom(pictureSide: Int, scaledSide: Int) {
    let filter = AxisFilter(pictureSide: pictureSide, shrink: 1, scaledSide: scaledSide)
    for index in stride(from: 0, to: scaledSide, by: max(1, scaledSide / 50)) {
      let weights = filter.weights(at: index)
      #expect(weights.weights.reduce(0) { $0 + Int($1) } == 16_384)
      // Two passes must stay below 2^31 / 2^29 = 4 together.
      #expect(weights.weights.reduce(0) { $0 + abs(Int($1)) } < 16_384 * 17 / 10)
      #expect(weights.first >= 0 && weights.last < pictureSide)
    }
  }

  /// The hardest swing, black and white in turn, must not wrap around.
  @Test func overshootIsClampedNotWrapped() throws {
    let rows = (0..<24).map { y in
      (0..<24).map { x in (x / 3 + y / 3) % 2 == 0 ? 0 : 65_535 as UInt16 }
    }
    let given = Case(picture: (24, 24), scaled: (61, 61))
    let exact = ReferenceResampler.scale(
      rows, picture: given.picture, shrink: 1, scaled: given.scaled)
    for (row, exactRow) in zip(try resample(rows, given), exact) {
      for (value, exactValue) in zip(row, exactRow) {
        #expect(abs(Double(value) - exactValue) < 30)
      }
    }
  }

  @Test func onlyTheWindowIsMade() throws {
    var random = Random(4)
    let rows = (0..<30).map { _ in random.samples(40) }
    let whole = try resample(rows, Case(picture: (40, 30), scaled: (20, 15)))
    let capability = try Capability(
      size: PanelSize(width: 20, height: 5), color: gray(16),
      fit: Fit(mode: .cover, gravity: .south))
    let bytes = try form(of: rows, width: 40, capability)
    #expect(
      bytes
        == whole.suffix(5).flatMap { row in
          row.flatMap { value in
            let code = LinearLight.encodedTable[Int(value)]
            return [UInt8(code >> 8), UInt8(code & 255)]
          }
        })
  }

  private func resample(_ rows: [[UInt16]], _ given: Case) throws -> [[UInt16]] {
    let capability = try Capability(
      size: PanelSize(width: given.scaled.width, height: given.scaled.height), color: gray(16),
      fit: Fit(mode: .stretch))
    let geometry = try Geometry(
      pictureWidth: given.picture.width, pictureHeight: given.picture.height,
      orientation: .topLeft, capability: capability)
    var resampler = Resampler(geometry: geometry, shrink: given.shrink, channels: .gray)
    var scaled: [[UInt16]] = []
    var row = Array(repeating: UInt16(0), count: given.scaled.width)
    for source in rows {
      resampler.push(source.span)
      while resampler.nextRow(into: &row) { scaled.append(row) }
    }
    return scaled
  }
}
