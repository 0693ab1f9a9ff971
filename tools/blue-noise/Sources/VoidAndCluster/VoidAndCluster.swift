/// Void and cluster (R. Ulichney, "The void-and-cluster method for dither array generation", Proc.
/// SPIE 1913, 1993), from the middle and with a Gaussian that follows the dots' distance.
///
/// Ulichney begins with a tenth of the dots and keeps one σ. One that suits all shares is too wide
/// for one half: a third of white noise's power came back there below half the principal frequency.
/// So the pattern of one half, which has the least room, is made first and by itself; what follows
/// only takes dots away from it, and gaps from its complement.
public enum VoidAndCluster {
  /// A square of ranks, each of 0…side² − 1 once, row after row: for every n the places of the n
  /// lowest ranks lie as evenly as they can, also over the edges of tiles laid side by side.
  /// - Parameters:
  ///   - side: columns and rows, 1…64.
  ///   - spread: how wide the Gaussians are (``Spread``).
  ///   - seed: of the pattern to begin with, of exchanges and of the order in which ties are broken.
  public static func ranks(side: Int, spread: Spread, seed: UInt64) -> [UInt16] {
    var random = SplitMix64(seed: seed)
    let count = side * side
    let places = random.permutation(count)
    let half = halfPattern(side: side, spread: spread, places: places, random: &random)

    var ranks = Array(repeating: UInt16(0), count: count)
    let dots = thinned(half, spread: spread, places: places, side: side)
    for (rank, place) in dots.reversed().enumerated() { ranks[place] = UInt16(rank) }
    // Weights add up to the same sum at every place, so the largest void among dots is the tightest
    // cluster of gaps.
    let gaps = thinned(half.map { !$0 }, spread: spread, places: places, side: side)
    for (index, place) in gaps.enumerated() { ranks[place] = UInt16(dots.count + index) }
    return ranks
  }

  /// All dots in the order in which they are taken away: always the most crowded one.
  private static func thinned(
    _ dots: [Bool], spread: Spread, places: [Int], side: Int
  ) -> [Int] {
    var left = dots.count { $0 }
    var step = spread.sixteenths(dots: left, of: dots.count)
    var pattern = DotPattern(
      dots: dots, weights: GaussianWeights(side: side, sigma: Double(step) / 16), places: places)
    var taken: [Int] = []
    while left > 0 {
      let wanted = spread.sixteenths(dots: left, of: dots.count)
      if wanted != step {
        step = wanted
        pattern.weigh(by: GaussianWeights(side: side, sigma: Double(step) / 16))
      }
      let place = pattern.tightestCluster()
      pattern.toggle(place)
      taken.append(place)
      left -= 1
    }
    return taken
  }
}
