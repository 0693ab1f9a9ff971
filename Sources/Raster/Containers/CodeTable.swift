internal import Capabilities

/// What codes show, for files that carry a table of colours.
enum CodeTable {
  /// The colours of codes 0, 1, 2 …; codes that a palette skips are black, and so are all before an
  /// adaptive palette is chosen.
  static func colors(of color: Color, count: Int) -> [RGB8] {
    var colors = Array(repeating: RGB8(red: 0, green: 0, blue: 0), count: count)
    switch color {
    case .gray(let gray):
      let highest = (1 << gray.bits) - 1
      for code in 0..<min(count, highest + 1) {
        let shade = UInt8((code * 510 + highest) / (2 * highest))
        colors[code] = RGB8(red: shade, green: shade, blue: shade)
      }
    case .palette(let palette):
      for entry in palette.entries where Int(entry.code) < count {
        colors[Int(entry.code)] = entry.rgb
      }
    case .adaptive, .rgb, .cmyk: break
    }
    return colors
  }
}
