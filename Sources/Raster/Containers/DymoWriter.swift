/// `dymo`: LabelWriter's ESC D, "Set bytes per line", then each row after a SYN.
struct DymoWriter: ContainerWriter {
  let byteCountLimit: Int
  private let bytesPerRow: Int

  init(_ shape: ContainerShape) {
    bytesPerRow = shape.bytesPerRow
    byteCountLimit = 3 + shape.height * (1 + shape.bytesPerRow)
  }

  mutating func begin(into output: inout [UInt8]) {
    output += [0x1B, 0x44, UInt8(bytesPerRow)]
  }

  mutating func append(_ row: ArraySlice<UInt8>, into output: inout [UInt8]) {
    output.append(0x16)
    output += row
  }
}
