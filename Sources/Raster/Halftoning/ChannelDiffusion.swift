/// Error diffusion of one channel in linear light, any kernel (spec/FORMS.md, "Error diffusion").
///
/// No sum overflows. The levels span 0…65,535, so a pixel's error is at most the greater of half the
/// widest gap and what the pixel received; at most 65,535 come from the rows above and at most half
/// (Sierra lite) of its predecessors' errors from the same row, rounded half up, so errors stay below
/// 2 · 65,535 + 2 = 2^17, and their products with Q14 weights below 2^31.
struct ChannelDiffusion: RowHalftone {
  private let kernel: DiffusionKernel
  private let levels: LevelTable
  private let target: [UInt16]?
  private let inversion: UInt16
  private let serpentine: Bool
  private let keepsEdges: Bool
  private var errors: ErrorRows<Int32>
  private var rowIndex = 0

  /// - Parameters:
  ///   - target: linear target of each linear value, `nil` for the identity.
  ///   - inverted: the highest code is the darkest.
  ///   - serpentine: every second row runs from right to left.
  ///   - keepsEdges: targets of 0 and 65,535 are shown as they are, and take and give no error.
  init(
    levels: ChannelLevels, kernel: DiffusionKernel, width: Int, target: [UInt16]?, inverted: Bool,
    serpentine: Bool, keepsEdges: Bool = false
  ) {
    self.kernel = kernel
    self.levels = LevelTable(levels)
    self.target = target
    inversion = inverted ? UInt16(levels.highest) : 0
    self.serpentine = serpentine
    self.keepsEdges = keepsEdges
    errors = ErrorRows(width: width, kernel: kernel, zero: 0)
  }

  mutating func apply(to row: [UInt16], _ samples: Range<Int>, into codes: inout [UInt16]) {
    let isBackwards = serpentine && !rowIndex.isMultiple(of: 2)
    rowIndex += 1
    let present = errors.present
    for index in present {
      errors.values[index] = min(
        max(errors.values[index], -ErrorRowLimit.limit), ErrorRowLimit.limit)
    }
    let step = isBackwards ? -1 : 1
    let shares = kernel.shares.map { share in
      (weight: share.weight, offset: errors.start(below: share.rows) + share.columns * step)
    }
    let lastOffset = errors.start(below: kernel.last.rows) + kernel.last.columns * step
    for column in 0..<samples.count {
      let x = isBackwards ? samples.count - 1 - column : column
      let sample = row[samples.lowerBound + x]
      let wanted = if let target { target[Int(sample)] } else { sample }
      let isKept = keepsEdges && (wanted == 0 || wanted == 65_535)
      let value = Int32(wanted) + (isKept ? 0 : errors.values[present.lowerBound + x])
      let level = levels.nearest(to: value)
      codes[samples.lowerBound + x] = level.code ^ inversion
      let error = value - level.shown
      var rest = (error * kernel.total + 8_192) >> 14
      for share in shares {
        let part = (error * share.weight + 8_192) >> 14
        errors.values[share.offset + x] += part
        rest -= part
      }
      errors.values[lastOffset + x] += rest
    }
    errors.advance()
  }
}
