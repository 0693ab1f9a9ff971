/// `escpos-gs-8-l`: Epson's GS 8 L, function 112, "Store the graphics data in the print buffer
/// (raster format)", once for each colour, then GS ( L, function 50, which prints it.
struct ESCPOSGraphicsWriter: ContainerWriter {
  let byteCountLimit: Int
  private let shape: ContainerShape
  /// Rows of all colours that have come.
  private var rowCount = 0

  init(_ shape: ContainerShape) {
    self.shape = shape
    byteCountLimit = shape.rowByteCount + shape.planeCount * 17 + 7
  }

  mutating func append(_ row: ArraySlice<UInt8>, into output: inout [UInt8]) {
    if rowCount.isMultiple(of: shape.height) {
      output += [0x1D, 0x38, 0x4C]
      // The ten bytes from here to the data count.
      output.append(u32LE: shape.bytesPerRow * shape.height + 10)
      // Monochrome tones, not enlarged in x nor y, colour 1 or 2.
      let color = UInt8(0x31 + rowCount / shape.height)
      output += [0x30, 0x70, 0x30, 0x01, 0x01, color]
      output.append(u16LE: shape.width)
      output.append(u16LE: shape.height)
    }
    output += row
    rowCount += 1
  }

  mutating func finish(into output: inout [UInt8]) {
    output += [0x1D, 0x28, 0x4C, 0x02, 0x00, 0x30, 0x32]
  }
}
