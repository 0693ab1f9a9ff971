/// Error diffusion of colours over a palette: the error of all three channels is shared out at once
/// (spec/FORMS.md, "Palettes").
///
/// A palette seldom spans all colours, and an error beyond its hull can never be paid back, so the
/// target is mapped into the hull first. What is left to pay then stays small by itself (1.4 times the
/// range was the most in photographs); the bounds on a pixel's value only prove that errors stay
/// below 2^17 and their products with Q14 weights below 2^31.
struct PaletteDiffusion: RowHalftone {
  private static let lowest = SIMD4<Int32>(repeating: -65_536)
  private static let highest = SIMD4<Int32>(repeating: 131_071)

  private let kernel: DiffusionKernel
  private var matcher: PaletteMatcher
  private let target: [UInt16]?
  private let serpentine: Bool
  private let moves: ThresholdMoves?
  private let kept: KeptColors?
  private var hull: PaletteHull
  private let keepsHue: Bool
  private var errors: ErrorRows<SIMD4<Int32>>
  private var rowIndex = 0

  /// - Parameters:
  ///   - target: linear target of each linear value, `nil` for the identity.
  ///   - serpentine: every second row runs from right to left.
  ///   - movesThresholds: see ``ThresholdMoves``.
  ///   - keepsEdges: see ``KeptColors``.
  ///   - keepsHue: colours beyond the palette are darkened before they lose their hue, see
  ///     ``PaletteHull/mapped(_:)``; else the nearest that can be mixed is shown.
  init(
    matcher: PaletteMatcher, kernel: DiffusionKernel, width: Int, target: [UInt16]?,
    serpentine: Bool, movesThresholds: Bool = false, keepsEdges: Bool = false, keepsHue: Bool = true
  ) {
    self.matcher = matcher
    self.kernel = kernel
    self.target = target
    self.serpentine = serpentine
    moves = movesThresholds ? ThresholdMoves(matcher) : nil
    kept = keepsEdges ? KeptColors() : nil
    hull = PaletteHull(matcher.entries)
    self.keepsHue = keepsHue
    errors = ErrorRows(width: width, kernel: kernel, zero: SIMD4(repeating: 0))
  }

  mutating func apply(to row: [UInt16], _ samples: Range<Int>, into codes: inout [UInt16]) {
    let width = samples.count / 3
    let isBackwards = serpentine && !rowIndex.isMultiple(of: 2)
    let place = rowIndex
    rowIndex += 1
    let step = isBackwards ? -1 : 1
    let present = errors.present
    let shares = kernel.shares.map { share in
      (weight: share.weight, offset: errors.start(below: share.rows) + share.columns * step)
    }
    let lastOffset = errors.start(below: kernel.last.rows) + kernel.last.columns * step
    for column in 0..<width {
      let x = isBackwards ? width - 1 - column : column
      let color = PaletteMatcher.color(row, x, width: width, target: target)
      if let kept, let entry = kept.entry(for: color, &matcher) {
        codes[x] = matcher.codes[entry]
        continue
      }
      let wanted = keepsHue ? hull.mapped(color) : hull.nearest(to: color)
      let value = (wanted &+ errors.values[present.lowerBound + x])
        .clamped(lowerBound: Self.lowest, upperBound: Self.highest)
      var sought = value
      if let moves {
        sought = (value &+ moves.move(wanted: wanted, rowIndex: place))
          .clamped(lowerBound: Self.lowest, upperBound: Self.highest)
      }
      let entry = matcher.nearest(to: sought)
      codes[x] = matcher.codes[entry]
      let error = value &- matcher.entries[entry]
      var rest = (error &* kernel.total &+ 8_192) &>> 14
      for share in shares {
        let part = (error &* share.weight &+ 8_192) &>> 14
        errors.values[share.offset + x] &+= part
        rest &-= part
      }
      errors.values[lastOffset + x] &+= rest
    }
    errors.advance()
  }
}
