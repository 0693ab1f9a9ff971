/// The line coding of PWG Raster and of URF (PWG 5102.4-2012, 4.4.3, "Compression"): equal rows are
/// counted, and each row is runs of equal values and stretches of unequal ones.
struct PageRowEncoder {
  /// Most equal rows of one count.
  private static let rowLimit = 256
  /// Most values of one run or stretch.
  private static let valueLimit = 128

  /// Bytes of a value: a pixel, or eight of one bit.
  private let valueByteCount: Int
  /// The row that is counted; empty before the first.
  private var row: [UInt8] = []
  private var rowCount = 0

  init(bitsPerPixel: Int) { valueByteCount = (bitsPerPixel + 7) / 8 }

  /// The most bytes of so many rows: runs are never longer than what they stand for, and between two
  /// stretches there is a run of two values at least.
  func byteCountLimit(rowCount: Int, bytesPerRow: Int) -> Int {
    rowCount * (1 + bytesPerRow + (bytesPerRow / valueByteCount + 2) / 3)
  }

  /// Takes the next row and appends the rows before it when it is another.
  mutating func append(_ next: ArraySlice<UInt8>, into output: inout [UInt8]) {
    if rowCount > 0, rowCount < Self.rowLimit, row.elementsEqual(next) {
      rowCount += 1
      return
    }
    finish(into: &output)
    row.removeAll(keepingCapacity: true)
    row += next
    rowCount = 1
  }

  /// Appends the rows that wait.
  mutating func finish(into output: inout [UInt8]) {
    guard rowCount > 0 else { return }
    output.append(UInt8(rowCount - 1))
    rowCount = 0
    let valueCount = row.count / valueByteCount
    var start = 0
    while start < valueCount {
      let end = runEnd(from: start, valueCount)
      if end - start > 1 {
        output.append(UInt8(end - start - 1))
        output += bytes(start..<start + 1)
        start = end
        continue
      }
      let stretchEnd = stretchEnd(from: start, valueCount)
      let count = stretchEnd - start
      // One value alone is a run of one: 257 − 1 has no byte.
      output.append(count == 1 ? 0 : UInt8(257 - count))
      output += bytes(start..<stretchEnd)
      start = stretchEnd
    }
  }

  /// Behind the last value that is equal to the one at `start`.
  private func runEnd(from start: Int, _ valueCount: Int) -> Int {
    let limit = min(valueCount, start + Self.valueLimit)
    var end = start + 1
    while end < limit, isEqual(end, end - 1) { end += 1 }
    return end
  }

  /// Before the next two equal values.
  private func stretchEnd(from start: Int, _ valueCount: Int) -> Int {
    let limit = min(valueCount, start + Self.valueLimit)
    var end = start + 1
    while end < limit, end + 1 == valueCount || !isEqual(end, end + 1) { end += 1 }
    return end
  }

  private func isEqual(_ first: Int, _ second: Int) -> Bool {
    for index in 0..<valueByteCount
    where row[first * valueByteCount + index] != row[second * valueByteCount + index] {
      return false
    }
    return true
  }

  private func bytes(_ values: Range<Int>) -> ArraySlice<UInt8> {
    row[values.lowerBound * valueByteCount..<values.upperBound * valueByteCount]
  }
}
