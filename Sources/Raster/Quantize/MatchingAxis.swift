/// Cuts each channel of the colours that a palette is asked for into cells: even steps of encoded values
/// where pictures lie, as they crowd in the shadows, and coarser ones where only errors lead.
struct MatchingAxis {
  /// Values below 0, from −16,384 and from −4,096 on.
  private static let cellsBelow = 3
  private static let cellsAbove = 4
  private static let cellsInside = 25
  private static let cellCount = cellsBelow + cellsInside + cellsAbove

  /// The cell of each 32 values in a row, from −65,536 on.
  private let cellOfStep: [UInt8]
  /// The least value of each cell, and one past the last; every cell spans 32 values at least.
  private let leasts: [Int]

  /// Cells of a whole space of three channels.
  let spaceCellCount = cellCount * cellCount * cellCount

  init() {
    let encoded = LinearLight.encodedTable
    let cellOfStep: [UInt8] = stride(from: -65_536, to: 131_072, by: 32).map { value in
      switch value {
      case ..<(-16_384): 0
      case ..<(-4_096): 1
      case ..<0: 2
      case ..<65_536: UInt8(Self.cellsBelow + (Int(encoded[value]) * Self.cellsInside) >> 16)
      default:
        UInt8(Self.cellsBelow + Self.cellsInside + ((value - 65_536) * Self.cellsAbove) >> 16)
      }
    }
    var leasts: [Int] = []
    for (step, cell) in cellOfStep.enumerated() where Int(cell) >= leasts.count {
      leasts.append(step * 32 - 65_536)
    }
    self.cellOfStep = cellOfStep
    self.leasts = leasts + [131_072]
  }

  /// The cell of a colour of ``PaletteMatcher/range``.
  func cell(of color: SIMD4<Int32>) -> Int {
    let steps = (color &+ 65_536) &>> 5
    return (Int(cellOfStep[Int(steps.x)]) * Self.cellCount + Int(cellOfStep[Int(steps.y)]))
      * Self.cellCount + Int(cellOfStep[Int(steps.z)])
  }

  /// The least and the greatest channels of a cell's colours.
  func box(of cell: Int) -> (lowest: SIMD3<Int>, highest: SIMD3<Int>) {
    let places = SIMD3(
      cell / Self.cellCount / Self.cellCount, cell / Self.cellCount % Self.cellCount,
      cell % Self.cellCount)
    var (lowest, highest) = (SIMD3<Int>(), SIMD3<Int>())
    for channel in 0..<3 {
      lowest[channel] = leasts[places[channel]]
      highest[channel] = leasts[places[channel] + 1] - 1
    }
    return (lowest, highest)
  }
}
