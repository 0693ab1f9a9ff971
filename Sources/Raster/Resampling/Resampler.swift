/// Scales a picture as its rows arrive: horizontally first, then vertically, only the window that
/// the form shows, in the stored frame (spec/FORMS.md, "Resampling").
struct Resampler {
  /// Pixels of an output row.
  let outputWidth: Int
  private let channels: Channels
  private let columns: Range<Int>
  private let rows: Range<Int>
  private let isIdentity: Bool
  private var horizontal: HorizontalResampler
  private var vertical: VerticalResampler
  /// One row, scaled horizontally, centred planes.
  private var scaledRow: [Int32]
  /// Without any scaling: the row that is ready.
  private var passedRow: [UInt16]
  private var hasPassedRow = false
  private var pushedCount = 0

  /// - Parameter shrink: side of the boxes that the picture was reduced by.
  init(geometry: Geometry, shrink: Int, channels: Channels) {
    let scaled = geometry.scaledStored
    let window = geometry.storedWindow
    let across = AxisFilter(
      pictureSide: geometry.pictureWidth, shrink: shrink, scaledSide: scaled.width)
    let down = AxisFilter(
      pictureSide: geometry.pictureHeight, shrink: shrink, scaledSide: scaled.height)
    let rowLength = window.columns.count * channels.count
    outputWidth = window.columns.count
    self.channels = channels
    columns = window.columns
    rows = window.rows
    isIdentity = across.isIdentity && down.isIdentity
    horizontal = HorizontalResampler(filter: across, columns: window.columns, channels: channels)
    vertical = VerticalResampler(filter: down, rows: window.rows, rowLength: rowLength)
    scaledRow = Array(repeating: 0, count: rowLength)
    passedRow = Array(repeating: 0, count: rowLength)
  }

  /// Takes the next source row, interleaved; every row that ``nextRow(into:)`` has must be taken
  /// before.
  mutating func push(_ row: Span<UInt16>) {
    defer { pushedCount += 1 }
    if isIdentity {
      guard rows.contains(pushedCount) else { return }
      ResamplingKernels.separate(row, channelCount: channels.count, columns, into: &passedRow)
      hasPassedRow = true
    } else if vertical.skipsNextRow {
      vertical.skipRow()
    } else {
      horizontal.resample(row, into: &scaledRow)
      vertical.push(scaledRow)
    }
  }

  /// Writes the next output row that is complete, one plane of ``outputWidth`` samples a channel.
  /// - Returns: `false` when more source rows are needed.
  mutating func nextRow(into row: inout [UInt16]) -> Bool {
    guard isIdentity else { return vertical.nextRow(into: &row) }
    guard hasPassedRow else { return false }
    swap(&row, &passedRow)
    hasPassedRow = false
    return true
  }
}
