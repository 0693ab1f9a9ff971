import Capabilities
import Testing

@testable import Raster

struct OrderedHalftoneTests {
  @Test func bayerMatrixIsBayers() {
    #expect(
      BayerMatrix.values.prefix(16) == [
        0, 32, 8, 40, 2, 34, 10, 42, 48, 16, 56, 24, 50, 18, 58, 26,
      ])
    #expect(BayerMatrix.values.suffix(8) == [63, 31, 55, 23, 61, 29, 53, 21])
    #expect(BayerMatrix.values.sorted() == (0..<64).map { Int32($0) })
  }

  /// Every rank once; a tile's second dot grows one step behind its first.
  @Test func clusteredDotsAreEven() {
    let ranks = ThresholdMask.clusteredDot8.ranks
    #expect(ranks.sorted() == (0..<64).map { Int32($0) })
    for place in ranks.indices {
      let (x, y) = (place % 8, place / 8)
      #expect(ranks[(y ^ 4) * 8 + (x ^ 4)] == ranks[place] ^ 1)
    }
    // At 1/8 of light a tile has two dots of four pixels that touch, and nothing else.
    let lit = ranks.indices.filter { ranks[$0] < 8 }
    #expect(lit == [9, 10, 17, 18, 45, 46, 53, 54])
  }

  @Test func blueNoiseHasEveryRankOnce() {
    #expect(ThresholdMask.blueNoise.ranks.sorted() == (0..<4_096).map { Int32($0) })
    #expect(ThresholdMask.blueNoise.thresholds(strength: 100).min() == 100)
    #expect(ThresholdMask.blueNoise.thresholds(strength: 100).max() == 819_100)
  }

  /// Blue: no two dots of the lightest tenth touch, nor do two gaps of the darkest, not even over
  /// the edges of tiles. White noise would have some hundreds of such pairs.
  @Test(arguments: [0..<410, 3_686..<4_096] as [Range<Int32>])
  func sparseDotsStandApart(ranks: Range<Int32>) {
    let mask = ThresholdMask.blueNoise.ranks
    for place in mask.indices where ranks.contains(mask[place]) {
      for (x, y) in [(1, 0), (0, 1), (1, 1), (63, 1)] {
        let other = (place / 64 + y) % 64 * 64 + (place + x) % 64
        #expect(!ranks.contains(mask[other]))
      }
    }
  }

  /// k of all thresholds of the way between two levels, k cells show the upper one.
  @Test(arguments: [
    (ThresholdMask.bayer8, [1, 2, 4]), (.clusteredDot8, [1, 2, 4]), (.blueNoise, [1, 2]),
  ])
  func countsAreExact(mask: ThresholdMask, depths: [Int]) {
    let cellCount = mask.ranks.count
    for bits in depths {
      let levels = ChannelLevels(bits: bits).linearLevels()
      let halftone = OrderedHalftone(
        levels: ChannelLevels(bits: bits), mask: mask, strength: 100, target: nil, inverted: false)
      for level in 0..<levels.count - 1 {
        let gap = Int(levels[level + 1] - levels[level])
        for count in stride(from: 0, through: cellCount, by: cellCount / 64) {
          let share = (count * gap + cellCount / 2) / cellCount
          let row = Array(repeating: UInt16(Int(levels[level]) + share), count: mask.side)
          let rows = Array(repeating: row, count: mask.side)
          let sum = codes(of: rows, halftone).joined().reduce(0) { $0 + Int($1) }
          #expect(sum == cellCount * level + count)
        }
      }
    }
  }

  /// Against the comparison as the spec writes it.
  @Test(
    arguments: [(.bayer8, 0, 0), (.clusteredDot8, 0, 0), (.blueNoise, 27, 15)]
      as [(ThresholdMask, Int, Int)],
    [0, 1, 37, 99, 100])
  func codesAreTheSpecs(table: (mask: ThresholdMask, stepX: Int, stepY: Int), strength: Int) {
    let mask = table.mask
    let cellCount = mask.ranks.count
    var random = Random(UInt64(strength))
    let rows = (0..<70).map { _ in random.samples(68) + [0, 65_535] }
    for (bits, channel) in [(1, 0), (1, 3), (2, 1), (5, 2), (7, 0)] {
      let levels = ChannelLevels(bits: bits).linearLevels().map { Int($0) }
      let halftone = OrderedHalftone(
        levels: ChannelLevels(bits: bits), mask: mask, strength: strength, channel: channel,
        target: nil, inverted: channel == 3)
      let expected = rows.enumerated().map { y, row in
        row.enumerated().map { x, value in
          let lower = min(levels.count - 2, (levels.lastIndex { $0 <= value } ?? 0))
          let rank = Int(
            mask.ranks[
              (y + channel * table.stepY) % mask.side * mask.side
                + (x + channel * table.stepX) % mask.side])
          let isUpper =
            (Int(value) - levels[lower]) * 200 * cellCount
            >= (levels[lower + 1] - levels[lower])
            * (100 * cellCount + (2 * rank - cellCount + 1) * strength)
          let code = lower + (isUpper ? 1 : 0)
          return UInt16(channel == 3 ? levels.count - 1 - code : code)
        }
      }
      #expect(codes(of: rows, halftone) == expected)
    }
  }

  @Test(arguments: [ThresholdMask.bayer8, .clusteredDot8, .blueNoise])
  func withoutStrengthItIsTheThreshold(mask: ThresholdMask) {
    let values = (0...65_535).map { UInt16($0) }
    for bits in [1, 2, 4] {
      let levels = ChannelLevels(bits: bits)
      let halftone = OrderedHalftone(
        levels: levels, mask: mask, strength: 0, target: nil, inverted: false)
      #expect(codes(of: [values], halftone)[0] == levels.nearestLevels())
    }
  }

  /// Two black inks of one picture must not lie on each other more often than chance has it, else
  /// the paper between them stays too white.
  @Test func inksDoNotLieOnEachOther() throws {
    let capability = try Capability(
      size: PanelSize(width: 64, height: 64), color: .cmyk(CMYKColor(bits: 1)),
      layout: Layout(planes: .planarHighFirst), halftone: Halftone(method: .blueNoise))
    // Half of the paper bare of black and half of it of cyan.
    let half = LinearLight.linear(code: 188)
    let row = (0..<64).flatMap { _ in [LinearLight.linear(code: 138), half, half] }
    let bytes = try form(of: Array(repeating: row, count: 64), width: 64, capability)
    let planes = (0..<4).map { bytes[$0 * 512..<($0 + 1) * 512] }
    let both = zip(planes[0], planes[3]).reduce(0) { $0 + ($1.0 & $1.1).nonzeroBitCount }
    let cyan = planes[0].reduce(0) { $0 + $1.nonzeroBitCount }
    let black = planes[3].reduce(0) { $0 + $1.nonzeroBitCount }
    #expect(abs(Double(both) / 4_096 - Double(cyan * black) / 4_096 / 4_096) < 0.02)
  }
}

