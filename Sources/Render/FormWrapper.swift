internal import Capabilities
internal import Codecs
internal import Raster

/// A container around the pipeline's bytes that needs a compressor or an encoder: it is made here, since the
/// pipeline has none.
protocol FormWrapper: AnyObject {
  /// Takes what the pipeline made.
  /// - Returns: the bytes that are ready.
  func wrap(_ bytes: [UInt8]) throws(RenderError) -> [UInt8]

  /// Ends the form.
  /// - Returns: the rest.
  func finish() throws(RenderError) -> [UInt8]
}

/// The wrapper of a form; `nil` when the pipeline's bytes are the form already, and while a palette
/// that stands in front of them is not chosen.
/// - Parameter palette: what was chosen for the picture.
func makeWrapper(
  for capability: Capability, geometry: Geometry, palette: PaletteColor? = nil
) throws(RenderError) -> (any FormWrapper)? {
  switch capability.container {
  case .png:
    guard let image = PNGImage(capability: capability, geometry: geometry, palette: palette)
    else { return nil }
    return try PNGContainer(image)
  case .zplZ64(let affixes): return try ZPLZ64Container(affixes, geometry: geometry)
  case .openEPaperLink: return OpenEPaperLinkContainer(geometry)
  case .jpeg(let quality):
    return try JPEGContainer(
      quality: quality, width: geometry.formWidth, height: geometry.formHeight,
      isGray: capability.color.bitsPerPixel == 8)
  default: return nil
  }
}
