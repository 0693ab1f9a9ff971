/// Dots on a torus, and how crowded every place is: the sum of a Gaussian around each dot.
///
/// Weights are integers, so that sums are exact and no order of adding them changes a choice.
struct DotPattern {
  /// Columns and rows.
  var side: Int { weights.side }
  /// Places where there is a dot.
  private(set) var dots: [Bool]
  /// How dots crowd each other.
  private(set) var weights: GaussianWeights
  /// Sum of the weights of all dots, at every place.
  private var crowding: [Int64]
  /// Among equally crowded places the first in this order is taken; each place once.
  private let places: [Int]

  /// - Parameters:
  ///   - dots: where there is a dot, row after row.
  ///   - weights: of a square as large.
  ///   - places: the order in which ties are broken.
  init(dots: [Bool], weights: GaussianWeights, places: [Int]) {
    precondition(dots.count == weights.side * weights.side && places.count == dots.count)
    self.dots = dots
    self.weights = weights
    self.places = places
    crowding = []
    weigh(by: weights)
  }

  /// Lets dots crowd each other otherwise.
  mutating func weigh(by weights: GaussianWeights) {
    self.weights = weights
    crowding = Array(repeating: 0, count: dots.count)
    for place in dots.indices where dots[place] { spread(1, from: place) }
  }

  /// Puts a dot where there is none, or takes it away.
  mutating func toggle(_ place: Int) {
    spread(dots[place] ? -1 : 1, from: place)
    dots[place].toggle()
  }

  private mutating func spread(_ sign: Int64, from place: Int) {
    let column = place % side
    let row = place / side
    for distance in weights.felt {
      let x = (column + distance % side) % side
      let y = (row + distance / side) % side
      crowding[y * side + x] += sign * weights.values[distance]
    }
  }

  /// The most crowded dot, of which there must be one.
  func tightestCluster() -> Int {
    var found: Int?
    for place in places where dots[place] {
      if let best = found, crowding[place] <= crowding[best] { continue }
      found = place
    }
    guard let found else { preconditionFailure("there is no dot") }
    return found
  }

  /// How much more crowded a dot would be if it moved to a gap.
  func costOfMoving(dot: Int, to gap: Int) -> Int64 {
    let columns = (gap % side - dot % side + side) % side
    let rows = (gap / side - dot / side + side) % side
    return crowding[gap] - weights.values[rows * side + columns]
      - (crowding[dot] - weights.values[0])
  }
}
