internal import Capabilities

extension VirtualPanel {
  /// Draws what a tag of OpenEPaperLink shows: one plane, or two if there is anything in the second.
  func drawOpenEPaperLink(_ form: [UInt8], rowCount: Int?) throws(PanelError) -> PanelImage {
    var packed = try cursor(form)
    let declared = try packed.u32LE()
    let bytes = try FormUnpacking.unpack(Array(form[packed.offset...]), .zlib(windowBits: 12))
    guard bytes.count == declared else {
      throw .wrongLength(declared: declared, expected: bytes.count)
    }
    var cursor = try FormCursor(bytes)
    let width = capability.size.width
    try cursor.skipU8(6, "the header's size")
    try cursor.skipU16LE(width, "the width")
    let height = try cursor.u16LE()
    guard height == rowCount ?? height else {
      throw .wrongSize(
        declaredWidth: width, declaredHeight: height, expectedWidth: width,
        expectedHeight: rowCount ?? height)
    }
    try checkSize(width: width, height: height)
    let planeCount = try cursor.u8()
    guard (1...inkCount).contains(planeCount) else {
      throw .container("\(planeCount) bits a pixel, allowed is 1…\(inkCount)", offset: 5)
    }
    let planes = (0..<planeCount).map { index in
      PixelPlane(
        layout: Layout(rowAlign: 0), start: 6 + index * ((width * height + 7) / 8),
        columnCount: width, rowCount: height, bitsPerPixel: 1)
    }
    _ = try cursor.take(planes.reduce(0) { $0 + $1.byteCount })
    try cursor.finish()
    for plane in planes { try plane.checkPadding(bytes) }
    let color = PixelColor(capability.color)
    var image = PanelImage(width: width, height: height, filledWith: .white)
    for y in 0..<height {
      for x in 0..<width {
        var code: UInt64 = 0
        for (bit, plane) in planes.enumerated() {
          code |= plane.code(column: x, row: y, in: bytes) << UInt64(bit)
        }
        image[x, y] = try color(code, column: x, row: y)
      }
    }
    return image
  }
}
