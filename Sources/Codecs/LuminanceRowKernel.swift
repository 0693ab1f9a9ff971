/// 8-bit rgb to luminance: what nearly every photograph goes through on its way to a mono device.
/// Three lookups in tables of weighted light, a sum and one rounding, in integers.
struct LuminanceRowKernel: RowKernel {
  /// Bits of fraction of the table's entries. 65535 with 14 of them leaves room for the sum of
  /// three in Int32, for weights that add up to less than 2.
  private static let fractionBits = 14

  private let samplesPerPixel: Int
  /// Of red, then green, then blue: 256 values each. Those of red hold the half that rounds.
  private let table: [Int32]
  /// Some sums leave 0...65535, which takes weights of a colour space wider than sRGB.
  private let leavesRange: Bool

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
    let half = Int32(1) << (Self.fractionBits - 1)
    let curves = zip(light, weights).map { curve, weight in
      curve.map { Int32(($0 * weight * unit).rounded()) }
    }
    self.samplesPerPixel = samplesPerPixel
    table = curves[0].map { $0 + half } + curves[1] + curves[2]
    let least = curves.reduce(half) { $0 + ($1.min() ?? 0) }
    let most = curves.reduce(half) { $0 + ($1.max() ?? 0) }
    leavesRange = least < 0 || most >> Int32(Self.fractionBits) > 65_535
  }

  func convert(_ packed: Span<UInt8>, into row: inout MutableSpan<UInt16>) {
    precondition(packed.count >= row.count * samplesPerPixel)
    unsafe packed.withUnsafeBufferPointer { packed in
      unsafe table.withUnsafeBufferPointer { table in
        unsafe row.withUnsafeMutableBufferPointer { row in
          // Constants let the compiler drop what a picture does not need.
          switch (samplesPerPixel, leavesRange) {
          case (3, false): unsafe Self.convert(packed, 3, table, row, clamps: false)
          default: unsafe Self.convert(packed, samplesPerPixel, table, row, clamps: true)
          }
        }
      }
    }
  }

  @inline(__always)
  private static func convert(
    _ packed: UnsafeBufferPointer<UInt8>, _ samplesPerPixel: Int,
    _ table: UnsafeBufferPointer<Int32>, _ row: UnsafeMutableBufferPointer<UInt16>, clamps: Bool
  ) {
    var index = 0
    for x in 0..<row.count {
      let red = unsafe table[Int(packed[index])]
      let green = unsafe table[256 &+ Int(packed[index &+ 1])]
      let blue = unsafe table[512 &+ Int(packed[index &+ 2])]
      let value = (red &+ green &+ blue) >> Int32(fractionBits)
      unsafe row[x] = UInt16(truncatingIfNeeded: clamps ? min(max(value, 0), 65_535) : value)
      index &+= samplesPerPixel
    }
  }
}
