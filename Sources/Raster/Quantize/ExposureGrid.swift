/// How much colours that a palette cannot show are darkened before the nearest one is taken, known at
/// the nodes of a grid and interpolated between them (spec/FORMS.md, "Palettes").
///
/// 33 × 33 × 33 nodes at even steps of encoded values. A cell is cut into six tetrahedra that share
/// its diagonal, so that grays depend on gray nodes alone and are never darkened for the sake of
/// their coloured neighbours.
struct ExposureGrid {
  /// Where a colour lies between nodes.
  struct Place {
    /// The four nodes around it.
    let nodes: SIMD4<Int>
    /// The share of each; their sum is 2,048.
    let shares: SIMD4<Int>
  }

  /// The exposure at which a colour stays as it is, at a node.
  static let whole = 1_024
  private static let nodesPerSide = 33
  private static let unknown = UInt16.max

  /// Red slowest, blue fastest.
  private var exposures: [UInt16]

  init() {
    let side = Self.nodesPerSide
    exposures = Array(repeating: Self.unknown, count: side * side * side)
  }

  /// - Parameter encoded: channels 0…65,535.
  func place(of encoded: SIMD3<Int>) -> Place {
    // The greatest value lies on the last node, all others less than one unit from their place.
    let position = encoded &+ (encoded &>> 15)
    let cell = pointwiseMin(position &>> 11, SIMD3(repeating: 31))
    let part = position &- cell &<< 11
    let base = (cell.x &* Self.nodesPerSide &+ cell.y) &* Self.nodesPerSide &+ cell.z
    // From the base to the opposite node, along the channels from the greatest part to the least.
    var (first, second, third) = (
      (part: part.x, step: Self.nodesPerSide * Self.nodesPerSide),
      (part: part.y, step: Self.nodesPerSide), (part: part.z, step: 1)
    )
    if first.part < second.part { swap(&first, &second) }
    if second.part < third.part { swap(&second, &third) }
    if first.part < second.part { swap(&first, &second) }
    let afterFirst = base &+ first.step
    let afterSecond = afterFirst &+ second.step
    return Place(
      nodes: SIMD4(base, afterFirst, afterSecond, afterSecond &+ third.step),
      shares: SIMD4(
        2_048 &- first.part, first.part &- second.part, second.part &- third.part, third.part))
  }

  /// The encoded value of each channel of a node.
  static func encoded(ofNode node: Int) -> SIMD3<Int> {
    let (rest, blue) = node.quotientAndRemainder(dividingBy: nodesPerSide)
    let (red, green) = rest.quotientAndRemainder(dividingBy: nodesPerSide)
    return pointwiseMin(SIMD3(red, green, blue) &<< 11, SIMD3(repeating: 65_535))
  }

  /// A node's exposure, 0…``whole``, or `nil` while it was not set.
  func exposure(ofNode node: Int) -> Int? {
    let exposure = exposures[node]
    return exposure == Self.unknown ? nil : Int(exposure)
  }

  mutating func set(_ exposure: Int, ofNode node: Int) {
    exposures[node] = UInt16(exposure)
  }
}
