internal import Capabilities

/// Finds the entry of a fixed palette that is nearest to a colour (spec/FORMS.md, "Palettes").
///
/// Distances are taken in linear light, where errors are diffused, with weights 3, 4 and 2 for red,
/// green and blue: equal weights turn greens that the palette lacks into reds, luminance's weights
/// hide the hue of blues.
struct PaletteMatcher {
  /// Of the squares of differences in red, green and blue.
  static let weights = SIMD3(3, 4, 2)

  /// Linear light of every entry, ascending by code.
  let entries: [SIMD4<Int32>]
  /// The code of every entry.
  let codes: [UInt16]
  private let planes: [Plane]

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
  }

  init(_ palette: PaletteColor) {
    entries = palette.entries.map { entry in
      let color = LinearColor(entry.rgb)
      return SIMD4(Int32(color.red), Int32(color.green), Int32(color.blue), 0)
    }
    codes = palette.entries.map { UInt16($0.code) }
    planes = entries.map { Plane($0) }
  }

  /// Index of the entry nearest to a linear colour; a tie goes to the lowest code.
  func nearest(to color: SIMD4<Int32>) -> Int {
    let red = Int(color.x)
    let green = Int(color.y)
    let blue = Int(color.z)
    var nearest = 0
    var least = Int.max
    for index in planes.indices {
      let plane = planes[index]
      // Factors below 2^20 and 2^18: no product passes 2^38.
      let distance =
        plane.offset &- plane.red &* red &- plane.green &* green &- plane.blue &* blue
      if distance < least {
        least = distance
        nearest = index
      }
    }
    return nearest
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
