/// Moves the entries of a palette apart, so that mixtures of neighbours show what lies between and
/// around them.
///
/// The middles of clusters are the best colours for a picture that is not dithered. Dots mix only
/// what lies between entries: a colour on the far side of all entries near it is paid with entries
/// far off, in coarse dots, or never. All in linear light, where dots mix.
struct PaletteSpread {
  /// Entries that an entry moves away from.
  private static let neighbourCount = 4
  /// Rounds over all directions.
  private static let roundCount = 3
  /// Of a cluster's pixels, how many hold its entry against one pixel that it does not reach.
  private static let hold = 50

  /// All directions of whole numbers up to 2 that are no multiples of another, ascending.
  private static let directions: [SIMD3<Int>] = {
    let range = -2...2
    let all = range.flatMap { x in range.flatMap { y in range.map { SIMD3(x, y, $0) } } }
    return all.filter { direction in
      let isEven = (direction & SIMD3(repeating: 1)) == SIMD3(repeating: 0)
      return !isEven
    }
  }()

  private let cells: [SIMD3<Int>]
  private let counts: [Int]
  /// Pixels of each entry's cluster.
  private let pixels: [Int]
  private var entries: [SIMD3<Int>]

  /// - Parameters:
  ///   - entries: linear light.
  ///   - cells: linear light of the picture's cells.
  ///   - counts: pixels of each cell.
  ///   - assigned: the entry of each cell.
  static func spread(
    _ entries: [SIMD3<Int>], cells: [SIMD3<Int>], counts: [Int], assigned: [Int]
  ) -> [SIMD3<Int>] {
    var pixels = Array(repeating: 0, count: entries.count)
    for (cell, entry) in assigned.enumerated() { pixels[entry] += counts[cell] }
    var spread = PaletteSpread(cells: cells, counts: counts, pixels: pixels, entries: entries)
    spread.loosen()
    spread.reach()
    return spread.entries
  }

  private init(cells: [SIMD3<Int>], counts: [Int], pixels: [Int], entries: [SIMD3<Int>]) {
    self.cells = cells
    self.counts = counts
    self.pixels = pixels
    self.entries = entries
  }

  /// Moves every entry away from the middle of its nearest neighbours, by one and a half times what
  /// lies between them.
  private mutating func loosen() {
    let count = min(Self.neighbourCount, entries.count - 1)
    guard count > 0 else { return }
    entries = entries.indices.map { index in
      let entry = entries[index]
      let others = entries.indices.filter { $0 != index }
        .map { (distance: squaredLength(entries[$0] &- entry), index: $0) }
        .sorted { ($0.distance, $0.index) < ($1.distance, $1.index) }
      let sum = others.prefix(count).reduce(SIMD3<Int>()) { $0 &+ entries[$1.index] }
      // entry + 3/2·(entry − sum/count)
      return Self.ratio(
        entry &* SIMD3(repeating: 5 * count) &- sum &* SIMD3(repeating: 3), 2 * count)
    }
  }

  /// Moves the outermost entry of each direction outwards, to the balance of the pixels beyond it,
  /// which pull, and those of its own, of which a small part holds it where it was.
  private mutating func reach() {
    let home = entries
    for _ in 0..<Self.roundCount {
      for direction in Self.directions {
        var outermost = 0
        var farthest = Int.min
        for index in entries.indices {
          let way = dot(entries[index], direction)
          if way > farthest { (outermost, farthest) = (index, way) }
        }
        var excess = 0
        var beyondCount = 0
        for index in cells.indices {
          let beyond = dot(cells[index], direction) - farthest
          guard beyond > 0 else { continue }
          excess += counts[index] * beyond
          beyondCount += counts[index]
        }
        let held = pixels[outermost] * dot(entries[outermost] &- home[outermost], direction)
        let pull = Self.hold * excess - held
        guard pull > 0 else { continue }
        let stiffness =
          (Self.hold * beyondCount + pixels[outermost]) * squaredLength(direction)
        let sum =
          entries[outermost] &* SIMD3(repeating: stiffness)
          &+ direction &* SIMD3(repeating: pull)
        entries[outermost] = Self.ratio(sum, stiffness)
      }
    }
  }

  /// Rounded half up, clamped to what light can be.
  private static func ratio(_ sum: SIMD3<Int>, _ denominator: Int) -> SIMD3<Int> {
    SIMD3(
      roundedRatio(sum.x, denominator), roundedRatio(sum.y, denominator),
      roundedRatio(sum.z, denominator)
    ).clamped(lowerBound: SIMD3(repeating: 0), upperBound: SIMD3(repeating: 65_535))
  }
}

private func dot(_ a: SIMD3<Int>, _ b: SIMD3<Int>) -> Int { (a &* b).wrappedSum() }
