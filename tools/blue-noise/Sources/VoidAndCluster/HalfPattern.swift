extension VoidAndCluster {
  /// Exchanges that are tried for each place. Many more make a chessboard of a few patches, and leave
  /// the shares on either side of one half coarser than they need be.
  private static let trialsPerPlace = 73

  /// As many dots as gaps, spread by threshold accepting (G. Dueck and T. Scheuer, "Threshold
  /// accepting", J. Comput. Phys. 90, 1990): a dot at random moves to a gap at random if that makes
  /// it no more crowded than a limit, which falls from 0.3 of a dot's own weight to nothing.
  ///
  /// Moving only the tightest cluster to the largest void, as Ulichney does, stops much sooner.
  static func halfPattern(
    side: Int, spread: Spread, places: [Int], random: inout SplitMix64
  ) -> [Bool] {
    let count = side * side
    let half = count / 2
    var order = random.permutation(count)
    var dots = Array(repeating: false, count: count)
    for place in order.prefix(half) { dots[place] = true }
    guard half > 0 else { return dots }

    let sigma = Double(spread.sixteenths(dots: half, of: count)) / 16
    var pattern = DotPattern(
      dots: dots, weights: GaussianWeights(side: side, sigma: sigma), places: places)
    let trials = trialsPerPlace * count
    let decrease = pattern.weights.values[0] / 10 * 3 / Int64(trials)
    for trial in 0..<trials {
      let dot = Int(random.next() % UInt64(half))
      let gap = half + Int(random.next() % UInt64(count - half))
      let limit = decrease * Int64(trials - trial)
      if pattern.costOfMoving(dot: order[dot], to: order[gap]) < limit {
        pattern.toggle(order[dot])
        pattern.toggle(order[gap])
        order.swapAt(dot, gap)
      }
    }
    return pattern.dots
  }
}
