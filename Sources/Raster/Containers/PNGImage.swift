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

  /// - Returns: `nil` for a capability of another container, and for a palette not chosen yet.
  /// - Parameter palette: what was chosen for the picture; an adaptive palette needs it.
  package init?(capability: Capability, geometry: Geometry, palette: PaletteColor? = nil) {
    guard capability.container == .png else { return nil }
    width = geometry.formWidth
    height = geometry.formHeight
    bitDepth = Self.bitDepth(capability.color)
    let samples: Int
    let color = palette.map { Color.palette($0) } ?? capability.color
    switch color {
    case .palette(let palette):
      let highest = palette.entries.last.map { Int($0.code) } ?? 0
      colorType = .palette(CodeTable.colors(of: color, count: highest + 1))
      samples = 1
    case .rgb(let rgb):
      colorType = rgb.alpha > 0 ? .rgba : .rgb
      samples = rgb.alpha > 0 ? 4 : 3
    case .adaptive:
      return nil
    case .gray, .cmyk:
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

  /// PNG's own order: red, green, blue, alpha.
  static func rows(_ color: Color) -> ContainerRows {
    guard case .rgb(let rgb) = color else {
      return ContainerRows(planes: [.code(bits: bitDepth(color))])
    }
    let hasAlpha = rgb.alpha > 0
    let lowest = hasAlpha ? 8 : 0
    let fields = (0..<3).map { PlaneFormat.Field(channel: $0, shift: (2 - $0) * 8 + lowest) }
    return ContainerRows(
      planes: [PlaneFormat(bits: 24 + lowest, fields: fields, constant: hasAlpha ? 0xFF : 0)])
  }
}
