/// Floyd–Steinberg of one channel, with what goes to the next row kept in registers: one load and
/// one store of an error a pixel. Gives what ``ChannelDiffusion`` gives, several times faster.
struct FloydSteinbergDiffusion: RowHalftone {
  private let weights: Weights
  private let levels: LevelTable
  private let isBinary: Bool
  private let target: [UInt16]?
  private let inversion: UInt16
  private let serpentine: Bool
  private let movesThresholds: Bool
  private let keepsEdges: Bool
  /// What each pixel of the row received from the row above; becomes the next row's as it is read.
  private var errors: [Int32]
  /// The row with its tone applied.
  private var toned: [UInt16] = []
  private var rowIndex = 0

  /// Q14 weights of the neighbours.
  private struct Weights {
    let ahead: Int32
    let behind: Int32
    let below: Int32
    let total: Int32
  }

  /// - Parameters:
  ///   - strength: percent of the error that is paid, 0…100.
  ///   - target: linear target of each linear value, `nil` for the identity.
  ///   - inverted: the highest code is the darkest.
  ///   - serpentine: every second row runs from right to left.
  ///   - movesThresholds: see ``ThresholdMoves``; of one bit only.
  ///   - keepsEdges: targets of 0 and 65,535 are shown as they are, and take and give no error.
  init(
    levels: ChannelLevels, strength: Int, width: Int, target: [UInt16]?, inverted: Bool,
    serpentine: Bool, movesThresholds: Bool = false, keepsEdges: Bool = false
  ) {
    let kernel = DiffusionKernel.floydSteinberg(strength: strength)
    weights = Weights(
      ahead: kernel.shares[0].weight, behind: kernel.shares[1].weight,
      below: kernel.shares[2].weight, total: kernel.total)
    isBinary = levels.bits == 1
    self.levels = LevelTable(levels)
    self.target = target
    inversion = inverted ? UInt16(levels.highest) : 0
    self.serpentine = serpentine
    self.movesThresholds = movesThresholds
    self.keepsEdges = keepsEdges
    errors = Array(repeating: 0, count: width)
  }

  mutating func apply(to row: [UInt16], _ samples: Range<Int>, into codes: inout [UInt16]) {
    let isBackwards = serpentine && !rowIndex.isMultiple(of: 2)
    let rowMove = ThresholdMoves.ofRow(rowIndex)
    rowIndex += 1
    if let target {
      if toned.count < row.count { toned = row }
      LookupKernel.look(up: row, samples, in: target, into: &toned)
    }
    let pass = Pass(
      weights: weights, isBackwards: isBackwards, inversion: inversion, keepsEdges: keepsEdges)
    let source = target == nil ? row : toned
    if isBinary && movesThresholds {
      pass.run(
        source, samples, MovedBlackAndWhite(rowMove: rowMove), errors: &errors, into: &codes)
    } else if isBinary {
      pass.run(source, samples, BlackAndWhite(), errors: &errors, into: &codes)
    } else {
      pass.run(source, samples, levels, errors: &errors, into: &codes)
    }
  }

  /// One row's kernel, compiled for each way of choosing levels.
  private struct Pass {
    let weights: Weights
    let isBackwards: Bool
    let inversion: UInt16
    let keepsEdges: Bool

    /// Errors stay below 2^17, see ``ChannelDiffusion``, so nothing wraps.
    func run(
      _ row: [UInt16], _ samples: Range<Int>, _ levels: some NearestLevel,
      errors allErrors: inout [Int32], into allCodes: inout [UInt16]
    ) {
      let width = samples.count
      let start = samples.lowerBound
      precondition(width == allErrors.count && start >= 0)
      precondition(samples.upperBound <= row.count && samples.upperBound <= allCodes.count)
      let row = row.span
      var errors = allErrors.mutableSpan
      var codes = allCodes.mutableSpan
      let step = isBackwards ? -1 : 1
      let first = isBackwards ? width - 1 : 0
      var x = first
      // What the pixel before hands on in this row, and what it and its predecessor leave to the
      // next row: behind this pixel and below it.
      var handed: Int32 = 0
      var leftBehind: Int32 = 0
      var leftBelow: Int32 = 0
      for _ in 0..<width {
        let received = unsafe errors[unchecked: x]
        let wanted = unsafe Int32(row[unchecked: start &+ x])
        let isKept = keepsEdges && (wanted == 0 || wanted == 65_535)
        let value = wanted &+ (isKept ? 0 : received &+ handed)
        let level = levels.nearest(to: value, wanted: wanted)
        unsafe codes[unchecked: start &+ x] = level.code ^ inversion
        let error = value &- level.shown
        handed = (error &* weights.ahead &+ 8_192) >> 14
        let behind = (error &* weights.behind &+ 8_192) >> 14
        let below = (error &* weights.below &+ 8_192) >> 14
        let rest = ((error &* weights.total &+ 8_192) >> 14) &- handed &- behind &- below
        if x != first {
          unsafe errors[unchecked: x &- step] = Self.bounded(leftBehind &+ behind)
        }
        leftBehind = leftBelow &+ below
        leftBelow = rest
        x = x &+ step
      }
      unsafe errors[unchecked: x &- step] = Self.bounded(leftBehind)
    }

    private static func bounded(_ error: Int32) -> Int32 {
      min(max(error, -ErrorRowLimit.limit), ErrorRowLimit.limit)
    }
  }
}
