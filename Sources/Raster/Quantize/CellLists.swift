/// Short lists of numbers, one for each cell of a space, made when a cell is first wanted: of many
/// cells, a picture's colours meet few.
struct CellLists {
  /// Where each cell's list stands in ``numbers``; −1 while there is none.
  private var starts: [Int32]
  /// Of each list: how many numbers, then they.
  private var numbers: [Int32] = []

  init(cellCount: Int) {
    starts = Array(repeating: -1, count: cellCount)
  }

  /// Whether a cell's list was made.
  func holds(_ cell: Int) -> Bool { starts[cell] >= 0 }

  /// Where the numbers of a cell stand, one at least, for ``subscript(_:)``.
  /// - Precondition: its list was made.
  func places(of cell: Int) -> Range<Int> {
    let start = Int(starts[cell]) + 1
    return start..<start + Int(numbers[start - 1])
  }

  /// The number at a place.
  subscript(place: Int) -> Int { Int(numbers[place]) }

  /// Makes a cell's list.
  mutating func set(_ cell: Int, to list: [Int]) {
    precondition(!list.isEmpty, "a list without an end")
    starts[cell] = Int32(numbers.count)
    numbers.append(Int32(list.count))
    numbers += list.map { Int32($0) }
  }
}
