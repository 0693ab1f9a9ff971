/// Colours that cover all of a picture's: each the farthest from all before it (T. Gonzalez,
/// "Clustering to minimize the maximum intercluster distance", 1985).
///
/// They reach the rim of the picture's colours and lie evenly within, however few pixels are where.
/// Dots then mix everything, and none is coarser than need be.
enum FarthestColors {
  /// - Parameters:
  ///   - lights: linear light of the picture's cells, one at least.
  ///   - counts: pixels of each cell.
  ///   - count: how many are wanted.
  /// - Returns: the linear light of so many cells, fewer where no others differ.
  static func chosen(of lights: [SIMD3<Int>], counts: [Int], count: Int) -> [SIMD3<Int>] {
    let points = lights.map { place(of: $0) }
    var latest = middle(of: points, counts: counts)
    var distances = Array(repeating: Int32.max, count: points.count)
    var chosen: [SIMD3<Int>] = []
    while chosen.count < count {
      // The first of the farthest; the middle of all is only where the search begins.
      var farthest = 0
      for index in points.indices {
        let distance = distance(points[index], latest)
        if chosen.count <= 1 || distance < distances[index] { distances[index] = distance }
        if distances[index] > distances[farthest] { farthest = index }
      }
      guard chosen.isEmpty || distances[farthest] > 0 else { break }
      chosen.append(lights[farthest])
      latest = points[farthest]
    }
    return chosen
  }

  /// 2·v^¾ of each channel, 0…8,192: between light, where dots mix, and what the eye tells apart.
  private static func place(of light: SIMD3<Int>) -> SIMD4<Int32> {
    func curved(_ value: Int) -> Int32 {
      Int32(value == 0 ? 0 : AdaptivePalette.weight(value) >> 3)
    }
    return SIMD4(curved(light.x), curved(light.y), curved(light.z), 0)
  }

  /// The mean of all pixels, rounded half up.
  private static func middle(of points: [SIMD4<Int32>], counts: [Int]) -> SIMD4<Int32> {
    var sum = SIMD3<Int>()
    for (point, count) in zip(points, counts) {
      sum &+= SIMD3(Int(point.x), Int(point.y), Int(point.z)) &* SIMD3(repeating: count)
    }
    let total = counts.reduce(0, +)
    return SIMD4(
      Int32(roundedRatio(sum.x, total)), Int32(roundedRatio(sum.y, total)),
      Int32(roundedRatio(sum.z, total)), 0)
  }

  /// As palettes are matched, see ``PaletteMatcher/weights``; below 2^30.
  private static func distance(_ a: SIMD4<Int32>, _ b: SIMD4<Int32>) -> Int32 {
    let way = a &- b
    return (way &* way &* SIMD4(3, 4, 2, 0)).wrappedSum()
  }
}
