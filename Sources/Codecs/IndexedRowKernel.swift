/// One sample decides a pixel: gray, and palettes. A table holds the light of every sample value.
struct IndexedRowKernel: RowKernel {
  private let format: SampleFormat
  private let channels: LinearChannels
  private let table: [UInt16]

  /// Creates the kernel.
  /// - Parameters:
  ///   - format: gray, or palette indices passed off as gray; an alpha sample is stepped over.
  ///   - table: for each of `format.levelCount` values, one value or three by `channels`.
  init(format: SampleFormat, channels: LinearChannels, table: [UInt16]) {
    precondition(format.space == .gray && table.count == format.levelCount * channels.count)
    self.format = format
    self.channels = channels
    self.table = table
  }

  func convert(_ packed: Span<UInt8>, into row: inout MutableSpan<UInt16>) {
    let width = row.count / channels.count
    precondition(packed.count >= format.bytesPerRow(width: width))
    unsafe packed.withUnsafeBufferPointer { packed in
      unsafe table.withUnsafeBufferPointer { table in
        unsafe row.withUnsafeMutableBufferPointer { row in
          switch format.bitDepth {
          case 8: unsafe convert8(packed, table, row, width)
          case 16: unsafe convert16(packed, table, row, width)
          default: unsafe convertPacked(packed, table, row, width)
          }
        }
      }
    }
  }

  @inline(__always)
  private func put(
    _ index: Int, _ table: UnsafeBufferPointer<UInt16>, at x: Int,
    _ row: UnsafeMutableBufferPointer<UInt16>
  ) {
    if channels == .gray {
      unsafe row[x] = table[index]
    } else {
      unsafe row[3 * x] = table[3 * index]
      unsafe row[3 * x + 1] = table[3 * index + 1]
      unsafe row[3 * x + 2] = table[3 * index + 2]
    }
  }

  private func convert8(
    _ packed: UnsafeBufferPointer<UInt8>, _ table: UnsafeBufferPointer<UInt16>,
    _ row: UnsafeMutableBufferPointer<UInt16>, _ width: Int
  ) {
    let stride = format.sampleCount
    for x in 0..<width {
      unsafe put(Int(packed[x &* stride]), table, at: x, row)
    }
  }

  private func convert16(
    _ packed: UnsafeBufferPointer<UInt8>, _ table: UnsafeBufferPointer<UInt16>,
    _ row: UnsafeMutableBufferPointer<UInt16>, _ width: Int
  ) {
    let stride = 2 * format.sampleCount
    for x in 0..<width {
      let index = unsafe Int(packed[x &* stride]) << 8 | Int(packed[x &* stride &+ 1])
      unsafe put(index, table, at: x, row)
    }
  }

  private func convertPacked(
    _ packed: UnsafeBufferPointer<UInt8>, _ table: UnsafeBufferPointer<UInt16>,
    _ row: UnsafeMutableBufferPointer<UInt16>, _ width: Int
  ) {
    let bits = format.bitDepth
    let mask = format.levelCount - 1
    for x in 0..<width {
      let bit = x &* bits
      let index = unsafe Int(packed[bit >> 3]) >> (8 &- bits &- (bit & 7)) & mask
      unsafe put(index, table, at: x, row)
    }
  }
}
