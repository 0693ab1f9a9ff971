/// Wu's cut (X. Wu, "Color quantization by dynamic programming and principal analysis", 1992): the
/// part whose division takes away most of the squared error is divided, at the place that takes
/// away most, until there are as many parts as wanted.
///
/// Wu sums up moments on a grid; here every place between two cells is tried, for which each part
/// keeps its cells in the order of all three axes.
struct VarianceCut {
  /// Cells of one part, in the order of each axis, and its best division.
  private struct Part {
    let orders: [[Int]]
    var gain = 0.0
    var axis = 0
    /// Cells of the first half.
    var count = 0
  }

  /// Sums of weights, and of coordinates times weights: whole numbers below 2^53.
  private struct Moments {
    var weight = 0.0
    var sum = SIMD3<Double>()

    /// What squares about the mean fall short of squares about 0.
    var power: Double {
      (sum.x * sum.x + sum.y * sum.y + sum.z * sum.z) / weight
    }

    static func - (whole: Moments, part: Moments) -> Moments {
      Moments(weight: whole.weight - part.weight, sum: whole.sum - part.sum)
    }
  }

  private let points: [SIMD3<Int>]
  private let weights: [Int]

  /// Divides points into at most `count` parts.
  /// - Parameter weights: of the points, above 0.
  /// - Returns: the part of each point, from 0, and how many parts there are.
  static func parts(
    of points: [SIMD3<Int>], weights: [Int], count: Int
  ) -> (assigned: [Int], count: Int) {
    VarianceCut(points: points, weights: weights).divided(count)
  }

  private init(points: [SIMD3<Int>], weights: [Int]) {
    self.points = points
    self.weights = weights
  }

  private func divided(_ count: Int) -> (assigned: [Int], count: Int) {
    let orders = (0..<3).map { axis in
      points.indices.sorted { (points[$0][axis], $0) < (points[$1][axis], $1) }
    }
    var parts = [measured(orders)]
    while parts.count < count {
      // The first of the greatest.
      var chosen = 0
      for index in parts.indices where parts[index].gain > parts[chosen].gain { chosen = index }
      guard parts[chosen].gain > 0 else { break }
      let (first, second) = halves(of: parts[chosen])
      parts[chosen] = first
      parts.append(second)
    }
    var assigned = Array(repeating: 0, count: points.count)
    for (index, part) in parts.enumerated() {
      for point in part.orders[0] { assigned[point] = index }
    }
    return (assigned, parts.count)
  }

  private func halves(of part: Part) -> (Part, Part) {
    var isFirst = Array(repeating: false, count: points.count)
    for point in part.orders[part.axis].prefix(part.count) { isFirst[point] = true }
    return (
      measured(part.orders.map { order in order.filter { isFirst[$0] } }),
      measured(part.orders.map { order in order.filter { !isFirst[$0] } })
    )
  }

  /// Finds where a part is best divided.
  private func measured(_ orders: [[Int]]) -> Part {
    var part = Part(orders: orders)
    let whole = orders[0].reduce(into: Moments()) { add($1, to: &$0) }
    let undivided = whole.power
    for axis in 0..<3 {
      var first = Moments()
      for (place, point) in orders[axis].dropLast().enumerated() {
        add(point, to: &first)
        guard points[point][axis] < points[orders[axis][place + 1]][axis] else { continue }
        let gain = first.power + (whole - first).power - undivided
        if gain > part.gain { (part.gain, part.axis, part.count) = (gain, axis, place + 1) }
      }
    }
    return part
  }

  private func add(_ point: Int, to moments: inout Moments) {
    let weight = Double(weights[point])
    moments.weight += weight
    moments.sum += SIMD3(points[point]) * weight
  }
}
