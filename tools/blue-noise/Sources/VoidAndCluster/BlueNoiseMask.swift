/// The mask of Forme's halftone `blue-noise` (spec/FORMS.md, "Blue noise").
public enum BlueNoiseMask {
  /// Columns and rows.
  public static let side = 64
  /// By `Tests/Oracles/blue_noise.py` the best compromise: less leaves more grain after an eye's
  /// filter (σ 1.5), more lets power below half the principal frequency rise around middle gray.
  public static let spread = 0.8
  /// The year of the book with the measure (R. Ulichney, "Digital Halftoning"). Of other seeds some let
  /// two dots of the sparsest tenth touch at a corner.
  public static let seed: UInt64 = 1987

  /// The file's bytes: ranks row after row, 16 bits each, the high byte first.
  public static func bytes(spread: Double = spread, seed: UInt64 = seed) -> [UInt8] {
    VoidAndCluster.ranks(side: side, spread: Spread(factor: spread), seed: seed)
      .flatMap { [UInt8($0 >> 8), UInt8($0 & 255)] }
  }
}
