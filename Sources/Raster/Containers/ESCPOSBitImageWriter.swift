/// `escpos-bit-image`: Epson's ESC * 33, "Select bit-image mode", 24-dot double density, one command
/// and one line feed for each band of 24 rows.
struct ESCPOSBitImageWriter: ContainerWriter {
  /// Dots of a column.
  private static let bandRows = 24

  let byteCountLimit: Int
  private let width: Int
  private let bytesPerRow: Int
  /// The rows of the band under way.
  private var band: [UInt8] = []

  init(_ shape: ContainerShape) {
    width = shape.width
    bytesPerRow = shape.bytesPerRow
    let bandCount = (shape.height + Self.bandRows - 1) / Self.bandRows
    byteCountLimit = 3 + bandCount * (5 + 3 * shape.width + 1) + 2
  }

  /// Lines are fed by the 24 dots that a band has.
  mutating func begin(into output: inout [UInt8]) { output += [0x1B, 0x33, 0x18] }

  mutating func append(_ row: ArraySlice<UInt8>, into output: inout [UInt8]) {
    band += row
    if band.count == Self.bandRows * bytesPerRow { writeBand(into: &output) }
  }

  /// Back to the line spacing that a printer starts with.
  mutating func finish(into output: inout [UInt8]) {
    if !band.isEmpty { writeBand(into: &output) }
    output += [0x1B, 0x32]
  }

  /// Rows below the last are paper.
  private mutating func writeBand(into output: inout [UInt8]) {
    band += repeatElement(0, count: Self.bandRows * bytesPerRow - band.count)
    output += [0x1B, 0x2A, 0x21]
    output.append(u16LE: width)
    for x in 0..<width {
      for top in stride(from: 0, to: Self.bandRows, by: 8) {
        var eight: UInt8 = 0
        for y in top..<top + 8 {
          eight = eight << 1 | band[y * bytesPerRow + x / 8] >> UInt8(7 - x % 8) & 1
        }
        output.append(eight)
      }
    }
    output.append(0x0A)
    band.removeAll(keepingCapacity: true)
  }
}
