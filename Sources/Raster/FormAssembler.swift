internal import Capabilities

/// Puts scaled rows, which arrive in the stored frame, onto the form: turned, between margins of
/// background.
///
/// Rows that keep their order pass through one by one. A turn that changes their order waits for the
/// last of them, so it holds the visible window: 2 bytes a sample.
struct FormAssembler {
  private let geometry: Geometry
  private let channelCount: Int
  private let holds: Bool
  /// A form's row of nothing but background, planar.
  private let emptyRow: [UInt16]
  /// The window in the stored frame, planar rows; empty while rows pass through.
  private var held: [UInt16] = []
  /// Scaled rows that arrived.
  private var arrivedCount = 0
  /// The next row of the form.
  private var formRow = 0
  /// The form's row that ``advance(with:)`` made last, planar.
  private(set) var row: [UInt16]

  init(geometry: Geometry, background: [UInt16]) {
    self.geometry = geometry
    channelCount = background.count
    emptyRow = background.flatMap { Array(repeating: $0, count: geometry.formWidth) }
    row = emptyRow
    holds = Self.holds(geometry)
    held.reserveCapacity(Self.heldSampleCount(geometry, channelCount: channelCount))
  }

  private static func holds(_ geometry: Geometry) -> Bool {
    geometry.turn.transposes || geometry.turn.mirrorsRows
  }

  /// Samples of the window that waits for its last row; 0 when rows pass through.
  static func heldSampleCount(_ geometry: Geometry, channelCount: Int) -> Int {
    holds(geometry)
      ? geometry.visibleColumns.count * geometry.visibleRows.count * channelCount : 0
  }

  /// Takes the next scaled row, planar.
  mutating func push(_ scaledRow: [UInt16]) {
    if holds { held += scaledRow }
    arrivedCount += 1
  }

  /// Makes the next row of the form, if it can be made by now.
  /// - Parameter scaledRow: the one that was pushed last.
  /// - Returns: `false` when more scaled rows are needed, or the form is complete.
  mutating func advance(with scaledRow: [UInt16]) -> Bool {
    guard formRow < geometry.formHeight else { return false }
    let shown = formRow - geometry.top
    let shownCount = geometry.visibleRows.count
    if shown >= shownCount {
      if shown == shownCount { row = emptyRow }
    } else if shown >= 0 && holds {
      let storedCount = geometry.turn.transposes ? geometry.visibleColumns.count : shownCount
      guard arrivedCount == storedCount else { return false }
      turnRow(shown)
    } else if shown >= 0 {
      guard shown < arrivedCount else { return false }
      place(scaledRow)
    }
    formRow += 1
    return true
  }

  /// Copies a row that keeps its place between the background's columns.
  private mutating func place(_ scaledRow: [UInt16]) {
    let count = geometry.visibleColumns.count
    for channel in 0..<channelCount {
      let start = channel * geometry.formWidth + geometry.left
      let first = channel * count
      if geometry.turn.mirrorsColumns {
        for x in 0..<count { row[start + x] = scaledRow[first + count - 1 - x] }
      } else {
        row.replaceSubrange(start..<start + count, with: scaledRow[first..<first + count])
      }
    }
  }

  /// Reads one shown row out of the held window.
  private mutating func turnRow(_ shown: Int) {
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
