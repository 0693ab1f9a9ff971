import Capabilities
import Testing

@testable import Raster

struct PaletteTrialTests {
  private static func palette(_ colors: [UInt8]) -> PaletteColor {
    PaletteColor(
      bits: 2,
      entries: colors.enumerated().map {
        PaletteColor.Entry(code: UInt8($0), rgb: RGB8(red: $1, green: $1, blue: $1))
      })
  }

  @Test func farthestColorsBeginFarFromTheMiddle() {
    let lights = [1_000, 2_000, 30_000, 60_000, 65_535].map { SIMD3(repeating: $0) }
    let counts = [1, 1_000, 1, 1, 1]
    func chosen(_ count: Int) -> [Int] {
      FarthestColors.chosen(of: lights, counts: counts, count: count).map(\.x)
    }
    #expect(chosen(1) == [65_535])
    #expect(chosen(2) == [65_535, 1_000])
    #expect(chosen(3) == [65_535, 1_000, 30_000])
    #expect(chosen(5) == [65_535, 1_000, 30_000, 60_000, 2_000])
    #expect(chosen(6) == chosen(5))
  }

  /// Each is as far from all before it as any cell is.
  @Test func noCellIsFartherThanTheNextColor() {
    var random = Random(5)
    let lights = (0..<300).map { _ in
      SIMD3(
        Int.random(in: 0...65_535, using: &random), Int.random(in: 0...65_535, using: &random),
        Int.random(in: 0...65_535, using: &random))
    }
    let counts = lights.map { _ in Int.random(in: 1...99, using: &random) }
    let chosen = FarthestColors.chosen(of: lights, counts: counts, count: 20)
    func place(_ light: SIMD3<Int>) -> [Int] {
      (0..<3).map { light[$0] == 0 ? 0 : AdaptivePalette.weight(light[$0]) / 8 }
    }
    func distance(_ light: SIMD3<Int>, _ others: ArraySlice<SIMD3<Int>>) -> Int {
      var least = Int.max
      for other in others {
        let (from, to) = (place(light), place(other))
        let way = (from[0] - to[0], from[1] - to[1], from[2] - to[2])
        least = min(least, 3 * way.0 * way.0 + 4 * way.1 * way.1 + 2 * way.2 * way.2)
      }
      return least
    }
    #expect(chosen.count == 20)
    for index in 1..<chosen.count {
      let before = chosen[..<index]
      #expect(distance(chosen[index], before) == lights.map { distance($0, before) }.max())
    }
  }

  @Test(arguments: [
    (1, 1, 1), (256, 128, 1), (257, 128, 2), (800, 480, 4), (65_535, 65_535, 363),
  ])
  func smallPicturesAreWithinTheLimit(width: Int, height: Int, step: Int) {
    #expect(PaletteTrial.step(width: width, height: height) == step)
  }

  /// One pixel that is wrong in one channel: the squares of 1 3 6 7 6 3 1 along both axes.
  @Test func errorsAreSeenFromAfar() {
    let white: [UInt16] = [65_535, 65_535, 65_535]
    let trial = PaletteTrial(
      rows: [[65_535, 65_535, 0]], width: 1, halftone: Halftone(method: .none))
    let kernel = [1, 3, 6, 7, 6, 3, 1]
    var wanted = 0
    for y in kernel {
      for x in kernel {
        let left = (x * y * 65_535) >> 5
        wanted += left * left
      }
    }
    #expect(trial.error(of: Self.palette([255])) == wanted)
    let shown = PaletteTrial(rows: [white], width: 1, halftone: Halftone(method: .none))
    #expect(shown.error(of: Self.palette([255])) == 0)
  }

  /// Dots of black and white show a gray that one far gray does not; without dots it is otherwise.
  @Test func theHalftoneDecides() {
    let rows = Array(repeating: Array(repeating: UInt16(20_000), count: 3 * 64), count: 64)
    let ends = Self.palette([0, 255])
    let near = Self.palette([120])
    func best(_ method: Halftone.Method, _ palettes: [PaletteColor]) -> PaletteColor {
      PaletteTrial(rows: rows, width: 64, halftone: Halftone(method: method)).best(of: palettes)
    }
    #expect(best(.automatic, [ends, near]) == ends)
    #expect(best(.automatic, [near, ends]) == ends)
    #expect(best(.none, [ends, near]) == near)
    #expect(best(.none, [near]) == near)
  }

  /// A sky of few pale colours, and something else in a corner: both palettes are tried, and the form
  /// has the one that the trial prefers.
  @Test func formsHaveThePaletteThatServesBest() throws {
    let (width, height) = (48, 48)
    var random = Random(21)
    var rows: [[UInt16]] = []
    for y in 0..<height {
      var row: [UInt16] = []
      for channel in 0..<3 {
        for x in 0..<width {
          let sky = UInt16(20_000 + 300 * x + 200 * y + 900 * channel)
          row.append(x + y < 12 ? UInt16.random(in: 0...65_535, using: &random) : sky)
        }
      }
      rows.append(row)
    }
    var histogram = ColorHistogram()
    for row in rows { histogram.add(row) }
    let palettes = AdaptivePalette.palettes(of: histogram, bits: 4, count: 16, table: .rgb888)
    #expect(palettes.count == 2 && palettes[0] != palettes[1])
    let trial = PaletteTrial(rows: rows, width: width, halftone: .standard)
    let best = 8 * trial.error(of: palettes[1]) < 5 * trial.error(of: palettes[0]) ? 1 : 0
    let panel = try Capability(
      size: PanelSize(width: width, height: height),
      color: .adaptive(AdaptiveColor(bits: 4, colors: 16, table: .rgb888)), fit: Fit(mode: .none))
    let interleaved = rows.map { row in
      (0..<width).flatMap { x in [row[x], row[width + x], row[2 * width + x]] }
    }
    let bytes = try form(of: interleaved, width: width, panel)
    let table = palettes[best].entries.flatMap { [$0.rgb.red, $0.rgb.green, $0.rgb.blue] }
    #expect(Array(bytes.prefix(table.count)) == table)
  }
}
