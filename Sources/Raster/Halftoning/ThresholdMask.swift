/// A square of thresholds that is laid over the form from its first pixel on, tile beside tile.
///
/// Ranks are ordered by threshold: every one of 0…count − 1 once.
struct ThresholdMask: Sendable {
  /// Columns and rows; a power of two.
  let side: Int
  /// Row after row.
  let ranks: [Int32]
  /// How far the mask is moved to the left and up from one channel to the next, so that the dots of
  /// several channels do not lie on each other.
  let channelStep: (columns: Int, rows: Int)

  /// Bayer's 8 × 8; its dots form one lattice, from which no move would part them.
  static let bayer8 = ThresholdMask(
    side: BayerMatrix.side, ranks: BayerMatrix.values, channelStep: (0, 0))

  /// Dots that grow from their middles, white and black ones on the squares of a chessboard of 4 × 4.
  static let clusteredDot8 = ThresholdMask(
    side: 8, ranks: ClusteredDotMatrix.values, channelStep: (0, 0))

  /// Void and cluster, 64 × 64 (`tools/blue-noise`), as data: big-endian, row after row.
  ///
  /// The moves of four channels are 25 pixels or more from each other on the torus, many times as
  /// far as the mask is like itself, and no multiple of another's half.
  static let blueNoise = ThresholdMask(
    side: 64, bytes: PackageResources.blue_noise_ranks, channelStep: (27, 15))

  private init(side: Int, ranks: [Int32], channelStep: (columns: Int, rows: Int)) {
    precondition(side.nonzeroBitCount == 1 && ranks.count == side * side)
    self.side = side
    self.ranks = ranks
    self.channelStep = channelStep
  }

  private init(side: Int, bytes: [UInt8], channelStep: (columns: Int, rows: Int)) {
    precondition(bytes.count == 2 * side * side, "the mask compiled in has another size")
    let ranks = stride(from: 0, to: bytes.count, by: 2).map { index in
      Int32(bytes[index]) << 8 | Int32(bytes[index + 1])
    }
    self.init(side: side, ranks: ranks, channelStep: channelStep)
  }

  /// What ``thresholds(strength:channel:)`` count in: at most 819,200, below 2^20.
  var unit: Int32 { Int32(200 * ranks.count) }

  /// The threshold of each cell: (rank + ½)/count drawn towards ½ as the strength falls.
  /// - Parameters:
  ///   - strength: percent, 0…100.
  ///   - channel: which of the channels that are halftoned each by itself, from 0.
  /// - Returns: row after row, in 1/``unit``.
  func thresholds(strength: Int, channel: Int = 0) -> [Int32] {
    let last = Int32(ranks.count - 1)
    return (0..<side * side).map { place in
      let column = (place % side + channel * channelStep.columns) % side
      let row = (place / side + channel * channelStep.rows) % side
      return unit / 2 + (2 * ranks[row * side + column] - last) * Int32(strength)
    }
  }
}
