/// Floyd–Steinberg for one bit, with what goes to the next row kept in registers: one load and one
/// store of an error a pixel. Gives what ``ChannelDiffusion`` gives, several times faster.
struct BinaryDiffusion: RowHalftone {
  /// Q14 weights of the neighbours.
  private struct Weights {
    let right: Int32
    let behind: Int32
    let below: Int32
    let total: Int32
  }

  private let weights: Weights
  private let target: [UInt16]?
  private let inversion: UInt16
  private let serpentine: Bool
  /// What each pixel of the row received from the row above; becomes the next row's as it is read.
  private var errors: [Int32]
  private var targets: [UInt16] = []
  private var rowIndex = 0

  /// - Parameters:
  ///   - strength: percent of the error that is paid, 0…100.
  ///   - target: linear target of each linear value, `nil` for the identity.
  ///   - inverted: 1 is black.
  ///   - serpentine: every second row runs from right to left.
  init(strength: Int, width: Int, target: [UInt16]?, inverted: Bool, serpentine: Bool) {
    let kernel = DiffusionKernel.floydSteinberg(strength: strength)
    weights = Weights(
      right: kernel.shares[0].weight, behind: kernel.shares[1].weight,
      below: kernel.shares[2].weight, total: kernel.total)
    self.target = target
    inversion = inverted ? 1 : 0
    self.serpentine = serpentine
    errors = Array(repeating: 0, count: width)
  }

  mutating func apply(to row: [UInt16], _ samples: Range<Int>, into codes: inout [UInt16]) {
    let isBackwards = serpentine && !rowIndex.isMultiple(of: 2)
    rowIndex += 1
    guard let target else {
      Self.diffuse(
        row, samples, weights, isBackwards: isBackwards, inversion: inversion, errors: &errors,
        into: &codes)
      return
    }
    if targets.count < row.count { targets = row }
    for index in samples { targets[index] = target[Int(row[index])] }
    Self.diffuse(
      targets, samples, weights, isBackwards: isBackwards, inversion: inversion, errors: &errors,
      into: &codes)
  }

  /// The kernel. Errors stay below 2^17, see ``ChannelDiffusion``, so nothing wraps.
  private static func diffuse(
    _ samples: [UInt16], _ range: Range<Int>, _ weights: Weights, isBackwards: Bool,
    inversion: UInt16, errors received: inout [Int32], into rowCodes: inout [UInt16]
  ) {
    let width = range.count
    let position = range.lowerBound
    precondition(width > 0 && width == received.count)
    precondition(range.upperBound <= samples.count && range.upperBound <= rowCodes.count)
    let row = samples.span
    var codes = rowCodes.mutableSpan
    var errors = received.mutableSpan
    let step = isBackwards ? -1 : 1
    var x = isBackwards ? width - 1 : 0
    // From the pixel before: what it hands on in this row, and what it and its predecessor leave
    // to the next row behind and below this pixel's predecessor.
    var handed: Int32 = 0
    var leftBehind: Int32 = 0
    var leftBelow: Int32 = 0
    for _ in 0..<width {
      let value = unsafe Int32(row[unchecked: position &+ x]) &+ errors[unchecked: x] &+ handed
      // All ones from 32,768 on, which is nearer to white than to black.
      let white = (32_767 &- value) >> 31
      unsafe codes[unchecked: position &+ x] = UInt16(truncatingIfNeeded: white & 1) ^ inversion
      let error = value &- (white & 65_535)
      handed = (error &* weights.right &+ 8_192) >> 14
      let shareBehind = (error &* weights.behind &+ 8_192) >> 14
      let shareBelow = (error &* weights.below &+ 8_192) >> 14
      let shareAhead =
        ((error &* weights.total &+ 8_192) >> 14) &- handed &- shareBehind &- shareBelow
      let before = x &- step
      if before >= 0 && before < width {
        unsafe errors[unchecked: before] = bounded(leftBehind &+ shareBehind)
      }
      leftBehind = leftBelow &+ shareBelow
      leftBelow = shareAhead
      x = x &+ step
    }
    unsafe errors[unchecked: x &- step] = bounded(leftBehind)
  }

  private static func bounded(_ error: Int32) -> Int32 {
    min(max(error, -ErrorRows.limit), ErrorRows.limit)
  }
}
