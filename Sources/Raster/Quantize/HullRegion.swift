/// All colours that have their nearest point on one face of a hull, and that point of each
/// (spec/FORMS.md, "Palettes").
///
/// Distance is the root of Σ weight·Δ², so perpendicular means Σ weight·u·v = 0. Of a convex hull
/// the nearest point is an affine function of the colour on each such region, and the regions of all
/// facets, edges, corners and of the inside fill the space.
struct HullRegion {
  /// How far outside of its bounds a region still takes a colour: below what changes a rounded point,
  /// above every error of the doubles here.
  private static let slack = 0x1p-20

  /// Bounds of the region: (normal, offset), the greatest component of a normal being 1. A colour
  /// (r, g, b, 1) lies within when no product is below 0.
  private let bounds: [SIMD4<Double>]
  /// The nearest point is red·r + green·g + blue·b + fixed.
  private let red: SIMD4<Double>
  private let green: SIMD4<Double>
  private let blue: SIMD4<Double>
  private let fixed: SIMD4<Double>
  /// Colours of this region stay as they are.
  let isInside: Bool

  /// - Parameters:
  ///   - bounds: each a normal that points into the region, and a point on the bound.
  ///   - columns: of the linear part.
  ///   - base: a colour that stays as it is.
  private init(
    bounds: [(normal: SIMD3<Double>, point: SIMD3<Double>)],
    columns: (SIMD3<Double>, SIMD3<Double>, SIMD3<Double>), base: SIMD3<Double>,
    isInside: Bool = false
  ) {
    self.bounds = bounds.map { bound in
      let greatest = max(abs(bound.normal.x), abs(bound.normal.y), abs(bound.normal.z))
      let normal = bound.normal / greatest
      return SIMD4(normal, Self.slack - (normal * bound.point).sum())
    }
    let moved = columns.0 * base.x + columns.1 * base.y + columns.2 * base.z
    red = SIMD4(columns.0, 0)
    green = SIMD4(columns.1, 0)
    blue = SIMD4(columns.2, 0)
    fixed = SIMD4(base - moved, 0)
    self.isInside = isInside
  }

  /// Whether the region holds a colour; its last component is 1.
  func contains(_ color: SIMD4<Double>) -> Bool {
    for bound in bounds where (bound * color).sum() < 0 { return false }
    return true
  }

  /// Whether a box may hold colours of the region; last components are 1.
  func mayMeet(lowest: SIMD4<Double>, highest: SIMD4<Double>) -> Bool {
    bounds.allSatisfy { bound in
      (bound * lowest.replacing(with: highest, where: bound .> 0)).sum() >= 0
    }
  }

  /// Whether a box holds nothing but colours of the region; last components are 1.
  func covers(lowest: SIMD4<Double>, highest: SIMD4<Double>) -> Bool {
    bounds.allSatisfy { bound in
      (bound * highest.replacing(with: lowest, where: bound .> 0)).sum() >= 0
    }
  }

  /// The face's point that is nearest to a colour of the region.
  func nearest(to color: SIMD4<Int32>) -> SIMD4<Int32> {
    // A half, and a little more, so that what is a half in truth is rounded up however it erred.
    let point =
      red * Double(color.x) + green * Double(color.y) + blue * Double(color.z) + fixed
      + (0.5 + 0x1p-12)
    // Points of the hull have no component below 0.
    return SIMD4(Int32(point.x), Int32(point.y), Int32(point.z), 0)
  }
}

extension HullRegion {
  /// The regions of a hull, which together hold every colour.
  static func all(of hull: ConvexHull, weights: SIMD3<Double>) -> [HullRegion] {
    Faces(hull: hull, weights: weights).regions()
  }

  /// Makes the regions of one hull.
  private struct Faces {
    let hull: ConvexHull
    let weights: SIMD3<Double>

    /// An edge, and the bounds towards the facets that it ends, pointing into them.
    private struct Edge {
      let from: Int
      let to: Int
      var inwards: [SIMD3<Double>]
    }

