/// Ordered dither of one channel, between the two neighbouring levels, in linear light: a code
/// depends on nothing but its own pixel's value and place.
struct OrderedHalftone: RowHalftone {
  /// Where each linear value lies: the lower of both neighbouring levels above 20 bits of the way
  /// from it to the upper one, in 1/``ThresholdMask/unit``, rounded down.
  private let positions: [UInt32]
  /// The least way of each cell that takes the upper level.
  private let thresholds: [UInt32]
  private let side: Int
  private let inversion: UInt16
  private var rowIndex = 0

  /// - Parameters:
  ///   - channel: which of the channels that are halftoned each by itself, from 0.
  ///   - target: linear target of each linear value, `nil` for the identity.
  ///   - inverted: the highest code is the darkest.
  init(
    levels: ChannelLevels, mask: ThresholdMask, strength: Int, channel: Int = 0,
    target: [UInt16]?, inverted: Bool
  ) {
    let positions = Self.positions(levels.linearLevels(), unit: Int(mask.unit))
    self.positions = target.map { $0.map { positions[Int($0)] } } ?? positions
    thresholds = mask.thresholds(strength: strength, channel: channel).map { UInt32($0) }
    side = mask.side
    inversion = inverted ? UInt16(levels.highest) : 0
  }

  /// - Parameter shades: linear light of the levels, ascending from 0 to 65,535; two at least.
  private static func positions(_ shades: [Int32], unit: Int) -> [UInt32] {
    var level = 0
    return (0...65_535).map { value in
      while level < shades.count - 2, value >= shades[level + 1] { level += 1 }
      let low = Int(shades[level])
      // (value − low)·unit ≥ gap·threshold where this quotient, rounded down, reaches it.
      let way = (value - low) * unit / (Int(shades[level + 1]) - low)
      return UInt32(level << 20 | way)
    }
  }

  mutating func apply(to row: [UInt16], _ samples: Range<Int>, into codes: inout [UInt16]) {
    let firstCell = rowIndex % side * side
    rowIndex += 1
    OrderedKernel.compare(
      row, samples, positions: positions, thresholds: thresholds[firstCell..<firstCell + side],
      inversion: inversion, into: &codes)
  }
}

/// Ordered dither of whole rows.
enum OrderedKernel {
  /// codes[i] = the upper of the two levels of row[i] where its position reaches the threshold of
  /// its column, else the lower, for every i of `samples`.
  /// - Parameters:
  ///   - positions: of each linear value, see ``OrderedHalftone``.
  ///   - thresholds: of one row of the mask; their count is a power of two.
  ///   - inversion: what turns codes round by exclusive or.
  static func compare(
    _ row: [UInt16], _ samples: Range<Int>, positions: [UInt32], thresholds: ArraySlice<UInt32>,
    inversion: UInt16, into codes: inout [UInt16]
  ) {
    precondition(positions.count == 65_536 && thresholds.count.nonzeroBitCount == 1)
    precondition(samples.lowerBound >= 0)
    precondition(samples.upperBound <= row.count && samples.upperBound <= codes.count)
    let mask = thresholds.count - 1
    let first = samples.lowerBound
    let row = row.span
    let positions = positions.span
    let thresholds = thresholds.span
    var codes = codes.mutableSpan
    for index in samples {
      let position = unsafe positions[unchecked: Int(row[unchecked: index])]
      let threshold = unsafe thresholds[unchecked: (index &- first) & mask]
      // 1 from the threshold on; a branch would be guessed wrong every second time.
      let isUpper = 1 &- (position & 0xF_FFFF &- threshold) >> 31
      let code = UInt16(truncatingIfNeeded: position >> 20 &+ isUpper)
      unsafe codes[unchecked: index] = code ^ inversion
    }
  }
}
