/// Error diffusion of one channel in linear light, any kernel (spec/FORMS.md, "Error diffusion").
///
/// No sum overflows. The levels span 0…65,535, so a pixel's error is at most the greater of half the
/// widest gap and what the pixel received; at most 65,535 come from the rows above and at most 7/16
/// of its predecessors' errors from the same row, so errors stay below 65,536 / (1 − 7/16) < 2^17,
/// and their products with Q14 weights below 2^31.
struct ChannelDiffusion: RowHalftone {
  private let kernel: DiffusionKernel
  private let levels: [Int32]
  private let nearest: [UInt16]
  private let target: [UInt16]?
  private let inversion: UInt16
  private let serpentine: Bool
  private var errors: ErrorRows
  private var rowIndex = 0

  /// - Parameters:
  ///   - target: linear target of each linear value, `nil` for the identity.
  ///   - inverted: the highest code is the darkest.
  ///   - serpentine: every second row runs from right to left.
  init(
    levels: ChannelLevels, kernel: DiffusionKernel, width: Int, target: [UInt16]?, inverted: Bool,
    serpentine: Bool
  ) {
    self.kernel = kernel
    self.levels = levels.linearLevels()
    nearest = levels.nearestLevels()
    self.target = target
    inversion = inverted ? UInt16(levels.highest) : 0
    self.serpentine = serpentine
    errors = ErrorRows(width: width, kernel: kernel)
  }

  mutating func apply(to row: [UInt16], _ samples: Range<Int>, into codes: inout [UInt16]) {
    let isBackwards = serpentine && !rowIndex.isMultiple(of: 2)
    let step = isBackwards ? -1 : 1
    errors.bound()
    let present = errors.start(below: 0)
    let offsets = kernel.shares.map { errors.start(below: $0.rows) + $0.columns * step }
    let lastOffset = errors.start(below: kernel.last.rows) + kernel.last.columns * step
    for column in 0..<samples.count {
      let x = isBackwards ? samples.count - 1 - column : column
      let index = samples.lowerBound + x
      let wanted = target.map { $0[Int(row[index])] } ?? row[index]
      let value = Int32(wanted) + errors.values[present + x]
      let level = Int(nearest[Int(min(max(value, 0), 65_535))])
      codes[index] = UInt16(truncatingIfNeeded: level) ^ inversion
      let error = value - levels[level]
      var rest = (error * kernel.total + 8_192) >> 14
      for (share, offset) in zip(kernel.shares, offsets) {
        let part = (error * share.weight + 8_192) >> 14
        errors.values[offset + x] += part
        rest -= part
      }
      errors.values[lastOffset + x] += rest
    }
    errors.advance()
    rowIndex += 1
  }
}
