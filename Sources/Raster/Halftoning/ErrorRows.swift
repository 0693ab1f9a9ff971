/// The most that a pixel receives from the rows above it.
enum ErrorRowLimit {
  /// Linear light; it keeps every sum below 2^31 / 16,384.
  static let limit: Int32 = 65_535
}

/// Errors that wait for the pixels still to come: a ring of rows, with room on both sides for what
/// leaves the picture and is lost.
struct ErrorRows<Error: Sendable>: Sendable {
  private let width: Int
  private let reach: Int
  private let rowLength: Int
  private let rowCount: Int
  private let zero: Error
  private var current = 0
  /// Row after row of the ring.
  var values: [Error]

  init(width: Int, kernel: DiffusionKernel, zero: Error) {
    self.width = width
    self.zero = zero
    reach = kernel.columnReach
    rowLength = width + 2 * reach
    rowCount = kernel.rowReach + 1
    values = Array(repeating: zero, count: rowLength * rowCount)
  }

  /// Where pixel 0 of a row stands in ``values``.
  /// - Parameter below: rows below the present one.
  func start(below: Int) -> Int { (current + below) % rowCount * rowLength + reach }

  /// The present row's pixels in ``values``.
  var present: Range<Int> { start(below: 0)..<start(below: 0) + width }

  /// Goes on to the next row; the present one's place becomes the lowest row's, empty.
  mutating func advance() {
    let start = current * rowLength
    for index in start..<start + rowLength { values[index] = zero }
    current = (current + 1) % rowCount
  }
}
