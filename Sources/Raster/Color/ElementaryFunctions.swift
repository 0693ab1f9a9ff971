/// Sines and powers from +, −, × and ÷ alone.
///
/// IEEE 754 fixes these four to the last bit and Swift never contracts them, so the tables made here
/// are the same on every processor; a C library's `sin` and `pow` are not. Errors stay below 10⁻¹⁴,
/// far less than what separates any entry of a table from a tie.
enum ElementaryFunctions {
  /// sin(π·x), exactly 0 for whole numbers.
  /// - Parameter x: |x| < 2^52.
  static func sinePi(_ x: Double) -> Double {
    let whole = x.rounded()
    let angle = (x - whole) * Double.pi
    let q = angle * angle
    // Taylor, from the inside: the first term left out is below (π/2)^23/23! < 2·10⁻¹⁸.
    var sum = 1 - q * (1 / 420.0)
    sum = 1 - q * (1 / 342.0) * sum
    sum = 1 - q * (1 / 272.0) * sum
    sum = 1 - q * (1 / 210.0) * sum
    sum = 1 - q * (1 / 156.0) * sum
    sum = 1 - q * (1 / 110.0) * sum
    sum = 1 - q * (1 / 72.0) * sum
    sum = 1 - q * (1 / 42.0) * sum
    sum = 1 - q * (1 / 20.0) * sum
    sum = 1 - q * (1 / 6.0) * sum
    let sine = angle * sum
    return whole.truncatingRemainder(dividingBy: 2) == 0 ? sine : -sine
  }

  /// base^exponent.
  /// - Parameters:
  ///   - base: 0…1.
  ///   - exponent: above 0, at most 16.
  static func power(_ base: Double, _ exponent: Double) -> Double {
    guard base > 0 else { return 0 }
    return exponential(exponent * logarithm(base))
  }

  /// ln(x) as m·2^e with m between √½ and √2, and the series of the area tangent for m.
  private static func logarithm(_ x: Double) -> Double {
    let isHigh = x.significand > 1.414_213_562_373_095_1
    let mantissa = isHigh ? x.significand / 2 : x.significand
    let exponent = Double(x.exponent) + (isHigh ? 1 : 0)
    let ratio = (mantissa - 1) / (mantissa + 1)
    let square = ratio * ratio
    // |ratio| < 0.1716: the first term left out is below 10⁻¹⁹.
    var sum = 0.0
    for index in stride(from: 23, through: 1, by: -2) {
      sum = sum * square + 1 / Double(index)
    }
    return exponent * ln2 + 2 * ratio * sum
  }

  /// e^x as 2^n·e^r with |r| ≤ ln(2)/2, and Taylor's series for r.
  private static func exponential(_ x: Double) -> Double {
    let whole = (x / ln2).rounded()
    let rest = x - whole * ln2
    // The first term left out is below 0.347^16/16! < 3·10⁻²¹.
    var sum = 1.0
    for index in stride(from: 15, through: 1, by: -1) {
      sum = 1 + sum * rest / Double(index)
    }
    // No base of a table is below 1/65,535, so the exponent stays above −1,000.
    return Double(sign: .plus, exponent: Int(whole), significand: sum)
  }

  private static let ln2 = 0.693_147_180_559_945_3
}
