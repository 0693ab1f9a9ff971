/// k-means (S. Lloyd, "Least squares quantization in PCM", 1982), in whole numbers, a bounded number
/// of rounds.
struct ColorClusters {
  /// The most rounds.
  static let roundLimit = 8

  private let points: [SIMD3<Int>]
  private let weights: [Int]
  /// The cluster of each point.
  private(set) var assigned: [Int]
  private var centers: [SIMD3<Int>]
  /// Clusters by their first coordinate, and where each stands among them.
  private var order: [Int] = []
  private var places: [Int]

  /// - Parameters:
  ///   - weights: of the points, above 0.
  ///   - assigned: the cluster of each point at first; no cluster is empty.
  ///   - count: clusters.
  init(points: [SIMD3<Int>], weights: [Int], assigned: [Int], count: Int) {
    self.points = points
    self.weights = weights
    self.assigned = assigned
    centers = Array(repeating: SIMD3(), count: count)
    places = Array(repeating: 0, count: count)
  }

  /// Moves centres into the middle of their points and points to their nearest centre, until
  /// nothing changes or ``roundLimit`` is reached.
  mutating func settle() {
    for _ in 0..<Self.roundLimit {
      centers = Self.means(points, weights, assigned, others: centers)
      order = centers.indices.sorted { (centers[$0].x, $0) < (centers[$1].x, $1) }
      for (place, cluster) in order.enumerated() { places[cluster] = place }
      var hasChanged = false
      for index in points.indices {
        let nearest = nearest(to: points[index], startingAt: assigned[index])
        if nearest != assigned[index] {
          assigned[index] = nearest
          hasChanged = true
        }
      }
      guard hasChanged else { return }
    }
  }

  /// The nearest centre, of equal ones the first: outwards from one that is near, as far as the
  /// first coordinate alone does not rule out.
  private func nearest(to point: SIMD3<Int>, startingAt start: Int) -> Int {
    var nearest = start
    var least = squaredLength(point &- centers[start])
    func take(_ cluster: Int) {
      let distance = squaredLength(point &- centers[cluster])
      if distance < least || distance == least && cluster < nearest {
        least = distance
        nearest = cluster
      }
    }
    for place in places[start] + 1..<max(order.count, places[start] + 1) {
      let beyond = centers[order[place]].x - point.x
      if beyond > 0 && beyond * beyond > least { break }
      take(order[place])
    }
    for place in (0..<places[start]).reversed() {
      let beyond = point.x - centers[order[place]].x
      if beyond > 0 && beyond * beyond > least { break }
      take(order[place])
    }
    return nearest
  }

  /// The weighted mean of each cluster's values, rounded half up.
  /// - Parameter others: of clusters that are empty.
  static func means(
    _ values: [SIMD3<Int>], _ weights: [Int], _ assigned: [Int], others: [SIMD3<Int>]
  ) -> [SIMD3<Int>] {
    var sums = Array(repeating: SIMD3<Int>(), count: others.count)
    var totals = Array(repeating: 0, count: others.count)
    for index in values.indices {
      sums[assigned[index]] &+= values[index] &* SIMD3(repeating: weights[index])
      totals[assigned[index]] += weights[index]
    }
    return others.indices.map { cluster in
      totals[cluster] == 0
        ? others[cluster]
        : SIMD3(
          roundedRatio(sums[cluster].x, totals[cluster]),
          roundedRatio(sums[cluster].y, totals[cluster]),
          roundedRatio(sums[cluster].z, totals[cluster]))
    }
  }
}

/// Σ Δ².
func squaredLength(_ vector: SIMD3<Int>) -> Int { (vector &* vector).wrappedSum() }

/// numerator / denominator, rounded half up.
/// - Parameter denominator: above 0.
func roundedRatio(_ numerator: Int, _ denominator: Int) -> Int {
  let (quotient, remainder) = (2 * numerator + denominator).quotientAndRemainder(
    dividingBy: 2 * denominator)
  return remainder < 0 ? quotient - 1 : quotient
}
