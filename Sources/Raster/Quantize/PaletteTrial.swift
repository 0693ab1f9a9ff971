internal import Capabilities

/// Shows a small picture in one palette after the other, to see which of them serves it better.
///
/// What a palette is worth depends on how its dots mix, which no distance between colours and
/// entries tells: entries around all colours mix each of them, in coarser dots the farther apart
/// they are. So it is tried, on few pixels, by the form's own halftone, in whole numbers.
struct PaletteTrial {
  /// The most pixels of the small picture.
  static let pixelLimit = 32_768

  private let width: Int
  private let halftone: Halftone
  /// Planar rows, their tone applied.
  private let rows: [[UInt16]]

  /// - Parameters:
  ///   - rows: one at least, planar, of `width` pixels.
  ///   - halftone: of the form.
  init(rows: [[UInt16]], width: Int, halftone: Halftone) {
    self.rows = rows
    self.width = width
    self.halftone = halftone
  }

  /// Pixels in each direction, one of which is tried.
  static func step(width: Int, height: Int) -> Int {
    var step = 1
    while ((width + step - 1) / step) * ((height + step - 1) / step) > pixelLimit { step += 1 }
    return step
  }

  /// The first palette, unless a later one has less than five eighths of its error (2 dB): dots in
  /// shadows hardly count in linear light, but are seen, and those of the first are the finer ones.
  /// - Parameter palettes: one at least.
  func best(of palettes: [PaletteColor]) -> PaletteColor {
    var best = palettes[0]
    guard palettes.count > 1 else { return best }
    var least = error(of: best)
    for palette in palettes.dropFirst() {
      let error = error(of: palette)
      if 8 * error < 5 * least { (least, best) = (error, palette) }
    }
    return best
  }

  /// The sum of the squares of what is left of errors from afar, below 2^59.
  func error(of palette: PaletteColor) -> Int {
    var halftone = HalftonePlan.halftone(
      of: palette, isChosen: true, halftone, width: width, tone: ToneCurve(.neutral))
    var shown = Array(repeating: SIMD3<Int32>(), count: 1 << palette.bits)
    for entry in palette.entries {
      let light = LinearColor(entry.rgb)
      shown[Int(entry.code)] = SIMD3(Int32(light.red), Int32(light.green), Int32(light.blue))
    }
    var codes = Array(repeating: UInt16(0), count: width)
    var errors = TrialErrors(width: width, height: rows.count)
    for (y, row) in rows.enumerated() {
      halftone.apply(to: row, row.indices, into: &codes)
      for x in 0..<width {
        let light = shown[Int(codes[x])]
        errors.set(light.x - Int32(row[x]), x, y, channel: 0)
        errors.set(light.y - Int32(row[width + x]), x, y, channel: 1)
        errors.set(light.z - Int32(row[2 * width + x]), x, y, channel: 2)
      }
    }
    return errors.squaresFromAfar()
  }
}

/// What a trial shows less what it should, three planes with zeros around them.
private struct TrialErrors {
  /// As far as the filter spreads an error.
  private static let reach = 3

  private let rowLength: Int
  private let planeLength: Int
  private var values: [Int32]

  init(width: Int, height: Int) {
    rowLength = width + 2 * Self.reach
    planeLength = rowLength * (height + 2 * Self.reach)
    values = Array(repeating: 0, count: 3 * planeLength)
  }

  mutating func set(_ error: Int32, _ x: Int, _ y: Int, channel: Int) {
    values[channel * planeLength + (y + Self.reach) * rowLength + x + Self.reach] = error
  }

  /// Every place has the sum of the three places about it, thrice along rows and thrice along
  /// columns, which is nearly a Gaussian of σ √2; then squares are summed, with what has left the
  /// picture. No sum passes 27 · 27 · 65,535 < 2^26, nor the root of all squares 27 · 27 times that of
  /// the errors' own.
  consuming func squaresFromAfar() -> Int {
    for distance in [1, 1, 1, rowLength, rowLength, rowLength] { addNeighbours(at: distance) }
    return values.reduce(0) { sum, value in
      let part = Int(value >> 5)
      return sum &+ part &* part
    }
  }

  private mutating func addNeighbours(at distance: Int) {
    let count = values.count
    var sums = values
    for index in distance..<count { sums[index] &+= values[index &- distance] }
    for index in 0..<count - distance { sums[index] &+= values[index &+ distance] }
    values = sums
  }
}
