/// Maps colours to what mixtures of a palette's entries can show, the convex hull of the entries in
/// linear light (spec/FORMS.md, "Palettes").
///
/// The nearest point of the hull would keep the lightness of saturated colours and lose their hue: red
/// becomes the mustard that some e-paper has beside its dark red. So a colour outside is first
/// darkened as far as that brings it nearer to the hull in proportion, the more the more saturated it is.
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
  private var exposures = ExposureGrid()

  /// - Parameter entries: linear light, one at least.
  init(_ entries: [SIMD4<Int32>]) {
    let points = entries.map { SIMD3(Int($0.x), Int($0.y), Int($0.z)) }
    regions = HullRegion.all(of: ConvexHull(points), weights: SIMD3(PaletteMatcher.weights))
    encoded = LinearLight.encodedTable
    cells = CellLists(cellCount: Self.cellsPerSide * Self.cellsPerSide * Self.cellsPerSide)
  }

  /// What is shown for a linear colour, components 0…65,535.
  mutating func mapped(_ color: SIMD4<Int32>) -> SIMD4<Int32> {
    let nearest = nearest(to: color)
    if nearest == color { return color }
    let exposure = exposure(of: color)
    // At most 65,535 · 32,768 and a half, below 2^31.
    return exposure == 32_768
      ? nearest : self.nearest(to: (color &* exposure &+ 16_384) &>> 15)
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

  /// In 1/32,768.
  private mutating func exposure(of color: SIMD4<Int32>) -> Int32 {
    let place = exposures.place(
      of: SIMD3(
        Int(encoded[Int(color.x)]), Int(encoded[Int(color.y)]), Int(encoded[Int(color.z)])))
    var sum = 0
    for index in 0..<4 {
      sum &+= place.shares[index] &* exposure(ofNode: place.nodes[index])
    }
    return Int32(truncatingIfNeeded: (sum &+ 32) &>> 6)
  }

  private mutating func exposure(ofNode node: Int) -> Int {
    if let known = exposures.exposure(ofNode: node) { return known }
    let linear = LinearLight.linearTable
    let place = ExposureGrid.encoded(ofNode: node)
    let color = SIMD3(Int(linear[place.x]), Int(linear[place.y]), Int(linear[place.z]))
    let exposure = exposure(ofTarget: color)
    exposures.set(exposure, ofNode: node)
    return exposure
  }

  /// The greatest exposure s, in 1/1,024, that is not too great; bit by bit, as too great ones are
  /// all above it.
  ///
  /// With u = 1 / s and h the hull's point nearest to s·t, u·h is the point of the u-fold hull nearest
  /// to t. Half of the square of their distance falls by ⟨t − u·h, h⟩ as u grows; what growing costs is
  /// (1 − s)·⟨t, t⟩ / (21·saturation²), the derivative of a convex function too.
  private mutating func exposure(ofTarget color: SIMD3<Int>) -> Int {
    let weights = PaletteMatcher.weights
    let most = color.max()
    guard most > 0 else { return ExposureGrid.whole }
    let saturation = 64 * (most - color.min()) / most
    // Below 2^26; the products of both sides stay below 2^62.
    let gain = 5_376 * saturation * saturation
    let square = (weights &* color &* color).wrappedSum()
    var exposure = 0
    var step = ExposureGrid.whole
    while step > 0 {
      let tried = exposure + step
      step >>= 1
      guard tried <= ExposureGrid.whole else { continue }
      let scaled = (color &* tried &+ 512) &>> 10
      let shown = nearest(
        to: SIMD4(Int32(scaled.x), Int32(scaled.y), Int32(scaled.z), 0))
      let point = SIMD3(Int(shown.x), Int(shown.y), Int(shown.z))
      // One less than the distance, which may be all rounding.
      let way = (weights &* (scaled &- point &- 1) &* point).wrappedSum()
      if gain * way <= tried * (ExposureGrid.whole - tried) * square { exposure = tried }
    }
    return exposure
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
