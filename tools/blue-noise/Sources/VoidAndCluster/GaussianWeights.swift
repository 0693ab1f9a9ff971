/// exp(−d² / 2σ²) for every distance on a torus, in integers.
///
/// The doubles on the way are made by +, −, ×, ÷ and rounding alone, which IEEE 754 fixes to the last
/// bit, so the weights are the same on every machine; a library's `exp` need not be.
public struct GaussianWeights: Sendable {
  /// Columns and rows.
  public let side: Int
  /// The weight of a distance of x columns and y rows at y·side + x, times 2^50, rounded.
  public let values: [Int64]
  /// The distances whose weight is not 0, at a small σ the fewer by far.
  let felt: [Int]

  /// - Parameters:
  ///   - side: 1…64: the weights of a full torus then add up to less than 2^62.
  ///   - sigma: standard deviation in pixels, 0.75 or more.
  public init(side: Int, sigma: Double) {
    precondition((1...64).contains(side) && sigma >= 0.75)
    self.side = side
    let nearest = (0..<side).map { min($0, side - $0) }
    let longest = nearest.reduce(0, max)
    // A distance's weight is the weight of distance 1, multiplied d² times.
    let factor = Self.exponential(-1 / (2 * sigma * sigma))
    let powers = sequence(first: 1.0) { $0 * factor }.prefix(2 * longest * longest + 1)
    let weights = powers.map { Int64(($0 * 0x1p50).rounded()) }
    let values = nearest.flatMap { y in nearest.map { x in weights[x * x + y * y] } }
    self.values = values
    felt = values.indices.filter { values[$0] != 0 }
  }

  /// Taylor's series; for |x| ≤ 0.9 what is left out after 24 terms is below 2^-80.
  private static func exponential(_ x: Double) -> Double {
    var term = 1.0
    var sum = 1.0
    for index in 1...24 {
      term = term * x / Double(index)
      sum += term
    }
    return sum
  }
}
