package import Capabilities

/// What a PNG's IHDR and PLTE say about a form in container `png`; the pipeline makes the scanlines,
/// without filter bytes.
package struct PNGImage: Sendable, Equatable {
  /// PNG's colour types that a form uses.
  package enum ColorType: Sendable, Equatable {
    /// Colour type 0.
    case gray
    /// Colour type 3; entries in code order from code 0, skipped codes are black.
    case palette([RGB8])
    /// Colour type 2.
    case rgb
    /// Colour type 6.
    case rgba
  }

  /// Pixels.
  package let width: Int
  /// Rows.
  package let height: Int
  /// Bits a sample: 1, 2, 4 or 8.
  package let bitDepth: Int
  /// How samples are to be read.
  package let colorType: ColorType
  /// Bytes of a scanline, without the filter byte.
  package let bytesPerRow: Int

  /// - Returns: `nil` for a capability of another container.
  package init?(capability: Capability, geometry: Geometry) {
    guard capability.container == .png else { return nil }
    width = geometry.formWidth
    height = geometry.formHeight
    bitDepth = Self.bitDepth(capability.color)
    let samples: Int
    switch capability.color {
    case .palette(let palette):
      colorType = .palette(Self.colors(palette))
      samples = 1
    case .rgb(let rgb):
      colorType = rgb.alpha > 0 ? .rgba : .rgb
      samples = rgb.alpha > 0 ? 4 : 3
    case .gray, .adaptive, .cmyk:
      colorType = .gray
      samples = 1
    }
    bytesPerRow = (width * samples * bitDepth + 7) / 8
  }

  /// The next depth that PNG has.
  static func bitDepth(_ color: Color) -> Int {
    if case .rgb = color { return 8 }
    return [1, 2, 4].first { $0 >= color.bitsPerPixel } ?? 8
  }

  private static func colors(_ palette: PaletteColor) -> [RGB8] {
    let black = RGB8(red: 0, green: 0, blue: 0)
    var colors: [RGB8] = []
    for entry in palette.entries {
      colors += repeatElement(black, count: Int(entry.code) - colors.count)
      colors.append(entry.rgb)
    }
    return colors
  }
}
