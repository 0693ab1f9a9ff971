/// R. Ulichney, "The void-and-cluster method for dither array generation", Proc. SPIE 1913 (1993).
public enum VoidAndCluster {
  /// A square of ranks, each of 0…side² − 1 once, row after row: for every n the places of the n
  /// lowest ranks lie as evenly as they can, also over the edges of tiles laid side by side.
  ///
  /// Ulichney's third phase exchanges dots and gaps, because the dots are then the majority. Since
  /// weights add up to the same sum at every place, the tightest cluster of gaps is the largest void
  /// among dots, so one loop does the second and the third.
  /// - Parameters:
  ///   - weights: how dots crowd each other.
  ///   - seed: of the pattern to begin with and of the order in which ties are broken.
  public static func ranks(weights: GaussianWeights, seed: UInt64) -> [UInt16] {
    var random = SplitMix64(seed: seed)
    let count = weights.side * weights.side
    var pattern = DotPattern(weights: weights, places: random.permutation(count))
    let initialCount = count / 10
    for place in random.permutation(count).prefix(initialCount) { pattern.toggle(place) }
    relax(&pattern)

    var ranks = Array(repeating: UInt16(0), count: count)
    var thinned = pattern
    for rank in (0..<initialCount).reversed() {
      let place = thinned.tightestCluster()
      thinned.toggle(place)
      ranks[place] = UInt16(rank)
    }
    for rank in initialCount..<count {
      let place = pattern.largestVoid()
      pattern.toggle(place)
      ranks[place] = UInt16(rank)
    }
    return ranks
  }

  /// Moves the most crowded dot into the largest void until that is where it came from. Every move
  /// makes the dots less crowded altogether, so it ends.
  private static func relax(_ pattern: inout DotPattern) {
    guard pattern.dots.contains(true) else { return }
    while true {
      let cluster = pattern.tightestCluster()
      pattern.toggle(cluster)
      let void = pattern.largestVoid()
      pattern.toggle(void)
      if void == cluster { return }
    }
  }
}
