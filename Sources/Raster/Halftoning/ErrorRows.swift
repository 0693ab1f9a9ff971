/// Errors that wait for the pixels still to come: a ring of rows, with room on both sides for what
/// leaves the picture and is lost.
struct ErrorRows {
  /// No pixel receives more from the rows above it; it bounds every sum below 2^31 / 16,384.
  static let limit: Int32 = 65_535

  private let width: Int
  private let reach: Int
  private let rowLength: Int
  private let rowCount: Int
  private var current = 0
  /// Row after row of the ring.
  var values: [Int32]

  init(width: Int, kernel: DiffusionKernel) {
    self.width = width
    reach = kernel.columnReach
    rowLength = width + 2 * reach
    rowCount = kernel.rowReach + 1
    values = Array(repeating: 0, count: rowLength * rowCount)
  }

  /// Where pixel 0 of a row stands in ``values``.
  /// - Parameter below: rows below the present one.
  func start(below: Int) -> Int { (current + below) % rowCount * rowLength + reach }

  /// Bounds what the present row received so far.
  mutating func bound() {
    let start = start(below: 0)
    for index in start..<start + width {
      values[index] = min(max(values[index], -Self.limit), Self.limit)
    }
  }

  /// Goes on to the next row; the present one's place becomes the lowest row's, empty.
  mutating func advance() {
    let start = current * rowLength
    for index in start..<start + rowLength { values[index] = 0 }
    current = (current + 1) % rowCount
  }
}
