/// The mask of Forme's halftone `blue-noise` (spec/FORMS.md, "Blue noise").
public enum BlueNoiseMask {
  /// Columns and rows.
  public static let side = 64
  /// Ulichney's own choice, and by `Tests/Oracles/blue_noise.py` still the best compromise: less
  /// leaves more grain after an eye's filter (σ 1.5), more lets energy below half the principal
  /// frequency rise around middle gray.
  public static let sigma = 1.5
  /// The year of the method.
  public static let seed: UInt64 = 1993

  /// The file's bytes: ranks row after row, 16 bits each, the high byte first.
  public static func bytes(sigma: Double = sigma, seed: UInt64 = seed) -> [UInt8] {
    VoidAndCluster.ranks(weights: GaussianWeights(side: side, sigma: sigma), seed: seed)
      .flatMap { [UInt8($0 >> 8), UInt8($0 & 255)] }
  }
}
