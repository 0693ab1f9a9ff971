/// rgb through three curves and a matrix, in fixed point: curves keep 3 bits below 1/65535, the
/// coefficients 16, so that what is added by rounding stays below 1/65535.
struct MatrixRowKernel: RowKernel {
  private static let curveBits = 3
  private static let coefficientBits = 16

  private let format: SampleFormat
  private let channels: LinearChannels
  /// Of red, then green, then blue: `format.levelCount` values each.
  private let curves: [Int32]
  /// Three for each channel delivered.
  private let coefficients: [Int64]

  /// Creates the kernel.
  /// - Parameters:
  ///   - light: `format.levelCount` values of each channel, 0...1.
  ///   - matrix: row by row, linear device rgb to linear sRGB; every coefficient within ±8.
  init(format: SampleFormat, channels: LinearChannels, light: [[Double]], matrix: [Double]) {
    precondition(format.space == .rgb && matrix.count == 9 && light.count == 3)
    precondition(light.allSatisfy { $0.count == format.levelCount })
    self.format = format
    self.channels = channels
    curves = light.flatMap { $0.map { Int32(($0 * Double(65_535 << Self.curveBits)).rounded()) } }
    let rows = channels == .gray ? Self.luminanceRow(matrix) : matrix
    coefficients = rows.map { Int64(($0 * Double(1 << Self.coefficientBits)).rounded()) }
  }

  /// The share of each device channel in relative luminance.
  static func luminanceRow(_ matrix: [Double]) -> [Double] {
    let weights = LinearLight.luminanceWeights
    return (0..<3).map { column in
      weights.red * matrix[column] + weights.green * matrix[3 + column]
        + weights.blue * matrix[6 + column]
    }
  }

  func convert(_ packed: Span<UInt8>, into row: inout MutableSpan<UInt16>) {
    let width = row.count / channels.count
    precondition(packed.count >= format.bytesPerRow(width: width))
    let stride = format.sampleCount
    let levelCount = format.levelCount
    let shift = Int64(Self.curveBits + Self.coefficientBits)
    let half = Int64(1) << (shift - 1)
    unsafe packed.withUnsafeBufferPointer { packed in
      unsafe curves.withUnsafeBufferPointer { curves in
        unsafe row.withUnsafeMutableBufferPointer { row in
          for x in 0..<width {
            var light: (Int64, Int64, Int64) = (0, 0, 0)
            let first = x &* stride
            if format.bitDepth == 8 {
              unsafe light.0 = Int64(curves[Int(packed[first])])
              unsafe light.1 = Int64(curves[levelCount &+ Int(packed[first &+ 1])])
              unsafe light.2 = Int64(curves[2 &* levelCount &+ Int(packed[first &+ 2])])
            } else {
              unsafe light.0 = Int64(curves[packed.sample16(first)])
              unsafe light.1 = Int64(curves[levelCount &+ packed.sample16(first &+ 1)])
              unsafe light.2 = Int64(curves[2 &* levelCount &+ packed.sample16(first &+ 2)])
            }
            for channel in 0..<channels.count {
              let sum =
                light.0 &* coefficients[3 &* channel]
                &+ light.1 &* coefficients[3 &* channel &+ 1]
                &+ light.2 &* coefficients[3 &* channel &+ 2]
              let value = min(max((sum &+ half) >> shift, 0), 65_535)
              unsafe row[channels.count &* x &+ channel] = UInt16(truncatingIfNeeded: value)
            }
          }
        }
      }
    }
  }
}