/// A device that refreshes only what changed needs every other dot to stay where it is.
struct PartialRefreshTests {
  static let colors: [Color] = [
    gray(1), gray(2, black: .highest), .rgb(RGBColor(red: 1, green: 1, blue: 1, pixelBits: 8)),
    .rgb(RGBColor(red: 5, green: 6, blue: 5, pixelBits: 16)), PaletteTests.spectra, blackWhiteRed,
    .cmyk(CMYKColor(bits: 1)),
  ]

  @Test(arguments: colors, [Halftone.Method.bayer8, .clusteredDot8, .blueNoise])
  func nothingMovesElsewhere(color: Color, method: Halftone.Method) throws {
    let (_, outside) = try changes(color, Halftone(method: method), tone: .neutral)
    #expect(outside == 0)
    let toned = try changes(color, Halftone(method: method, strength: 70), tone: Tone(contrast: 20))
    #expect(toned.outside == 0)
    #expect(toned.inside > 0)
  }

  /// What this test tells apart: an error that is diffused changes dots far from where it arose.
  @Test func diffusionMoves() throws {
    #expect(try changes(gray(1), Halftone(method: .floydSteinberg), tone: .neutral).outside > 100)
  }

  /// The same through the whole pipeline, picture scaled: bytes differ where the filter reaches.
  @Test func scaledPicturesChangeWithinTheFiltersReach() throws {
    let capability = try Capability(
      size: PanelSize(width: 400, height: 300), color: gray(1),
      halftone: Halftone(method: .blueNoise))
    var random = Random(12)
    var rows = (0..<600).map { _ in random.samples(800) }
    let before = try form(of: rows, width: 800, capability)
    for y in 0..<100 { rows[y].replaceSubrange(0..<160, with: random.samples(160)) }
    let after = try form(of: rows, width: 800, capability)
    // 160 × 100 pixels are 80 × 50 here; Lanczos-3 reaches 3 pixels of the form further.
    for (index, (old, new)) in zip(before, after).enumerated() where old != new {
      #expect(index % 50 <= 82 / 8 && index / 50 <= 52)
    }
    #expect(before != after)
  }

  /// How many codes inside and outside of the upper left 37 × 29 of 150 × 140 pixels change with it.
  private func changes(
    _ color: Color, _ halftone: Halftone, tone: Tone
  ) throws -> (inside: Int, outside: Int) {
    let (width, height) = (150, 140)
    let capability = try Capability(
      size: PanelSize(width: width, height: height), color: color, tone: tone, halftone: halftone)
    let planeCount = FormPipeline.channels(for: capability).count
    var random = Random(11)
    // Mid grays as well as noise, so that diffusion has errors to hand on.
    var rows = (0..<height).map { _ in random.samples(width * planeCount).map { 16_000 + $0 / 2 } }
    let before = planes(of: rows, capability, width: width)
    for y in 0..<29 {
      for plane in 0..<planeCount {
        rows[y].replaceSubrange(plane * width..<plane * width + 37, with: random.samples(37))
      }
    }
    let after = planes(of: rows, capability, width: width)
    var counts = (inside: 0, outside: 0)
    for y in 0..<height {
      for (index, (old, new)) in zip(before[y], after[y]).enumerated() where old != new {
        if y < 29 && index % width < 37 { counts.inside += 1 } else { counts.outside += 1 }
      }
    }
    return counts
  }

  private func planes(
    of rows: [[UInt16]], _ capability: Capability, width: Int
  ) -> [[UInt16]] {
    var halftone = HalftonePlan.halftone(of: capability, width: width)
    return rows.map { row in
      var codes = Array(repeating: UInt16(0), count: 4 * width)
      halftone.apply(to: row, row.indices, into: &codes)
      return codes
    }
  }
}
