/// 8-bit rgb to luminance: what nearly every photograph goes through on its way to a mono device.
/// Three lookups in tables of weighted light, a sum and one rounding, in integers.
struct LuminanceRowKernel: RowKernel {
  /// Bits of fraction of the table's entries. 65535 with 14 of them leaves room for the sum of
  /// three in Int32, for weights that add up to less than 2.
  private static let fractionBits = 14

  private let samplesPerPixel: Int
  private let table: [Int32]

  /// Creates the kernel.
  /// - Parameters:
  ///   - samplesPerPixel: 3, or 4 to step over alpha.
  ///   - light: 256 values of each channel, 0...1.
  ///   - weights: the channels' shares of luminance.
  /// - Returns: nil when the weights are too large for the table's integers.
  init?(samplesPerPixel: Int, light: [[Double]], weights: [Double]) {
    precondition(light.count == 3 && light.allSatisfy { $0.count == 256 } && weights.count == 3)
    guard weights.map(abs).reduce(0, +) < 1.99 else { return nil }
    let unit = Double(65_535 << Self.fractionBits)
    self.samplesPerPixel = samplesPerPixel
    table = zip(light, weights).flatMap { curve, weight in
      curve.map { Int32(($0 * weight * unit).rounded()) }
    }
  }

  func convert(_ packed: [UInt8], into row: inout MutableSpan<UInt16>) {
    let width = row.count
    let samplesPerPixel = samplesPerPixel
    precondition(packed.count >= width * samplesPerPixel)
    let half = Int32(1) << (Self.fractionBits - 1)
    let limit = Int32(65_535) << Self.fractionBits
    unsafe packed.withUnsafeBufferPointer { packed in
      unsafe table.withUnsafeBufferPointer { table in
        unsafe row.withUnsafeMutableBufferPointer { row in
          var index = 0
          for x in 0..<width {
            let red = unsafe table[Int(packed[index])]
            let green = unsafe table[256 &+ Int(packed[index &+ 1])]
            let blue = unsafe table[512 &+ Int(packed[index &+ 2])]
            let sum = min(max(red &+ green &+ blue, 0), limit) &+ half
            unsafe row[x] = UInt16(truncatingIfNeeded: sum >> Int32(Self.fractionBits))
            index &+= samplesPerPixel
          }
        }
      }
    }
  }
}
