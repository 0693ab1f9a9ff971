/// Scales columns, from rows that come one after the other.
///
/// Memory is eight rows whatever the ratio. When it shrinks, a source row belongs to at most seven
/// output rows and is added to each of their sums; when it enlarges, an output row needs at most
/// seven source rows, which are kept. Both add the same products in integers, so they agree.
struct VerticalResampler {
  /// Rows that are held. Seven are needed: 2·3 lobes, and both ends of an exact hit.
  private static let slotCount = 8

  private let filter: AxisFilter
  private let rowLength: Int
  /// Output rows, of the whole scaled picture, that are still to come.
  private var remaining: Range<Int>
  /// Source rows that were pushed.
  private var pushedCount = 0
  /// When shrinking: output rows whose sums are under way, oldest first.
  private var open: [(index: Int, weights: FilterWeights)] = []
  /// The weights of the first output row that is not open.
  private var next: FilterWeights?
  /// When shrinking, the sums of open output rows; when enlarging, the sums of one row.
  private var sums: [Int32]
  /// When enlarging, the last source rows.
  private var kept: [Int32]
  /// When shrinking, the source row as 16-bit numbers, and what they leave out where the horizontal
  /// filter overshot.
  private var low: [Int16]
  private var high: [Int16]

  /// - Parameters:
  ///   - rows: of the whole scaled picture, in the stored frame.
  ///   - rowLength: samples of a row, all channels.
  init(filter: AxisFilter, rows: Range<Int>, rowLength: Int) {
    self.filter = filter
    self.rowLength = rowLength
    remaining = rows
    let slots = Self.slotCount * rowLength
    sums = Array(repeating: 0, count: filter.shrinks ? slots : rowLength)
    kept = Array(repeating: 0, count: filter.shrinks ? 0 : slots)
    low = Array(repeating: 0, count: filter.shrinks ? rowLength : 0)
    high = low
    advance()
  }

  /// True when the next source row to be pushed is of no use.
  var skipsNextRow: Bool {
    guard open.isEmpty else { return false }
    guard let next else { return true }
    return pushedCount < next.earliest
  }

  /// Counts a source row that is of no use.
  mutating func skipRow() { pushedCount += 1 }

  /// Takes the next source row, centred; every row that ``nextRow(into:)`` has must be taken before.
  mutating func push(_ row: [Int32]) {
    if filter.shrinks {
      while let next, next.earliest <= pushedCount {
        open.append((remaining.lowerBound, next))
        remaining.removeFirst()
        advance()
      }
      let overshoots = ResamplingKernels.split(row, low: &low, high: &high)
      for (index, weights) in open where weights[pushedCount] != 0 {
        let weight = weights[pushedCount]
        ResamplingKernels.accumulate(low, weight: weight, into: &sums, from: slot(index))
        guard overshoots else { continue }
        ResamplingKernels.accumulate(
          high, isHigh: true, weight: weight, into: &sums, from: slot(index))
      }
    } else {
      let start = slot(pushedCount)
      kept.replaceSubrange(start..<start + rowLength, with: row)
    }
    pushedCount += 1
  }

  /// Writes the next output row that is complete.
  /// - Returns: `false` when more source rows are needed.
  mutating func nextRow(into row: inout [UInt16]) -> Bool {
    let start: Int
    if filter.shrinks {
      guard let oldest = open.first, oldest.weights.last < pushedCount else { return false }
      open.removeFirst()
      start = slot(oldest.index)
    } else {
      guard let weights = next, weights.last < pushedCount else { return false }
      for (index, weight) in zip(weights.first..., weights.weights) {
        ResamplingKernels.accumulate(
          kept, from: slot(index), weight: Int32(weight), count: rowLength, into: &sums,
          from: 0)
      }
      remaining.removeFirst()
      advance()
      start = 0
    }
    ResamplingKernels.settle(&sums, from: start, into: &row)
    return true
  }

  private mutating func advance() {
    next = remaining.isEmpty ? nil : filter.weights(at: remaining.lowerBound)
  }

  private func slot(_ index: Int) -> Int { index % Self.slotCount * rowLength }
}
