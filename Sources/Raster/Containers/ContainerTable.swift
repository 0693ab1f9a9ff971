internal import Capabilities

/// The containers that are made; the one place that names them.
enum ContainerTable {
  /// How the container of a capability wants its rows.
  /// - Returns: `nil` for `raw`, which has the capability's own layout.
  static func rows(of capability: Capability) -> ContainerRows? {
    let color = capability.color
    switch capability.container {
    case .pnm: return PNMWriter.rows(color)
    case .png: return PNGImage.rows(color)
    case .escposGSV0, .escposBitImage, .starRaster, .dymo, .zplGFA, .zplZ64:
      return .bitmap(black: .highest)
    case .eplGW, .tsplBitmap, .wbmp: return .bitmap(black: .zero)
    case .cpclEG:
      if case .gray(let gray) = color { return .bitmap(black: gray.black) }
      return .bitmap(black: .highest)
    case .escposGS8L: return .inks(color)
    case .bmp: return BMPWriter.rows(color)
    case .lvgl: return LVGLWriter.rows(color)
    case .openEPaperLink:
      var rows = ContainerRows.inks(color)
      rows.rowAlign = 0
      return rows
    case .brotherQL:
      var rows = ContainerRows.inks(color)
      rows.isRightToLeft = true
      return rows
    case .pwg, .urf, .jpeg: return ContainerRows(planes: [.packed(color)])
    case .raw: return nil
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
    case .pwg: PWGWriter(shape)
    case .urf: URFWriter(shape)
    case .brotherQL(let label, _): BrotherQLWriter(shape, label)
    case .raw, .png, .zplZ64, .openEPaperLink, .jpeg: nil
    }
  }
}
