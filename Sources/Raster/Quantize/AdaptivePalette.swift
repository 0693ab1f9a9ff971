internal import Capabilities

/// Makes palettes for one picture (spec/FORMS.md, "Adaptive palettes"), of which ``PaletteTrial``
/// chooses: colours that cover all of the picture's, and middles of what the picture has most, found
/// by Wu's cut and k-means in Oklab and moved apart in linear light.
enum AdaptivePalette {
  /// Codes count from 0, from dark to light.
  /// - Parameters:
  ///   - count: the most entries.
  ///   - table: rounds the entries.
  /// - Returns: one at least; one only where the picture has not so many colours.
  static func palettes(
    of histogram: ColorHistogram, bits: Int, count: Int, table: AdaptiveColor.Table
  ) -> [PaletteColor] {
    let cells = histogram.sortedCells()
    func palette(_ lights: [SIMD3<Int>]) -> PaletteColor {
      let colors = Set(lights.map { rounded($0, table) }).sorted { rank($0) < rank($1) }
      return PaletteColor(
        bits: bits,
        entries: colors.enumerated().map { PaletteColor.Entry(code: UInt8($0), rgb: $1) })
    }
    guard !holdsAll(histogram, count: count) else {
      return [palette(cells.map { linear(RGB8(key: $0.key)) })]
    }
    let counts = cells.map(\.count)
    let lights = cells.map { cell in
      SIMD3(
        roundedRatio(cell.sum.x, cell.count), roundedRatio(cell.sum.y, cell.count),
        roundedRatio(cell.sum.z, cell.count))
    }
    return [
      palette(middles(lights, counts: counts, count: count)),
      palette(FarthestColors.chosen(of: lights, counts: counts, count: count)),
    ]
  }

  /// Whether the picture has no more 8-bit colours than wanted: they are the palette.
  static func holdsAll(_ histogram: ColorHistogram, count: Int) -> Bool {
    histogram.bits == 8 && histogram.cellCount <= count
  }

  /// Linear light of at most `count` clusters, moved apart.
  private static func middles(
    _ lights: [SIMD3<Int>], counts: [Int], count: Int
  ) -> [SIMD3<Int>] {
    let weights = counts.map { weight($0) }
    let points = lights.map { Oklab.coordinates(of: $0) }
    let parts = VarianceCut.parts(of: points, weights: weights, count: count)
    var clusters = ColorClusters(
      points: points, weights: weights, assigned: parts.assigned, count: parts.count)
    clusters.settle()
    // A cluster that was left empty shows nothing, and its entry would be none of the picture's.
    let used = Set(clusters.assigned).sorted()
    var places = Array(repeating: 0, count: parts.count)
    for (place, cluster) in used.enumerated() { places[cluster] = place }
    let assigned = clusters.assigned.map { places[$0] }
    let middles = ColorClusters.means(
      lights, weights, assigned, others: Array(repeating: SIMD3(), count: used.count))
    return PaletteSpread.spread(middles, cells: lights, counts: counts, assigned: assigned)
  }

  /// 16·count^¾ in whole numbers: between counting pixels, which leaves nothing to small things, and
  /// counting colours.
  /// - Parameter count: 1…2^26, so that both roots are of numbers that doubles hold exactly.
  static func weight(_ count: Int) -> Int {
    let root = Int(Double(count << 16).squareRoot())
    return Int(Double(count * root).squareRoot())
  }

  /// The nearest colour that a table can hold, by each channel's code.
  private static func rounded(_ light: SIMD3<Int>, _ table: AdaptiveColor.Table) -> RGB8 {
    let bits = table == .rgb565 ? SIMD3(5, 6, 5) : SIMD3(8, 8, 8)
    func shown(_ channel: Int) -> UInt8 {
      let levels = ChannelLevels(bits: bits[channel])
      let code = Int(levels.code(encoded: LinearLight.encodedTable[light[channel]]))
      return UInt8((2 * code * 255 + levels.highest) / (2 * levels.highest))
    }
    return RGB8(red: shown(0), green: shown(1), blue: shown(2))
  }

  private static func linear(_ color: RGB8) -> SIMD3<Int> {
    let light = LinearColor(color)
    return SIMD3(Int(light.red), Int(light.green), Int(light.blue))
  }

  /// Luminance, then red, green and blue.
  private static func rank(_ color: RGB8) -> (UInt16, UInt8, UInt8, UInt8) {
    let light = LinearColor(color)
    let luminance = LinearLight.luminance(red: light.red, green: light.green, blue: light.blue)
    return (luminance, color.red, color.green, color.blue)
  }
}

extension AdaptivePalette {
  /// The table in front of a raw form: 2^bits entries, those without a colour all zero.
  static func table(
    _ palette: PaletteColor, as table: AdaptiveColor.Table, byteOrder: Layout.ByteOrder
  ) -> [UInt8] {
    var bytes: [UInt8] = []
    for entry in palette.entries {
      let color = entry.rgb
      switch table {
      case .rgb888: bytes += [color.red, color.green, color.blue]
      case .bgra8888: bytes += [color.blue, color.green, color.red, 255]
      case .rgb565:
        let packed = code(color.red, 31) << 11 | code(color.green, 63) << 5 | code(color.blue, 31)
        let high = UInt8(packed >> 8)
        let low = UInt8(packed & 0xFF)
        bytes += byteOrder == .big ? [high, low] : [low, high]
      }
    }
    let byteCount = (1 << palette.bits) * table.bytesPerEntry
    return bytes + Array(repeating: 0, count: byteCount - bytes.count)
  }

  /// The code that is shown as an 8-bit value.
  private static func code(_ shown: UInt8, _ highest: Int) -> Int {
    (2 * Int(shown) * highest + 255) / 510
  }
}

extension RGB8 {
  /// The colour of a cell of 8 bits a channel.
  fileprivate init(key: Int) {
    self.init(red: UInt8(key >> 16), green: UInt8(key >> 8 & 0xFF), blue: UInt8(key & 0xFF))
  }
}
