/// What keep-edges leaves out of a halftone, so that text and lines beside a photograph stay sharp
/// (spec/FORMS.md, "Edges").
enum KeptPixels {
  /// How far a target may be from the colour it is kept as, in encoded values: 3 of 255, and what rounds to that.
  static let tolerance = 899

  /// Targets of single channels, those near black and white moved to them: only these two are kept,
  /// as shades between them are photographs' more often than text's.
  /// - Parameter target: linear target of each linear value, `nil` for the identity.
  static func snapped(_ target: [UInt16]?) -> [UInt16] {
    let encoded = LinearLight.encodedTable
    return (0...65_535).map { value in
      let wanted = target?[value] ?? UInt16(value)
      switch Int(encoded[Int(wanted)]) {
      case ...tolerance: return 0
      case (65_535 - tolerance)...: return 65_535
      default: return wanted
      }
    }
  }
}

/// Which pixels over a palette are kept.
struct KeptColors {
  private let encoded = LinearLight.encodedTable

  /// The entry that a linear target is kept as: the nearest one, if the target is near it or is pure
  /// black or white.
  func entry(for target: SIMD4<Int32>, _ matcher: inout PaletteMatcher) -> Int? {
    let nearest = matcher.nearest(to: target)
    let isKept =
      isNear(target, matcher.entries[nearest])
      || isNear(target, SIMD4(0, 0, 0, 0)) || isNear(target, SIMD4(65_535, 65_535, 65_535, 0))
    return isKept ? nearest : nil
  }

  private func isNear(_ color: SIMD4<Int32>, _ other: SIMD4<Int32>) -> Bool {
    for channel in 0..<3 {
      let difference =
        Int(encoded[Int(color[channel])]) - Int(encoded[Int(other[channel])])
      if abs(difference) > KeptPixels.tolerance { return false }
    }
    return true
  }
}
