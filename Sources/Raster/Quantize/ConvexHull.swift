/// The convex hull of points in space, as the faces of its surface; exact.
///
/// Points may lie on one plane, on one line or on one place; then ``isSolid`` is false and the faces
/// are the polygon's triangles, one edge, or one corner.
struct ConvexHull {
  /// A triangle of points' indices, counter-clockwise from outside.
  struct Facet: Equatable {
    let corners: (Int, Int, Int)

    init(_ a: Int, _ b: Int, _ c: Int) { corners = (a, b, c) }

    static func == (left: Facet, right: Facet) -> Bool { left.corners == right.corners }

    /// Its edges, counter-clockwise, each with the corner that lies across from it.
    var sides: [(from: Int, to: Int, across: Int)] {
      let (a, b, c) = corners
      return [(a, b, c), (b, c, a), (c, a, b)]
    }
  }

  /// The points, each once.
  let points: [SIMD3<Int>]
  /// The triangles of the surface; several may lie on one plane.
  let facets: [Facet]
  /// Whether the hull has a volume.
  let isSolid: Bool
  /// The ends of the one edge of points on a line.
  let segment: (from: Int, to: Int)?

  /// - Parameter points: one at least, coordinates 0…65,535.
  init(_ points: [SIMD3<Int>]) {
    var distinct: [SIMD3<Int>] = []
    for point in points where !distinct.contains(point) { distinct.append(point) }
    self.points = distinct
    let indices = distinct.indices
    let line = indices.dropFirst().first
    let plane = line.flatMap { second in
      indices.first { Self.normal(distinct[0], distinct[second], distinct[$0]) != SIMD3() }
    }
    guard let line, let plane else {
      facets = []
      isSolid = false
      segment = line.map { Self.ends(distinct, along: distinct[$0] &- distinct[0]) }
      return
    }
    segment = nil
    let space = indices.first { Self.side($0, of: Facet(0, line, plane), distinct) != 0 }
    isSolid = space != nil
    if let space {
      facets = Self.facets(distinct, from: [0, line, plane, space])
    } else {
      // A pyramid over the polygon, without its sides.
      let normal = Self.normal(distinct[0], distinct[line], distinct[plane])
      let apex = distinct.count
      let raised = distinct + [distinct[0] &+ Self.axis(leastAslant: normal) &* 65_536]
      facets = Self.facets(raised, from: [0, line, plane, apex]).filter { facet in
        !facet.sides.contains { $0.from == apex }
      }
    }
  }

  /// The vector product of two sides of a triangle: its components are below 2^36.
  static func normal(_ a: SIMD3<Int>, _ b: SIMD3<Int>, _ c: SIMD3<Int>) -> SIMD3<Int> {
    cross(b &- a, c &- a)
  }

  private static func cross(_ u: SIMD3<Int>, _ v: SIMD3<Int>) -> SIMD3<Int> {
    SIMD3(
      u.y &* v.z &- u.z &* v.y, u.z &* v.x &- u.x &* v.z, u.x &* v.y &- u.y &* v.x)
  }

  /// Above 0 where a point lies outside of a facet's plane, 0 on it; below 2^56.
  private static func side(_ index: Int, of facet: Facet, _ points: [SIMD3<Int>]) -> Int {
    let a = points[facet.corners.0]
    let normal = normal(a, points[facet.corners.1], points[facet.corners.2])
    return (normal &* (points[index] &- a)).wrappedSum()
  }

  private static func ends(
    _ points: [SIMD3<Int>], along direction: SIMD3<Int>
  ) -> (from: Int, to: Int) {
    let places = points.map { ($0 &* direction).wrappedSum() }
    let order = points.indices.sorted { places[$0] < places[$1] }
    return (order[0], order[order.count - 1])
  }

  /// The unit vector that leads away from a plane the quickest.
  private static func axis(leastAslant normal: SIMD3<Int>) -> SIMD3<Int> {
    let longest = (0..<3).reduce(0) { abs(normal[$1]) > abs(normal[$0]) ? $1 : $0 }
    var axis = SIMD3<Int>()
    axis[longest] = 1
    return axis
  }

  /// Point by point: what a new point sees of the surface is replaced by a cone from the rim of it.
  /// A facet whose plane holds the point is not seen, so that points between others change nothing.
  private static func facets(_ points: [SIMD3<Int>], from simplex: [Int]) -> [Facet] {
    var (a, b, c, d) = (simplex[0], simplex[1], simplex[2], simplex[3])
    if side(d, of: Facet(a, b, c), points) > 0 { swap(&b, &c) }
    var facets = [Facet(a, b, c), Facet(b, a, d), Facet(c, b, d), Facet(a, c, d)]
    for index in points.indices where !simplex.contains(index) {
      let seen = facets.filter { side(index, of: $0, points) > 0 }
      guard !seen.isEmpty else { continue }
      let sides = seen.flatMap(\.sides)
      let rim = sides.filter { side in
        !sides.contains { $0.from == side.to && $0.to == side.from }
      }
      facets.removeAll { seen.contains($0) }
      facets += rim.map { Facet($0.from, $0.to, index) }
    }
    return facets
  }
}
