internal import Capabilities

/// `brother-ql`: the raster commands of Brother's QL printers, in the order of PyPI's brother_ql.
struct BrotherQLWriter: ContainerWriter {
  let byteCountLimit: Int
  private let label: Container.BrotherQL
  private let shape: ContainerShape
  /// The wide printers take compressed rows; QL-700 and QL-800 do not.
  private let isCompressed: Bool
  /// What a row of the form lacks to one of the print head.
  private let padding: [UInt8]
  /// Rows of the first of two colours, until those of the second come.
  private var firstColor: [UInt8] = []
  /// Rows of all colours that have come.
  private var rowCount = 0

  init(_ shape: ContainerShape, _ label: Container.BrotherQL) {
    self.label = label
    self.shape = shape
    let bytesPerRow = label.modelClass.bytesPerRow
    padding = Array(repeating: 0, count: bytesPerRow - shape.bytesPerRow)
    // All commands together have at most 245 bytes; a coded row has one more for every literal,
    // between two of which stands a repeat of two bytes at least.
    isCompressed = label.modelClass == .ql1050
    let codedByteCount = bytesPerRow + (isCompressed ? (bytesPerRow + 2) / 3 : 0)
    byteCountLimit = 245 + shape.planeCount * shape.height * (3 + codedByteCount) + 1
  }

  mutating func begin(into output: inout [UInt8]) {
    // Raster mode; the older printers know no other.
    let mode: [UInt8] = label.modelClass == .ql700 ? [] : [0x1B, 0x69, 0x61, 0x01]
    output += mode
    output += repeatElement(0, count: 200)
    output += [0x1B, 0x40] + mode
    // Asks for the status.
    output += [0x1B, 0x69, 0x53]
    // Kind, width and length of the paper, quality before speed; the first page.
    output += [0x1B, 0x69, 0x7A, 0xCE, label.mediaType.rawValue]
    output += [UInt8(label.mediaWidth), UInt8(label.mediaLength)]
    output.append(u32LE: shape.height)
    output += [0, 0]
    // Cut, after every label.
    if label.cut { output += [0x1B, 0x69, 0x4D, 0x40, 0x1B, 0x69, 0x41, 0x01] }
    let isTwoColored = shape.planeCount == 2
    output += [0x1B, 0x69, 0x4B, (label.cut ? 0x08 : 0) | (isTwoColored ? 0x01 : 0)]
    output += [0x1B, 0x69, 0x64]
    output.append(u16LE: label.margin)
    if isCompressed { output += [0x4D, 0x02] }
  }

  mutating func append(_ row: ArraySlice<UInt8>, into output: inout [UInt8]) {
    defer { rowCount += 1 }
    guard shape.planeCount == 2 else {
      write(row, command: [0x67, 0x00], into: &output)
      return
    }
    guard rowCount >= shape.height else {
      firstColor += row
      return
    }
    let start = (rowCount - shape.height) * shape.bytesPerRow
    write(
      firstColor[start..<start + shape.bytesPerRow], command: [0x77, 0x01], into: &output)
    write(row, command: [0x77, 0x02], into: &output)
  }

  private func write(
    _ row: ArraySlice<UInt8>, command: [UInt8], into output: inout [UInt8]
  ) {
    let dots = row + padding
    let coded = isCompressed ? BrotherQLRowCoding.packBits(Array(dots)) : Array(dots)
    output += command
    output.append(UInt8(coded.count))
    output += coded
  }

  mutating func finish(into output: inout [UInt8]) { output.append(0x1A) }
}

/// PackBits as PyPI's packbits makes it of one row, which is not how forms are packed.
enum BrotherQLRowCoding {
  /// Most bytes of a literal or repeat that something follows.
  private static let longest = 127

  /// Two equal bytes are a repeat. What is too long is cut after 127 bytes, unless one byte alone is
  /// left of a repeat, or of the literal that ends the row.
  /// - Parameter row: at most 162 bytes; the result has at most a third more, so one byte counts it.
  static func packBits(_ row: [UInt8]) -> [UInt8] {
    var output: [UInt8] = []
    var start = 0
    while start < row.count {
      var end = start + 1
      while end < row.count, row[end] == row[start] { end += 1 }
      if end - start > 1 {
        cut(start..<end, longestLast: longest + 1) { piece in
          output += [UInt8(truncatingIfNeeded: 257 - piece.count), row[start]]
        }
      } else {
        while end < row.count, end + 1 == row.count || row[end] != row[end + 1] { end += 1 }
        cut(start..<end, longestLast: end == row.count ? longest + 1 : longest) { piece in
          output.append(UInt8(piece.count - 1))
          output += row[piece]
        }
      }
      start = end
    }
    return output
  }

  private static func cut(
    _ range: Range<Int>, longestLast: Int, _ take: (Range<Int>) -> Void
  ) {
    var rest = range
    while rest.count > longestLast {
      take(rest.prefix(longest))
      rest = rest.dropFirst(longest)
    }
    take(rest)
  }
}
