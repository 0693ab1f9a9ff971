/// From red, green and blue to cyan, magenta, yellow and black (spec/FORMS.md, "Inks").
struct InkSeparation {
  /// Encoded target of each linear value.
  private let encodedTargets: [UInt16]
  /// What stands for an ink: its amount, or the linear light of the paper it leaves bare.
  private let values: [UInt16]

  /// - Parameter asLight: give 1 − ink as linear light, for a halftone of one bit; else the ink itself,
  ///   0…65,535.
  init(tone: ToneCurve, asLight: Bool) {
    encodedTargets = tone.encodedTargets()
    let linear = LinearLight.linearTable
    values = asLight ? linear.reversed() : (0...65_535).map { UInt16($0) }
  }

  /// Separates a planar row of three channels into a planar row of four.
  func separate(_ row: [UInt16], into inks: inout [UInt16]) {
    let width = row.count / 3
    for x in 0..<width {
      let red = Int(encodedTargets[Int(row[x])])
      let green = Int(encodedTargets[Int(row[width + x])])
      let blue = Int(encodedTargets[Int(row[2 * width + x])])
      let lightest = max(red, green, blue)
      inks[x] = values[Self.share(lightest - red, of: lightest)]
      inks[width + x] = values[Self.share(lightest - green, of: lightest)]
      inks[2 * width + x] = values[Self.share(lightest - blue, of: lightest)]
      inks[3 * width + x] = values[65_535 - lightest]
    }
  }

  /// part / whole in 1/65,535, rounded half up; 0 of 0 is no ink.
  private static func share(_ part: Int, of whole: Int) -> Int {
    whole == 0 ? 0 : (2 * part * 65_535 + whole) / (2 * whole)
  }
}
