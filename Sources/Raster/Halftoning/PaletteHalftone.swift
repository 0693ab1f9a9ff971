/// The nearest entry of a palette, after an ordered displacement if there is any.
struct PaletteHalftone: RowHalftone {
  private var matcher: PaletteMatcher
  private let target: [UInt16]?
  /// What is added to a colour in each of the mask's cells.
  private let displacements: [SIMD4<Int32>]
  private let side: Int
  private let kept: KeptColors?
  private var rowIndex = 0

  /// - Parameters:
  ///   - target: linear target of each linear value, `nil` for the identity.
  ///   - mask: of ordered dither; `nil` for the nearest entry alone.
  ///   - strength: percent of the displacement.
  ///   - keepsEdges: see ``KeptColors``.
  init(
    matcher: PaletteMatcher, target: [UInt16]?, mask: ThresholdMask?, strength: Int,
    keepsEdges: Bool = false
  ) {
    self.matcher = matcher
    self.target = target
    kept = keepsEdges ? KeptColors() : nil
    guard let mask else {
      displacements = [SIMD4(repeating: 0)]
      side = 1
      return
    }
    let spread = Self.spread(matcher)
    // All channels by one threshold: a palette has no entry to answer each channel by itself.
    displacements = mask.thresholds(strength: strength).map { threshold in
      // A high threshold asks for a dark dot.
      let offset = Int64(mask.unit / 2 - threshold)
      return SIMD4(
        floorDivided(offset * Int64(spread.x), by: Int64(mask.unit)),
        floorDivided(offset * Int64(spread.y), by: Int64(mask.unit)),
        floorDivided(offset * Int64(spread.z), by: Int64(mask.unit)), 0)
    }
    side = mask.side
  }

  /// How far each channel is displaced from end to end: the palette's range, divided by the gaps that
  /// its entries would leave if they were spread evenly over a cube of colours.
  private static func spread(_ matcher: PaletteMatcher) -> SIMD4<Int32> {
    let levels = (2...6).last { $0 * $0 * $0 <= matcher.entries.count } ?? 2
    return (matcher.lightest &- matcher.darkest) / Int32(levels - 1)
  }

  mutating func apply(to row: [UInt16], _ samples: Range<Int>, into codes: inout [UInt16]) {
    let width = samples.count / 3
    let cells = rowIndex % side * side
    rowIndex += 1
    for x in 0..<width {
      let color = PaletteMatcher.color(row, x, width: width, target: target)
      let entry =
        kept?.entry(for: color, &matcher)
        ?? matcher.nearest(to: color &+ displacements[cells + x % side])
      codes[x] = matcher.codes[entry]
    }
  }
}

/// Rounded towards minus infinity; `divisor` is positive and the quotient below 2^31.
private func floorDivided(_ value: Int64, by divisor: Int64) -> Int32 {
  let (quotient, remainder) = value.quotientAndRemainder(dividingBy: divisor)
  return Int32(remainder < 0 ? quotient - 1 : quotient)
}
