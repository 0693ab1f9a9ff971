/// The nearest entry of a palette, after an ordered displacement if there is any.
struct PaletteHalftone: RowHalftone {
  private let matcher: PaletteMatcher
  private let target: [UInt16]?
  /// What is added to a colour in each of the 64 cells.
  private let displacements: [SIMD4<Int32>]
  private var rowIndex = 0

  /// - Parameters:
  ///   - target: linear target of each linear value, `nil` for the identity.
  ///   - strength: percent of the displacement; `nil` for the nearest entry alone.
  init(matcher: PaletteMatcher, target: [UInt16]?, strength: Int?) {
    self.matcher = matcher
    self.target = target
    let spread = Self.spread(matcher)
    displacements = BayerMatrix.values.map { cell in
      guard let strength else { return SIMD4(repeating: 0) }
      let offset = BayerMatrix.threshold(cell, strength: strength) - BayerMatrix.half
      // A high threshold asks for a dark dot. |spread·offset| < 65,536·6,400 < 2^31.
      return SIMD4(
        floorDivided(-offset * spread.x, by: 12_800), floorDivided(-offset * spread.y, by: 12_800),
        floorDivided(-offset * spread.z, by: 12_800), 0)
    }
  }

  /// How far each channel is displaced from end to end: the palette's range, divided by the gaps that
  /// its entries would leave if they were spread evenly over a cube of colours.
  private static func spread(_ matcher: PaletteMatcher) -> SIMD4<Int32> {
    let levels = (2...6).last { $0 * $0 * $0 <= matcher.entries.count } ?? 2
    return (matcher.lightest &- matcher.darkest) / Int32(levels - 1)
  }

  mutating func apply(to row: [UInt16], _ samples: Range<Int>, into codes: inout [UInt16]) {
    let width = samples.count / 3
    let cells = (rowIndex & 7) * BayerMatrix.side
    rowIndex += 1
    for x in 0..<width {
      let color = PaletteMatcher.color(row, x, width: width, target: target)
      codes[x] = matcher.codes[matcher.nearest(to: color &+ displacements[cells + x & 7])]
    }
  }
}

/// Rounded towards minus infinity; `divisor` is positive.
private func floorDivided(_ value: Int32, by divisor: Int32) -> Int32 {
  let (quotient, remainder) = value.quotientAndRemainder(dividingBy: divisor)
  return remainder < 0 ? quotient - 1 : quotient
}
