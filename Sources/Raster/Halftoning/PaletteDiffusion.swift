/// Error diffusion of colours over a palette: the error of all three channels is shared out at once
/// (spec/FORMS.md, "Palettes").
///
/// A palette seldom spans all colours, and an error beyond its hull can never be paid back. So a
/// pixel's value, what it received included, is held within a margin around the palette's own range;
/// that also bounds every error below 2^17 and its products with Q14 weights below 2^31.
struct PaletteDiffusion: RowHalftone {
  /// By how much a value may pass the palette's range. Wider margins smear highlights and shadows
  /// that the palette lacks; with none, the darkest and lightest shades lose their texture.
  private static let margin: Int32 = 8_192

  private let kernel: DiffusionKernel
  private let matcher: PaletteMatcher
  private let target: [UInt16]?
  private let serpentine: Bool
  /// Between these a value is held.
  private let lowest: SIMD4<Int32>
  private let highest: SIMD4<Int32>
  /// Three channels.
  private var errors: [ErrorRows]
  private var rowIndex = 0

  /// - Parameters:
  ///   - target: linear target of each linear value, `nil` for the identity.
  ///   - serpentine: every second row runs from right to left.
  init(
    matcher: PaletteMatcher, kernel: DiffusionKernel, width: Int, target: [UInt16]?,
    serpentine: Bool
  ) {
    self.matcher = matcher
    self.kernel = kernel
    self.target = target
    self.serpentine = serpentine
    lowest = matcher.darkest &- Self.margin
    highest = matcher.lightest &+ Self.margin
    errors = Array(repeating: ErrorRows(width: width, kernel: kernel), count: 3)
  }

  mutating func apply(to row: [UInt16], _ samples: Range<Int>, into codes: inout [UInt16]) {
    let width = samples.count / 3
    let isBackwards = serpentine && !rowIndex.isMultiple(of: 2)
    let step = isBackwards ? -1 : 1
    // All three rings turn together.
    let present = errors[0].start(below: 0)
    let offsets = kernel.shares.map { errors[0].start(below: $0.rows) + $0.columns * step }
    let lastOffset = errors[0].start(below: kernel.last.rows) + kernel.last.columns * step
    for column in 0..<width {
      let x = isBackwards ? width - 1 - column : column
      let wanted = PaletteMatcher.color(row, x, width: width, target: target)
      let received = SIMD4(
        errors[0].values[present + x], errors[1].values[present + x],
        errors[2].values[present + x], 0)
      let value = (wanted &+ received).clamped(lowerBound: lowest, upperBound: highest)
      let entry = matcher.nearest(to: value)
      codes[x] = matcher.codes[entry]
      let error = value &- matcher.entries[entry]
      var rest = (error &* kernel.total &+ 8_192) &>> 14
      for (share, offset) in zip(kernel.shares, offsets) {
        let part = (error &* share.weight &+ 8_192) &>> 14
        add(part, at: offset + x)
        rest &-= part
      }
      add(rest, at: lastOffset + x)
    }
    for channel in errors.indices { errors[channel].advance() }
    rowIndex += 1
  }

  private mutating func add(_ part: SIMD4<Int32>, at index: Int) {
    errors[0].values[index] &+= part.x
    errors[1].values[index] &+= part.y
    errors[2].values[index] &+= part.z
  }
}
