/// How wide a dot's Gaussian is, by the share of dots: σ = factor · m^(−3/8) pixels, m being the share
/// of dots or of gaps, whichever are fewer.
///
/// In proportion to the dots' distance it would be m^(−1/2), and always the same with m^0. The power
/// between is measured, not derived: it leaves the least power below half the principal frequency
/// among those that cost the eye's filter (σ 1.5) less than half a decibel.
public struct Spread: Sendable {
  /// σ of a square full of dots, in pixels.
  public let factor: Double

  /// Beyond it few dots are left, and a Gaussian would begin to meet itself round the torus.
  private static let widest = 5.0

  /// - Parameter factor: 0.6…2; below, neighbours alone would count, which make no blue noise.
  public init(factor: Double) {
    precondition((0.6...2).contains(factor))
    self.factor = factor
  }

  /// σ in sixteenths of a pixel: steps, so that crowding is not added up anew for every dot.
  ///
  /// Square roots are exact to the last bit on every machine (IEEE 754); a library's `pow` need not
  /// be.
  func sixteenths(dots: Int, of count: Int) -> Int {
    let fewer = max(1, min(dots, count - dots))
    let eighthRoot = (Double(count) / Double(fewer)).squareRoot().squareRoot().squareRoot()
    let sigma = factor * eighthRoot * eighthRoot * eighthRoot
    return Int((16 * min(sigma, Self.widest)).rounded())
  }
}
