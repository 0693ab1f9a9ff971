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

  /// - Parameters:
  ///   - ahead: weights of the next two pixels.
  ///   - rows: of the rows below, each from two columns behind to two ahead.
  private init(ahead: [Int], _ rows: [Int]..., divisor: Int, strength: Int) {
    let present = zip(1..., ahead).map { (columns: $0, rows: 0, weight: $1) }
    let below = zip(1..., rows).flatMap { row, weights in
      zip((-2)..., weights).map { (columns: $0, rows: row, weight: $1) }
    }
    self.init((present + below).filter { $0.weight > 0 }, divisor: divisor, strength: strength)
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

  /// J. F. Jarvis, C. N. Judice and W. H. Ninke, "A survey of techniques for the display of continuous
  /// tone pictures on bilevel displays", 1976.
  static func jarvisJudiceNinke(strength: Int) -> DiffusionKernel {
    DiffusionKernel(
      ahead: [7, 5], [3, 5, 7, 5, 3], [1, 3, 5, 3, 1], divisor: 48, strength: strength)
  }

  /// P. Stucki, "MECCA: a multiple-error correction computation algorithm for bilevel image hardcopy
  /// reproduction", 1981.
  static func stucki(strength: Int) -> DiffusionKernel {
    DiffusionKernel(
      ahead: [8, 4], [2, 4, 8, 4, 2], [1, 2, 4, 2, 1], divisor: 42, strength: strength)
  }

  /// D. Burkes, "Presentation of the Burkes error filter for use in preparing continuous-tone images
  /// for presentation on bi-level devices", 1988.
  static func burkes(strength: Int) -> DiffusionKernel {
    DiffusionKernel(ahead: [8, 4], [2, 4, 8, 4, 2], divisor: 32, strength: strength)
  }

  /// F. Sierra's of three rows, 1989, in L. D. Crocker's "Digital halftoning" (DHALF.TXT).
  static func sierra(strength: Int) -> DiffusionKernel {
    DiffusionKernel(
      ahead: [5, 3], [2, 4, 5, 4, 2], [0, 2, 3, 2, 0], divisor: 32, strength: strength)
  }

  /// F. Sierra's of two rows, 1990, from the same source.
  static func sierraTwoRow(strength: Int) -> DiffusionKernel {
    DiffusionKernel(ahead: [4, 3], [1, 2, 3, 2, 1], divisor: 16, strength: strength)
  }

  /// F. Sierra's "filter lite", from the same source.
  static func sierraLite(strength: Int) -> DiffusionKernel {
    DiffusionKernel(ahead: [2, 0], [0, 1, 1, 0, 0], divisor: 4, strength: strength)
  }

  /// The kernel of a method; `nil` for methods that diffuse nothing.
  init?(_ halftone: Halftone) {
    switch halftone.method {
    case .automatic, .floydSteinberg: self = .floydSteinberg(strength: halftone.strength)
    case .jarvisJudiceNinke: self = .jarvisJudiceNinke(strength: halftone.strength)
    case .stucki: self = .stucki(strength: halftone.strength)
    case .burkes: self = .burkes(strength: halftone.strength)
    case .sierra: self = .sierra(strength: halftone.strength)
    case .sierraTwoRow: self = .sierraTwoRow(strength: halftone.strength)
    case .sierraLite: self = .sierraLite(strength: halftone.strength)
    case .atkinson: self = .atkinson(strength: halftone.strength)
    case .none, .threshold, .bayer8, .clusteredDot8, .blueNoise: return nil
    }
  }
}
