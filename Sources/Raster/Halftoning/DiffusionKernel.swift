internal import Capabilities

/// How an error is shared out among the pixels still to come (spec/FORMS.md, "Error diffusion").
struct DiffusionKernel: Sendable {
  /// One neighbour's share.
  struct Share: Sendable {
    /// Columns in the direction of travel.
    let columns: Int
    /// Rows below.
    let rows: Int
    /// Of the error, Q14.
    let weight: Int32
  }

  /// In reading order of the direction of travel, all but the last neighbour.
  let shares: [Share]
  /// The neighbour that gets what the others leave of ``total``.
  let last: Share
  /// What is paid of an error, Q14.
  let total: Int32
  /// The most rows below that any neighbour lies.
  let rowReach: Int
  /// The most columns to either side that any neighbour lies.
  let columnReach: Int

  /// - Parameters:
  ///   - table: neighbours in reading order and their integer weights.
  ///   - divisor: what the weights are parts of.
  ///   - strength: percent of the error that is paid, 0…100.
  private init(
    _ table: [(columns: Int, rows: Int, weight: Int)], divisor: Int, strength: Int
  ) {
    func scaled(_ weight: Int) -> Int32 {
      let denominator = 100 * divisor
      return Int32(
        truncatingIfNeeded: (2 * 16_384 * weight * strength + denominator) / (2 * denominator))
    }
    var shares = table.map {
      Share(columns: $0.columns, rows: $0.rows, weight: scaled($0.weight))
    }
    last = shares.removeLast()
    self.shares = shares
    total = scaled(table.reduce(0) { $0 + $1.weight })
    rowReach = table.reduce(0) { max($0, $1.rows) }
    columnReach = table.reduce(0) { max($0, abs($1.columns)) }
  }

  /// R. W. Floyd and L. Steinberg, "An adaptive algorithm for spatial grey scale", 1976.
  static func floydSteinberg(strength: Int) -> DiffusionKernel {
    DiffusionKernel(
      [(1, 0, 7), (-1, 1, 3), (0, 1, 5), (1, 1, 1)], divisor: 16, strength: strength)
  }

  /// Bill Atkinson's, of the Macintosh: pays six eighths of an error.
  static func atkinson(strength: Int) -> DiffusionKernel {
    DiffusionKernel(
      [(1, 0, 1), (2, 0, 1), (-1, 1, 1), (0, 1, 1), (1, 1, 1), (0, 2, 1)], divisor: 8,
      strength: strength)
  }

  /// The kernel of a method; `nil` for methods that diffuse nothing.
  init?(_ halftone: Halftone) {
    switch halftone.method {
    case .automatic, .floydSteinberg: self = .floydSteinberg(strength: halftone.strength)
    case .atkinson: self = .atkinson(strength: halftone.strength)
    default: return nil
    }
  }
}
