internal import Capabilities

/// Puts scaled rows, which arrive in the stored frame, onto the form: turned, between margins of
/// background.
///
/// Rows that keep their order pass through one by one. A turn that changes their order waits for the
/// last of them, so it holds the visible window: 2 bytes a sample.
struct FormAssembler {
  private let geometry: Geometry
  private let channelCount: Int
  /// A form's row of nothing but background, planar.
  private let emptyRow: [UInt16]
  /// The window in the stored frame, planar rows; empty while rows pass through.
  private var held: [UInt16] = []
  /// Scaled rows that arrived.
  private var arrivedCount = 0
  /// The next row of the form.
  private var formRow = 0
  /// The row that passes through.
  private var passing: [UInt16]

  init(geometry: Geometry, background: [UInt16]) {
    self.geometry = geometry
    channelCount = background.count
    emptyRow = background.flatMap { Array(repeating: $0, count: geometry.formWidth) }
    passing = emptyRow
    if holds {
      held.reserveCapacity(
        geometry.visibleColumns.count * geometry.visibleRows.count * channelCount)
    }
  }

  private var holds: Bool { geometry.turn.transposes || geometry.turn.mirrorsRows }

  /// Takes the next scaled row, planar.
  mutating func push(_ row: [UInt16]) {
    if holds {
      held += row
    } else {
      place(row)
    }
    arrivedCount += 1
  }

  /// Writes the next row of the form that is complete, planar.
  /// - Returns: `false` when more scaled rows are needed, or the form is complete.
  mutating func nextRow(into row: inout [UInt16]) -> Bool {
    guard formRow < geometry.formHeight else { return false }
    let shown = formRow - geometry.top
    let shownCount = geometry.visibleRows.count
    if shown < 0 || shown >= shownCount {
      row = emptyRow
    } else if holds {
      let storedCount = geometry.turn.transposes ? geometry.visibleColumns.count : shownCount
      guard arrivedCount == storedCount else { return false }
      row = emptyRow
      turnRow(shown, into: &row)
    } else {
      guard shown < arrivedCount else { return false }
      row = passing
    }
    formRow += 1
    return true
  }

  /// Copies a row that keeps its place between the background's columns.
  private mutating func place(_ row: [UInt16]) {
    let count = geometry.visibleColumns.count
    for channel in 0..<channelCount {
      let source = row[channel * count..<(channel + 1) * count]
      let start = channel * geometry.formWidth + geometry.left
      if geometry.turn.mirrorsColumns {
        passing.replaceSubrange(start..<start + count, with: source.reversed())
      } else {
        passing.replaceSubrange(start..<start + count, with: source)
      }
    }
  }

  /// Reads one shown row out of the held window.
  private func turnRow(_ shown: Int, into row: inout [UInt16]) {
    let turn = geometry.turn
    let width = geometry.visibleColumns.count
    let height = geometry.visibleRows.count
    let y = turn.mirrorsRows ? height - 1 - shown : shown
    // Where the window's columns lie in `held`: side by side, or one row apart when transposed.
    let planeWidth = turn.transposes ? height : width
    let heldRowLength = planeWidth * channelCount
    let step = turn.transposes ? heldRowLength : 1
    for channel in 0..<channelCount {
      let plane = channel * planeWidth
      let first = turn.transposes ? plane + y : y * heldRowLength + plane
      let start = channel * geometry.formWidth + geometry.left
      for x in 0..<width {
        row[start + x] = held[first + (turn.mirrorsColumns ? width - 1 - x : x) * step]
      }
    }
  }
}
