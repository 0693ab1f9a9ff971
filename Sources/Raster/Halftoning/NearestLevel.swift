/// Chooses the level of a value; a kernel is compiled for each kind.
protocol NearestLevel {
  /// - Parameter value: linear light with errors; may lie outside 0…65,535.
  /// - Returns: the level's index from dark to light, and the linear light it shows.
  func nearest(to value: Int32) -> (code: UInt16, shown: Int32)

  /// - Parameter wanted: the target, without errors.
  func nearest(to value: Int32, wanted: Int32) -> (code: UInt16, shown: Int32)
}

extension NearestLevel {
  func nearest(to value: Int32, wanted: Int32) -> (code: UInt16, shown: Int32) {
    nearest(to: value)
  }
}

/// One bit: black below 32,768, white from there on.
struct BlackAndWhite: NearestLevel {
  func nearest(to value: Int32) -> (code: UInt16, shown: Int32) {
    // All ones for white.
    let white = (32_767 &- value) >> 31
    return (UInt16(truncatingIfNeeded: white & 1), white & 65_535)
  }
}

/// One bit with thresholds that are moved; see ``ThresholdMoves``.
struct MovedBlackAndWhite: NearestLevel {
  /// What the row adds.
  let rowMove: Int32

  func nearest(to value: Int32) -> (code: UInt16, shown: Int32) {
    BlackAndWhite().nearest(to: value &+ rowMove)
  }

  func nearest(to value: Int32, wanted: Int32) -> (code: UInt16, shown: Int32) {
    nearest(to: value &- (wanted &- 32_768) >> 1)
  }
}

/// Any channel of fewer than 8 bits, by tables small enough for the processor's first cache.
struct LevelTable: NearestLevel {
  /// The lower level at each multiple of 32.
  private let lowest: [UInt16]
  /// For each level but the lightest, the least value that is nearer to the next one; then a value
  /// that none reaches.
  private let limits: [Int32]
  /// Linear light of each level.
  private let shown: [Int32]

  init(_ levels: ChannelLevels) {
    // Levels of 7 bits are at least 39 apart, so no 32 values in a row hold two limits.
    precondition(levels.bits < 8)
    let nearest = levels.nearestLevels()
    lowest = stride(from: 0, to: nearest.count, by: 32).map { nearest[$0] }
    shown = levels.linearLevels()
    limits = zip(shown, shown.dropFirst()).map { ($0 + $1 + 1) / 2 } + [Int32.max]
  }

  func nearest(to value: Int32) -> (code: UInt16, shown: Int32) {
    let held = min(max(value, 0), 65_535)
    let lower = lowest[Int(held >> 5)]
    // 1 from the limit on; a branch would be guessed wrong every second time.
    let isUpper = UInt16(truncatingIfNeeded: (limits[Int(lower)] &- 1 &- held) >> 31) & 1
    let code = lower &+ isUpper
    return (code, shown[Int(code)])
  }
}

/// Table look-ups of whole rows.
enum LookupKernel {
  /// results[i] = table[row[i]] for every i of `samples`.
  static func look(
    up row: [UInt16], _ samples: Range<Int>, in table: [UInt16], into results: inout [UInt16]
  ) {
    precondition(table.count == 65_536 && samples.lowerBound >= 0)
    precondition(samples.upperBound <= row.count && samples.upperBound <= results.count)
    let row = row.span
    let table = table.span
    var results = results.mutableSpan
    for index in samples {
      unsafe results[unchecked: index] = table[unchecked: Int(row[unchecked: index])]
    }
  }
}
