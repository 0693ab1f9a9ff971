internal import Capabilities

/// Finds the entry of a fixed palette that is nearest to a colour (spec/FORMS.md, "Palettes").
package struct PaletteMatcher {
  package nonisolated(unsafe) static var space = 0
  /// Linear light of every entry, ascending by code.
  let entries: [SIMD4<Int32>]
  /// The code of every entry.
  let codes: [UInt16]
  /// Where the entries stand in the space of distances.
  private let places: [SIMD4<Int32>]
  private let encoded: [UInt16]

  init(_ palette: PaletteColor) {
    encoded = LinearLight.encodedTable
    let encoded = encoded
    entries = palette.entries.map { entry in
      let color = LinearColor(entry.rgb)
      return SIMD4(Int32(color.red), Int32(color.green), Int32(color.blue), 0)
    }
    codes = palette.entries.map { UInt16($0.code) }
    places = entries.map { Self.place($0, encoded) }
  }

  /// Index of the entry nearest to a linear colour; a tie goes to the lowest code.
  func nearest(to color: SIMD4<Int32>) -> Int {
    let place = Self.place(color, encoded)
    var best = 0
    var bestDistance = Int.max
    for index in places.indices {
      let d = place &- places[index]
      let r = Int(d.x), g = Int(d.y), b = Int(d.z)
      var distance = 0
      switch unsafe Self.space {
      case 0: distance = r * r * 2126 + g * g * 7152 + b * b * 722
      case 1: distance = r * r + g * g + b * b
      case 2: distance = r * r * 3 + g * g * 4 + b * b * 2
      case 3: distance = r * r + g * g + b * b // encoded
      case 4: distance = r * r * 2126 + g * g * 7152 + b * b * 722 // encoded lum
      case 5: distance = r * r * 3 + g * g * 4 + b * b * 2 // encoded
      default: distance = r * r + g * g + b * b
      }
      if distance < bestDistance {
        bestDistance = distance
        best = index
      }
    }
    return best
  }

  private static func place(_ c: SIMD4<Int32>, _ t: [UInt16]) -> SIMD4<Int32> {
    if unsafe space < 3 { return c }
    func e(_ v: Int32) -> Int32 { Int32(t[Int(min(max(v, 0), 65535))]) }
    if unsafe space < 6 { return SIMD4(e(c.x), e(c.y), e(c.z), 0) }
    // oklab, experiment only
    let r = Double(max(c.x, 0)) / 65535, g = Double(max(c.y, 0)) / 65535, b = Double(max(c.z, 0)) / 65535
    func cb(_ x: Double) -> Double { ElementaryFunctions.power(min(1,x), 1 / 3.0) }
    let l = cb(0.4122214708 * r + 0.5363325363 * g + 0.0514459929 * b)
    let m = cb(0.2119034982 * r + 0.6806995451 * g + 0.1073969566 * b)
    let s = cb(0.0883024619 * r + 0.2817188376 * g + 0.6299787005 * b)
    let L = 0.2104542553 * l + 0.7936177850 * m - 0.0040720468 * s
    let A = 1.9779984951 * l - 2.4285922050 * m + 0.4505937099 * s
    let B = 0.0259040371 * l + 0.7827717662 * m - 0.8086757660 * s
    return SIMD4(Int32(L * 65535), Int32(A * 65535), Int32(B * 65535), 0)
  }
}

extension PaletteMatcher {
  package nonisolated(unsafe) static var margin: Int32 = 16384
  /// Values are held above this while errors are diffused.
  var lowest: SIMD4<Int32> {
    let m = unsafe Self.margin
    return entries.dropFirst().reduce(entries[0]) { pointwiseMin($0, $1) } &- m
  }

  /// Values are held below this while errors are diffused.
  var highest: SIMD4<Int32> {
    let m = unsafe Self.margin
    return entries.dropFirst().reduce(entries[0]) { pointwiseMax($0, $1) } &+ m
  }

  /// How far an ordered dither displaces each channel from end to end.
  var spread: SIMD4<Int32> {
    let m = unsafe Self.margin
    let range = highest &- lowest &- 2 &* m
    // Entries spread evenly over the cube of colours have this many levels a channel.
    let levels = (2...6).last { $0 * $0 * $0 <= entries.count } ?? 2
    return range / Int32(levels - 1)
  }

  /// The linear colour of a pixel, its tone applied.
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
