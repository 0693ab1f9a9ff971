/// `star-raster`: Star's raster mode, entered by ESC * r A and left by ESC * r B, each row by `b`.
struct StarRasterWriter: ContainerWriter {
  let byteCountLimit: Int
  private let bytesPerRow: Int

  init(_ shape: ContainerShape) {
    bytesPerRow = shape.bytesPerRow
    byteCountLimit = 4 + shape.height * (3 + shape.bytesPerRow) + 4
  }

  mutating func begin(into output: inout [UInt8]) { output += [0x1B, 0x2A, 0x72, 0x41] }

  mutating func append(_ row: ArraySlice<UInt8>, into output: inout [UInt8]) {
    output.append(0x62)
    output.append(u16LE: bytesPerRow)
    output += row
  }

  mutating func finish(into output: inout [UInt8]) { output += [0x1B, 0x2A, 0x72, 0x42] }
}
