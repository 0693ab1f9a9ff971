/// Reduces a picture by 2, 4 and 8 as its rows arrive: every box of shrink × shrink pixels becomes
/// its mean in linear light (spec/FORMS.md, "Reduction").
///
/// A box's sum is made of the exact sums of four boxes of half its side and is rounded once, so each
/// level costs a quarter of the one before, and no level depends on which others are wanted. Memory
/// is two rows of every level.
package struct RowPyramid: Sendable {
  /// Boxes of one side.
  private struct Level {
    /// Rows of the reduced picture.
    let rowCount: Int
    let isWanted: Bool
    /// Rows that were completed, those of padding too.
    var doneCount = 0
    /// Exact sums of the row of boxes that was completed last.
    var sums: [UInt32]
    /// Exact sums of the row before it, until both go into the next level.
    var upperSums: [UInt32]
    /// Rounded means of the last row.
    var row: [UInt16]
    /// The last push completed ``row``.
    var isComplete = false

    /// Counts a row of sums, rounds it if somebody wants it, and keeps it if it is a pair's first.
    mutating func complete(shift: Int) {
      if isWanted, doneCount < rowCount {
        BoxKernels.round(sums, shift: shift, into: &row)
        isComplete = true
      }
      doneCount += 1
      if !upperSums.isEmpty, !doneCount.isMultiple(of: 2) { swap(&sums, &upperSums) }
    }
  }

  private let channelCount: Int
  private let rowCount: Int
  private let rowSampleCount: Int
  private var levels: [Level]
  /// The upper row of the pair under way.
  private var upperRow: [UInt16]
  private var pushedCount = 0
  /// As ``pushedCount``, but with the rows that fill up the last boxes.
  private var addedCount = 0

  /// - Parameters:
  ///   - width: pixels of a row, at least 1.
  ///   - rowCount: rows of the picture, at least 1.
  ///   - shrinks: what is wanted of 1, 2, 4, 8; 1 is the picture itself, which never comes out here.
  package init(width: Int, rowCount: Int, channels: Channels, shrinks: some Sequence<Int>) {
    let wanted = Set(shrinks)
    precondition(wanted.isSubset(of: [1, 2, 4, 8]) && width > 0 && rowCount > 0)
    let largest = wanted.max() ?? 1
    // As wide as whole boxes of the largest side, so that all levels above the first are simple.
    let paddedWidth = (width + largest - 1) / largest * largest
    channelCount = channels.count
    self.rowCount = rowCount
    rowSampleCount = width * channels.count
    upperRow = largest == 1 ? [] : Array(repeating: 0, count: rowSampleCount)
    let channelCount = channelCount
    levels = [2, 4, 8].filter { $0 <= largest }.map { shrink in
      let isWanted = wanted.contains(shrink)
      let sampleCount = paddedWidth / shrink * channelCount
      let reducedWidth = (width + shrink - 1) / shrink
      return Level(
        rowCount: (rowCount + shrink - 1) / shrink, isWanted: isWanted,
        sums: Array(repeating: 0, count: sampleCount),
        upperSums: shrink == largest ? [] : Array(repeating: 0, count: sampleCount),
        row: isWanted ? Array(repeating: 0, count: reducedWidth * channelCount) : [])
    }
  }

  /// Takes the next row of the picture.
  /// - Parameter row: linear light, interleaved channels.
  package mutating func push(_ row: Span<UInt16>) {
    precondition(row.count == rowSampleCount && pushedCount < rowCount)
    pushedCount += 1
    for index in levels.indices { levels[index].isComplete = false }
    guard !levels.isEmpty else { return }
    add(row)
    guard pushedCount == rowCount else { return }
    // The last boxes are filled up with the last row.
    while !addedCount.isMultiple(of: 1 << levels.count) { add(row) }
  }

  /// The row that the last push completed, interleaved; `nil` when it completed none.
  /// - Parameter shrink: one of those wanted, above 1.
  package func completedRow(shrink: Int) -> [UInt16]? {
    let level = levels[shrink.trailingZeroBitCount - 1]
    return level.isComplete ? level.row : nil
  }

  private mutating func add(_ row: Span<UInt16>) {
    addedCount += 1
    guard addedCount.isMultiple(of: 2) else {
      BoxKernels.copy(row, into: &upperRow)
      return
    }
    BoxKernels.fold(upperRow, row, channelCount: channelCount, into: &levels[0].sums)
    levels[0].complete(shift: 2)
    for index in 1..<max(levels.count, 1) {
      // The level below has just made the first row of a pair: the second is still to come.
      guard levels[index - 1].doneCount.isMultiple(of: 2) else { break }
      BoxKernels.fold(
        levels[index - 1].upperSums, levels[index - 1].sums, channelCount: channelCount,
        into: &levels[index].sums)
      levels[index].complete(shift: 2 * (index + 1))
    }
  }
}
