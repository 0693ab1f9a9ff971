import CImage

/// What the chunks of a PNG before its IDAT say, as values.
struct PNGHeader {
  var width: Int
  var height: Int
  var bitDepth: Int
  var colorType: PNGColorType
  var isInterlaced: Bool
  var bytesPerRow: Int
  /// r, g, b, alpha of every entry; empty unless there is a palette.
  var palette: [UInt8]
  /// One sample or three, as stored.
  var transparentColor: [UInt16]?
  var hasPaletteAlpha: Bool
  var profile: [UInt8]
  var hasSRGB: Bool
  /// gAMA × 100,000; 0 without.
  var gamma: Int
  /// cHRM × 100,000: white x, y, red, green, blue; empty without.
  var chromaticities: [Int]
  var exif: [UInt8]

  /// Copies what lives in the reader.
  init(_ header: cimage_png_header) throws(PictureError) {
    guard let colorType = unsafe PNGColorType(rawValue: header.color_type) else {
      throw unsafe .unsupported("PNG colour type \(header.color_type)")
    }
    self.colorType = colorType
    width = unsafe Int(header.width)
    height = unsafe Int(header.height)
    bitDepth = unsafe Int(header.bit_depth)
    isInterlaced = unsafe header.is_interlaced
    bytesPerRow = unsafe header.bytes_per_row
    palette = unsafe Self.palette(header)
    hasPaletteAlpha = unsafe header.palette_alpha_count > 0
    if unsafe header.has_transparent_color {
      let color = unsafe header.transparent_color
      transparentColor = colorType == .rgb ? [color.0, color.1, color.2] : [color.0]
    }
    profile = unsafe [UInt8](
      UnsafeBufferPointer(start: header.profile, count: header.profile_byte_count))
    hasSRGB = unsafe header.has_srgb
    gamma = unsafe Int(header.gamma)
    let c = unsafe header.chromaticities
    chromaticities =
      unsafe header.has_chromaticities
      ? [c.0, c.1, c.2, c.3, c.4, c.5, c.6, c.7].map(Int.init) : []
    exif = unsafe [UInt8](UnsafeBufferPointer(start: header.exif, count: header.exif_byte_count))
  }

  private static func palette(_ header: cimage_png_header) -> [UInt8] {
    let colors = unsafe UnsafeBufferPointer(
      start: header.palette, count: 3 * header.palette_entry_count)
    let alpha = unsafe UnsafeBufferPointer(
      start: header.palette_alpha, count: header.palette_alpha_count)
    var entries: [UInt8] = []
    for index in unsafe 0..<header.palette_entry_count {
      unsafe entries += colors[3 * index..<3 * index + 3]
      unsafe entries.append(index < alpha.count ? alpha[index] : 255)
    }
    return entries
  }

  /// Where the colours of the picture are defined.
  var colorSource: ColorSource {
    let isGray = colorType == .gray || colorType == .grayAlpha
    let space = isGray ? CIMAGE_SPACE_GRAY : CIMAGE_SPACE_RGB
    if let source = ColorSource(profile: profile, space: space) { return source }
    if hasSRGB || gamma == 0 { return .srgb }
    return ColorSource(gamma: gamma, chromaticities: chromaticities)
  }
}