    func regions() -> [HullRegion] {
      let edges = edges()
      var neighbours: [Int: [Int]] = [:]
      for edge in edges {
        neighbours[edge.from, default: []].append(edge.to)
        neighbours[edge.to, default: []].append(edge.from)
      }
      let corners = hull.points.count == 1 ? [0] : neighbours.keys.sorted()
      // The inside has most bounds; where it stands last it needs no test.
      return hull.facets.map { region(of: $0) }
        + edges.map { region(of: $0) }
        + corners.map { region(ofCorner: $0, neighbours: neighbours[$0] ?? []) }
        + (hull.isSolid ? [inside()] : [])
    }

    private func point(_ index: Int) -> SIMD3<Double> { SIMD3(hull.points[index]) }

    private func normal(of facet: ConvexHull.Facet) -> SIMD3<Double> {
      let (a, b, c) = facet.corners
      return SIMD3(ConvexHull.normal(hull.points[a], hull.points[b], hull.points[c]))
    }

    /// Every edge once, in the order of facets.
    private func edges() -> [Edge] {
      if let segment = hull.segment {
        return [Edge(from: segment.from, to: segment.to, inwards: [])]
      }
      var edges: [Edge] = []
      var places: [[Int]: Int] = [:]
      for facet in hull.facets {
        for side in facet.sides {
          let inward = inward(across: side, of: facet)
          if let place = places[[side.to, side.from]] {
            edges[place].inwards.append(inward)
          } else {
            places[[side.from, side.to]] = edges.count
            edges.append(Edge(from: side.from, to: side.to, inwards: [inward]))
          }
        }
      }
      return edges
    }

    /// The normal of the bound between a facet's colours and its edge's, pointing to the facet's: it
    /// is perpendicular to the edge and to the line on which the facet's colours move to it.
    private func inward(
      across side: (from: Int, to: Int, across: Int), of facet: ConvexHull.Facet
    ) -> SIMD3<Double> {
      let u = point(side.to) - point(side.from)
      let v = normal(of: facet) / weights
      let bound = SIMD3(u.y * v.z - u.z * v.y, u.z * v.x - u.x * v.z, u.x * v.y - u.y * v.x)
      let isInward = (bound * (point(side.across) - point(side.from))).sum() > 0
      return isInward ? bound : -bound
    }

    private func inside() -> HullRegion {
      HullRegion(
        bounds: hull.facets.map { (-normal(of: $0), point($0.corners.0)) },
        columns: (SIMD3(1, 0, 0), SIMD3(0, 1, 0), SIMD3(0, 0, 1)), base: SIMD3(),
        isInside: true)
    }

    private func region(of facet: ConvexHull.Facet) -> HullRegion {
      let normal = normal(of: facet)
      let sides = facet.sides.map { (inward(across: $0, of: facet), point($0.from)) }
      // A colour moves along this until it meets the plane.
      let way = normal / weights / (normal * normal / weights).sum()
      return HullRegion(
        bounds: (hull.isSolid ? [(normal, point(facet.corners.0))] : []) + sides,
        columns: (
          SIMD3(1, 0, 0) - way * normal.x, SIMD3(0, 1, 0) - way * normal.y,
          SIMD3(0, 0, 1) - way * normal.z
        ),
        base: point(facet.corners.0))
    }

    private func region(of edge: Edge) -> HullRegion {
      let direction = point(edge.to) - point(edge.from)
      let along = direction * weights
      let share = direction / (direction * along).sum()
      return HullRegion(
        bounds: edge.inwards.map { (-$0, point(edge.from)) }
          + [(along, point(edge.from)), (-along, point(edge.to))],
        columns: (share * along.x, share * along.y, share * along.z), base: point(edge.from))
    }

    private func region(ofCorner corner: Int, neighbours: [Int]) -> HullRegion {
      HullRegion(
        bounds: neighbours.map { ((point(corner) - point($0)) * weights, point(corner)) },
        columns: (SIMD3(), SIMD3(), SIMD3()), base: point(corner))
    }
  }
}
