/// `wbmp`: WAP's Wireless Bitmap, type 0.
struct WBMPWriter: ContainerWriter {
  let byteCountLimit: Int
  private var header: [UInt8] = [0, 0]

  init(_ shape: ContainerShape) {
    header += Self.variableLength(shape.width) + Self.variableLength(shape.height)
    byteCountLimit = header.count + shape.rowByteCount
  }

  /// Seven bits a byte, the highest first; all but the last byte have their high bit set.
  private static func variableLength(_ number: Int) -> [UInt8] {
    var bytes = [UInt8(number & 0x7F)]
    var rest = number >> 7
    while rest > 0 {
      bytes.insert(UInt8(rest & 0x7F) | 0x80, at: 0)
      rest >>= 7
    }
    return bytes
  }

  mutating func begin(into output: inout [UInt8]) { output += header }

  mutating func append(_ row: ArraySlice<UInt8>, into output: inout [UInt8]) { output += row }
}
