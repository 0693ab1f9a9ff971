/// Maps colours to what mixtures of a palette's entries can show: the nearest point of their convex
/// hull in linear light (spec/FORMS.md, "Palettes").
///
/// Space is cut into 32 × 32 × 32 cells; which regions of the hull a cell meets is found when its
/// first colour comes, after which most cells leave one or two to try.
struct PaletteHull {
  private static let cellsPerSide = 32

  /// The least linear value of each cell, and 65,536; even steps of encoded values, as pictures
  /// crowd in the shadows.
  private static let cellBounds: [Int] = {
    var bounds: [Int] = []
    for (value, code) in LinearLight.encodedTable.enumerated() where Int(code) >> 11 >= bounds.count
    {
      bounds.append(value)
    }
    return bounds + [65_536]
  }()

  private let regions: [HullRegion]
  private let encoded: [UInt16]
  /// The regions that each cell meets.
  private var cells: CellLists

  /// - Parameter entries: linear light, one at least.
  init(_ entries: [SIMD4<Int32>]) {
    let points = entries.map { SIMD3(Int($0.x), Int($0.y), Int($0.z)) }
    regions = HullRegion.all(of: ConvexHull(points), weights: SIMD3(PaletteMatcher.weights))
    encoded = LinearLight.encodedTable
    cells = CellLists(cellCount: Self.cellsPerSide * Self.cellsPerSide * Self.cellsPerSide)
  }

  /// The hull's point that is nearest to a linear colour, components 0…65,535.
  mutating func nearest(to color: SIMD4<Int32>) -> SIMD4<Int32> {
    let cell =
      Int(encoded[Int(color.x)] >> 11) << 10 | Int(encoded[Int(color.y)] >> 11) << 5
      | Int(encoded[Int(color.z)] >> 11)
    if !cells.holds(cell) { cells.set(cell, to: regionsMeeting(cell)) }
    let places = cells.places(of: cell)
    // The regions fill the space, so the last one needs no test.
    let last = places.upperBound - 1
    var candidate = places.lowerBound
    if candidate < last {
      let place = SIMD4(Double(color.x), Double(color.y), Double(color.z), 1)
      while candidate < last, !regions[cells[candidate]].contains(place) { candidate += 1 }
    }
    let index = cells[candidate]
    return regions[index].isInside ? color : regions[index].nearest(to: color)
  }

  private func regionsMeeting(_ cell: Int) -> [Int] {
    let places = SIMD3(cell >> 10, cell >> 5 & 31, cell & 31)
    var lowest = SIMD4<Double>(repeating: 1)
    var highest = SIMD4<Double>(repeating: 1)
    for channel in 0..<3 {
      lowest[channel] = Double(Self.cellBounds[places[channel]])
      highest[channel] = Double(Self.cellBounds[places[channel] + 1] - 1)
    }
    let last = regions.count - 1
    if regions[last].isInside && regions[last].covers(lowest: lowest, highest: highest) {
      return [last]
    }
    return regions.indices.filter {
      regions[$0].mayMeet(lowest: lowest, highest: highest)
    }
  }
}
