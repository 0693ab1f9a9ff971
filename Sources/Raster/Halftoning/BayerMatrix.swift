/// Bayer's 8 × 8 matrix (B. E. Bayer, "An optimum method for two-level rendition of continuous-tone
/// pictures", 1973): every number 0…63 once, built from M(1) = (0 2 / 3 1) by M(2n) = 4·M(n) + M(1).
enum BayerMatrix {
  /// Columns and rows.
  static let side = 8

  /// Row after row.
  static let values: [Int32] = (0..<64).map { position in
    // Each pair of coordinate bits gives two bits of the value, the coarsest pair the lowest.
    let column = position & 7
    let row = position >> 3
    return (0..<3).reduce(Int32(0)) { value, bit in
      let x = Int32((column >> bit) & 1)
      let y = Int32((row >> bit) & 1)
      return value << 2 | (x ^ y) << 1 | y
    }
  }
}
