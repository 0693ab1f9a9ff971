internal import Capabilities

/// Finds the entry of a palette that is nearest to a colour (spec/FORMS.md, "Palettes").
///
/// Distances are taken in linear light, where errors are diffused, with weights 3, 4 and 2 for red,
/// green and blue: equal weights turn greens that the palette lacks into reds, luminance's weights
/// hide the hue of blues.
///
/// Of many entries only those are tried that can be the nearest to some colour of a cell around the
/// one asked for; which these are is found when the cell's first colour comes. The answer is exact.
struct PaletteMatcher {
  /// Of the squares of differences in red, green and blue.
  static let weights = SIMD3(3, 4, 2)

  /// Channels of the colours that can be asked for.
  static let range: ClosedRange<Int32> = -65_536...131_071

  /// Up to so many entries, trying all is quicker than looking for the cell.
  private static let fewEntries = 8

  /// Linear light of every entry, in the order of ties.
  let entries: [SIMD4<Int32>]
  /// The code of every entry.
  let codes: [UInt16]
  private let planes: [Plane]
  private let axis: MatchingAxis
  private var cells: CellLists

  /// One entry's distance, without the part that all entries share:
  /// Σ w·(v − p)² − Σ w·v² = Σ w·p² − Σ 2·w·p·v.
  private struct Plane {
    let offset: Int
    let red: Int
    let green: Int
    let blue: Int

    init(_ entry: SIMD4<Int32>) {
      let channels = (Int(entry.x), Int(entry.y), Int(entry.z))
      red = 2 * PaletteMatcher.weights.x * channels.0
      green = 2 * PaletteMatcher.weights.y * channels.1
      blue = 2 * PaletteMatcher.weights.z * channels.2
      offset = (red * channels.0 + green * channels.1 + blue * channels.2) / 2
    }

    /// Factors below 2^20 and 2^18: no product passes 2^38.
    func distance(_ color: SIMD3<Int>) -> Int {
      offset &- red &* color.x &- green &* color.y &- blue &* color.z
    }

    /// The most that this distance is above another one, over a box of colours.
    func mostAbove(_ other: Plane, from lowest: SIMD3<Int>, through highest: SIMD3<Int>) -> Int {
      // Numbers by themselves: vectors of 64 bits multiply slowly where processors lack them.
      func least(_ slope: Int, _ lowest: Int, _ highest: Int) -> Int {
        slope &* (slope > 0 ? lowest : highest)
      }
      return offset &- other.offset &- least(red &- other.red, lowest.x, highest.x)
        &- least(green &- other.green, lowest.y, highest.y)
        &- least(blue &- other.blue, lowest.z, highest.z)
    }
  }

  /// A palette of fixed colours.
  init(_ palette: PaletteColor) {
    self.init(
      entries: palette.entries.map { entry in
        let color = LinearColor(entry.rgb)
        return SIMD4(Int32(color.red), Int32(color.green), Int32(color.blue), 0)
      },
      codes: palette.entries.map { UInt16($0.code) })
  }

  /// - Parameters:
  ///   - entries: linear light, channels 0…65,535, the fourth 0; one at least. Of equally near ones the
  ///     first is taken.
  ///   - codes: one for each entry.
  init(entries: [SIMD4<Int32>], codes: [UInt16]) {
    precondition(!entries.isEmpty && entries.count == codes.count)
    self.entries = entries
    self.codes = codes
    planes = entries.map { Plane($0) }
    axis = MatchingAxis()
    cells = CellLists(cellCount: entries.count > Self.fewEntries ? axis.spaceCellCount : 0)
  }

  /// Index of the entry nearest to a linear colour; a tie goes to the first.
  /// - Parameter color: channels within ``range``.
  mutating func nearest(to color: SIMD4<Int32>) -> Int {
    let place = SIMD3(Int(color.x), Int(color.y), Int(color.z))
    guard planes.count > Self.fewEntries else { return nearest(to: place) }
    let cell = axis.cell(of: color)
    if !cells.holds(cell) { cells.set(cell, to: candidates(of: cell)) }
    let candidates = cells.places(of: cell)
    var nearest = cells[candidates.lowerBound]
    guard candidates.count > 1 else { return nearest }
    var least = planes[nearest].distance(place)
    for candidate in candidates.dropFirst() {
      let index = cells[candidate]
      let distance = planes[index].distance(place)
      if distance < least {
        least = distance
        nearest = index
      }
    }
    return nearest
  }

  /// By trying all.
  private func nearest(to place: SIMD3<Int>) -> Int {
    var nearest = 0
    var least = Int.max
    for index in planes.indices {
      let distance = planes[index].distance(place)
      if distance < least {
        least = distance
        nearest = index
      }
    }
    return nearest
  }

  /// The entries that are nearest to some colour of a cell, and perhaps few others, ascending.
  private func candidates(of cell: Int) -> [Int] {
    let (lowest, highest) = axis.box(of: cell)
    let rival = nearest(to: (lowest &+ highest) &>> 1)
    // First by one good rival, then each by each.
    let left = planes.indices.filter { !isBeaten($0, by: rival, from: lowest, through: highest) }
    return left.filter { index in
      !left.contains { isBeaten(index, by: $0, from: lowest, through: highest) }
    }
  }

  /// Whether another entry would be taken all over a box.
  private func isBeaten(
    _ index: Int, by rival: Int, from lowest: SIMD3<Int>, through highest: SIMD3<Int>
  ) -> Bool {
    let most = planes[rival].mostAbove(planes[index], from: lowest, through: highest)
    return most < 0 || (most == 0 && rival < index)
  }

  /// The least of every channel in any entry.
  var darkest: SIMD4<Int32> {
    entries.reduce(SIMD4(repeating: 65_535)) { pointwiseMin($0, $1) }
  }

  /// The greatest of every channel in any entry.
  var lightest: SIMD4<Int32> {
    entries.reduce(SIMD4(repeating: 0)) { pointwiseMax($0, $1) }
  }

  /// The linear colour of pixel `x` of a planar row, its tone applied.
  static func color(
    _ row: [UInt16], _ x: Int, width: Int, target: [UInt16]?
  ) -> SIMD4<Int32> {
    let red = row[x]
    let green = row[width + x]
    let blue = row[2 * width + x]
    guard let target else { return SIMD4(Int32(red), Int32(green), Int32(blue), 0) }
    return SIMD4(
      Int32(target[Int(red)]), Int32(target[Int(green)]), Int32(target[Int(blue)]), 0)
  }
}
