/// Dots on a torus, and how crowded every place is: the sum of a Gaussian around each dot.
///
/// Weights are integers, so that sums are exact and no order of adding them changes a choice.
struct DotPattern {
  /// Columns and rows.
  let side: Int
  /// Places where there is a dot.
  private(set) var dots: [Bool]
  /// The weight of a dot that far to the right and below, row after row.
  private let weights: [Int64]
  /// Sum of the weights of all dots, at every place.
  private var crowding: [Int64]
  /// Among equally crowded places the first in this order is taken; each place once.
  private let places: [Int]

  /// No dots.
  init(weights: GaussianWeights, places: [Int]) {
    side = weights.side
    self.weights = weights.values
    self.places = places
    dots = Array(repeating: false, count: places.count)
    crowding = Array(repeating: 0, count: places.count)
  }

  /// Puts a dot where there is none, or takes it away.
  mutating func toggle(_ place: Int) {
    let sign: Int64 = dots[place] ? -1 : 1
    dots[place].toggle()
    let column = place % side
    let row = place / side
    for y in 0..<side {
      let weightRow = (y - row + side) % side * side
      for x in 0..<side {
        let distance = x >= column ? x - column : x - column + side
        crowding[y * side + x] += sign * weights[weightRow + distance]
      }
    }
  }

  /// The most crowded dot, of which there must be one.
  func tightestCluster() -> Int {
    mostExtreme(where: true) { $0 > $1 }
  }

  /// The least crowded place without a dot, of which there must be one.
  func largestVoid() -> Int {
    mostExtreme(where: false) { $0 < $1 }
  }

  private func mostExtreme(where isDot: Bool, _ beats: (Int64, Int64) -> Bool) -> Int {
    var found: Int?
    for place in places where dots[place] == isDot {
      if let best = found, !beats(crowding[place], crowding[best]) { continue }
      found = place
    }
    guard let found else { preconditionFailure("no place is \(isDot ? "dotted" : "empty")") }
    return found
  }
}
