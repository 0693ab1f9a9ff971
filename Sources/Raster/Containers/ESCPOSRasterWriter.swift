/// `escpos-gs-v-0`: Epson's GS v 0, "Print raster bit image", one command for each strip of rows.
struct ESCPOSRasterWriter: ContainerWriter {
  let byteCountLimit: Int
  private let bytesPerRow: Int
  private let stripRows: Int
  /// Rows that have not come yet.
  private var restCount: Int
  /// Rows of the strip under way that have not come yet.
  private var stripRestCount = 0

  /// - Parameter stripRows: most rows of one command, 1…65,535.
  init(_ shape: ContainerShape, stripRows: Int) {
    bytesPerRow = shape.bytesPerRow
    self.stripRows = stripRows
    restCount = shape.height
    byteCountLimit = shape.rowByteCount + (shape.height + stripRows - 1) / stripRows * 8
  }

  mutating func append(_ row: ArraySlice<UInt8>, into output: inout [UInt8]) {
    if stripRestCount == 0 {
      stripRestCount = min(stripRows, restCount)
      output += [0x1D, 0x76, 0x30, 0x00]
      output.append(u16LE: bytesPerRow)
      output.append(u16LE: stripRestCount)
    }
    output += row
    stripRestCount -= 1
    restCount -= 1
  }
}
