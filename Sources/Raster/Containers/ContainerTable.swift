internal import Capabilities

/// The containers that are made; the one place that names them. What has no rows here is refused by
/// ``RendererSupport``.
enum ContainerTable {
  /// How the container of a capability wants its rows.
  /// - Returns: `nil` for `raw`, which has the capability's own layout, and for what is not made.
  static func rows(of capability: Capability) -> ContainerRows? {
    let color = capability.color
    switch capability.container {
    case .pnm: return PNMWriter.rows(color)
    case .png: return PNGImage.rows(color)
    case .escposGSV0, .escposBitImage, .starRaster, .dymo, .zplGFA, .zplZ64:
      return .bitmap(black: .highest)
    case .eplGW, .tsplBitmap, .wbmp: return .bitmap(black: .zero)
    case .cpclEG:
      guard case .gray(let gray) = color else { return nil }
      return .bitmap(black: gray.black)
    case .escposGS8L: return .inks(color)
    case .bmp: return BMPWriter.rows(color)
    case .lvgl: return LVGLWriter.rows(color)
    case .openEPaperLink:
      var rows = ContainerRows.inks(color)
      rows.rowAlign = 0
      return rows
    case .raw, .pwg, .urf, .brotherQL, .jpeg: return nil
    }
  }

  /// What stands around the rows.
  /// - Returns: `nil` where it is wrapped around the pipeline's bytes later, since it needs a
  ///   compressor, which this module has not, and for `raw`.
  static func writer(_ shape: ContainerShape) -> (any ContainerWriter)? {
    switch shape.capability.container {
    case .pnm: PNMWriter(shape)
    case .escposGSV0(let stripRows, _): ESCPOSRasterWriter(shape, stripRows: stripRows)
    case .escposGS8L: ESCPOSGraphicsWriter(shape)
    case .escposBitImage: ESCPOSBitImageWriter(shape)
    case .starRaster: StarRasterWriter(shape)
    case .dymo: DymoWriter(shape)
    case .zplGFA: ZPLGraphicWriter(shape)
    case .eplGW: LabelRowsWriter.epl(shape)
    case .tsplBitmap: LabelRowsWriter.tspl(shape)
    case .cpclEG: LabelRowsWriter.cpcl(shape)
    case .bmp: BMPWriter(shape)
    case .wbmp: WBMPWriter(shape)
    case .lvgl: LVGLWriter(shape)
    case .raw, .png, .pwg, .urf, .zplZ64, .brotherQL, .openEPaperLink, .jpeg: nil
    }
  }
}
