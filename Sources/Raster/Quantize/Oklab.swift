/// Oklab in integers (B. Ottosson, "A perceptual color space for image processing", 2020): what
/// spec/FORMS.md, "Adaptive palettes" fixes to the last bit.
enum Oklab {
  /// Lightness, green to red and blue to yellow of a linear colour, 32,768 for 1.
  /// - Parameter light: red, green, blue, 0…65,535.
  static func coordinates(of light: SIMD3<Int>) -> SIMD3<Int> {
    // Rows of both matrices times 65,536, rounded so that grays have equal cones and no chroma.
    let long = root(27_015 * light.x + 35_149 * light.y + 3_372 * light.z)
    let medium = root(13_887 * light.x + 44_610 * light.y + 7_039 * light.z)
    let short = root(5_787 * light.x + 18_463 * light.y + 41_286 * light.z)
    return SIMD3(
      (13_792 * long + 52_011 * medium - 267 * short) >> 16,
      (129_630 * long - 159_160 * medium + 29_530 * short) >> 16,
      (1_698 * long + 51_300 * medium - 52_998 * short) >> 16)
  }

  /// ⌊∛(cone · 2^13)⌋, bit by bit from the top.
  /// - Parameter cone: 0…65,535 · 65,536, so the root has 15 bits.
  static func root(_ cone: Int) -> Int {
    let cube = cone << 13
    var root = 0
    for bit in (0..<15).reversed() {
      let candidate = root | 1 << bit
      if candidate * candidate * candidate <= cube { root = candidate }
    }
    return root
  }
}
