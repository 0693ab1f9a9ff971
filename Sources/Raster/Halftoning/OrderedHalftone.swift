/// Bayer's ordered dither of one channel, between the two neighbouring levels, in linear light.
struct OrderedHalftone: RowHalftone {
  /// The lower of both neighbouring levels for each linear value.
  private let lower: [UInt16]
  /// For each level and cell, the least linear value that takes the upper level.
  private let thresholds: [Int32]
  private let target: [UInt16]?
  private let inversion: UInt16
  private var rowIndex = 0

  /// - Parameters:
  ///   - target: linear target of each linear value, `nil` for the identity.
  ///   - inverted: the highest code is the darkest.
  init(levels: ChannelLevels, strength: Int, target: [UInt16]?, inverted: Bool) {
    let shades = levels.linearLevels()
    var level = 0
    lower = (0...65_535).map { (value: Int32) in
      while level < levels.highest - 1, value >= shades[level + 1] { level += 1 }
      return UInt16(truncatingIfNeeded: level)
    }
    thresholds = (0..<levels.highest).flatMap { level in
      BayerMatrix.values.map { cell in
        // Up from where (value − low)/(high − low) reaches the cell's threshold.
        let gap = Int(shades[level + 1] - shades[level])
        let share = gap * Int(BayerMatrix.threshold(cell, strength: strength))
        return shades[level] + Int32(truncatingIfNeeded: (share + 12_799) / 12_800)
      }
    }
    self.target = target
    inversion = inverted ? UInt16(levels.highest) : 0
  }

  mutating func apply(to row: [UInt16], _ samples: Range<Int>, into codes: inout [UInt16]) {
    let cells = (rowIndex & 7) * BayerMatrix.side
    rowIndex += 1
    for (x, index) in samples.enumerated() {
      let value = target.map { $0[Int(row[index])] } ?? row[index]
      let level = lower[Int(value)]
      let isUpper = Int32(value) >= thresholds[Int(level) * 64 + cells + x & 7]
      codes[index] = (level + (isUpper ? 1 : 0)) ^ inversion
    }
  }
}
