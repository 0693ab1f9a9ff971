/// rgb of sRGB primaries to linear rgb: one lookup a sample.
struct CurveRowKernel: RowKernel {
  private let format: SampleFormat
  private let table: [UInt16]

  /// Creates the kernel.
  /// - Parameter light: of one channel, for each of `format.levelCount` values, 0...1. All
  ///   channels share it.
  init(format: SampleFormat, light: [Double]) {
    precondition(format.space == .rgb && light.count == format.levelCount)
    self.format = format
    table = light.map(LinearLight.linear16)
  }

  func convert(_ packed: Span<UInt8>, into row: inout MutableSpan<UInt16>) {
    let width = row.count / 3
    let stride = format.sampleCount
    precondition(packed.count >= format.bytesPerRow(width: width))
    unsafe packed.withUnsafeBufferPointer { packed in
      unsafe table.withUnsafeBufferPointer { table in
        unsafe row.withUnsafeMutableBufferPointer { row in
          if format.bitDepth == 8, stride == 3 {
            for index in 0..<3 &* width { unsafe row[index] = table[Int(packed[index])] }
            return
          }
          for x in 0..<width {
            for channel in 0..<3 {
              let index = x &* stride &+ channel
              let sample = unsafe format.bitDepth == 8 ? Int(packed[index]) : packed.sample16(index)
              unsafe row[3 &* x &+ channel] = table[sample]
            }
          }
        }
      }
    }
  }
}

extension UnsafeBufferPointer<UInt8> {
  /// The big-endian 16-bit sample of this number.
  @inline(__always)
  func sample16(_ index: Int) -> Int {
    unsafe Int(self[2 &* index]) << 8 | Int(self[2 &* index &+ 1])
  }
}
