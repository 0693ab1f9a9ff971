internal import Capabilities

/// Reads a form's bytes as the device would and draws what it then shows: one pixel a pixel, in the
/// panel's own colours, mirror, split, planes and scan undone, the turn never. Written from
/// spec/FORMS.md alone, apart from the renderer, so that neither can hide a mistake of the other.
struct VirtualPanel: Sendable {
  /// The most pixels of a form, inclusive.
  static let pixelLimit = 67_108_864
  /// The most rows of a form, inclusive.
  static let rowLimit = 65_535

  let capability: Capability

  /// A panel of this kind.
  init(_ capability: Capability) { self.capability = capability }

  /// What the panel shows.
  /// - Parameters:
  ///   - form: the bytes after unpacking the codec.
  ///   - width: the form's width in pixels, where the server told it.
  ///   - height: its height; without it, a roll has the most rows that fit its bytes.
  /// - Throws: ``PanelError`` with declared and expected counts, or the place of what is wrong.
  func draw(
    _ form: [UInt8], width: Int? = nil, height: Int? = nil
  ) throws(PanelError) -> PanelImage {
    let rowCount = try rowCount(declaredWidth: width, declaredHeight: height)
    let image = try drawContainer(form, rowCount: rowCount)
    return image.mirrored(capability.layout.mirror)
  }

  private func drawContainer(
    _ form: [UInt8], rowCount: Int?
  ) throws(PanelError) -> PanelImage {
    switch capability.container {
    case .raw: try drawRaw(form, rowCount: rowCount)
    case .pnm: try drawPNM(form, rowCount: rowCount)
    case .png: try drawPNG(form, rowCount: rowCount)
    case .escposGSV0(let stripRows, _):
      try drawESCPOSRaster(form, stripRows: stripRows, rowCount: rowCount)
    case .escposGS8L: try drawESCPOSGraphics(form, rowCount: rowCount)
    case .escposBitImage: try drawESCPOSBitImage(form, rowCount: rowCount)
    case .starRaster: try drawStarRaster(form, rowCount: rowCount)
    case .dymo: try drawDymo(form, rowCount: rowCount)
    case .zplGFA: try drawZPL(form, rowCount: rowCount)
    case .zplZ64: try drawZ64(form, rowCount: rowCount)
    case .eplGW: try drawEPL(form, rowCount: rowCount)
    case .tsplBitmap: try drawTSPL(form, rowCount: rowCount)
    case .cpclEG: try drawCPCL(form, rowCount: rowCount)
    case .bmp: try drawBMP(form, rowCount: rowCount)
    case .wbmp: try drawWBMP(form, rowCount: rowCount)
    case .lvgl: try drawLVGL(form, rowCount: rowCount)
    case .openEPaperLink: try drawOpenEPaperLink(form, rowCount: rowCount)
    case .pwg: try drawPWG(form, rowCount: rowCount)
    case .urf: try drawURF(form, rowCount: rowCount)
    case .brotherQL(let label, _): try drawBrotherQL(form, label, rowCount: rowCount)
    case .jpeg: try drawJPEG(form, rowCount: rowCount)
    }
  }

  /// The rows that the form must have; `nil` for a roll of which nobody told the height.
  private func rowCount(
    declaredWidth: Int?, declaredHeight: Int?
  ) throws(PanelError) -> Int? {
    let size = capability.size
    let width = declaredWidth ?? size.width
    guard let height = declaredHeight ?? (size.isRoll ? nil : size.height) else {
      try checkSize(width: width, height: 1)
      return nil
    }
    try checkSize(width: width, height: height)
    return height
  }

  /// Refuses a size that is not the panel's, or beyond every form's.
  func checkSize(width: Int, height: Int) throws(PanelError) {
    let size = capability.size
    guard width == size.width, size.isRoll || height == size.height,
      (1...Self.rowLimit).contains(height)
    else {
      throw .wrongSize(
        declaredWidth: width, declaredHeight: height, expectedWidth: size.width,
        expectedHeight: size.height)
    }
    // Both sides are at most 65,535.
    guard width * height <= Self.pixelLimit else {
      throw .tooManyPixels(declared: width * height, limit: Self.pixelLimit)
    }
  }
}

extension PanelImage {
  /// The picture with left and right, top and bottom exchanged.
  fileprivate func mirrored(_ mirror: Layout.Mirror) -> PanelImage {
    let swapsColumns = mirror == .horizontal || mirror == .both
    let swapsRows = mirror == .vertical || mirror == .both
    guard swapsColumns || swapsRows else { return self }
    var image = self
    for y in 0..<height {
      for x in 0..<width {
        image[x, y] = self[swapsColumns ? width - 1 - x : x, swapsRows ? height - 1 - y : y]
      }
    }
    return image
  }
}
