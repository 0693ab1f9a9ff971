import Capabilities
import Testing

@testable import Raster

/// Black text on white, and a photograph's grays beside it.
struct KeepEdgesTests {
  static let methods = Halftone.Method.allCases

  /// Strokes of 1 and 2 pixels across noise: whatever is diffused around them, they and their white
  /// surroundings stay as they are, and so does text that a JPEG left 3 codes from black and white.
  @Test(arguments: methods, [gray(1), gray(2), PaletteTests.spectra, blackWhiteRed])
  func strokesStayWhole(method: Halftone.Method, color: Color) throws {
    let (width, height) = (64, 20)
    var random = Random(3)
    var isPaletted = false
    if case .palette = color { isPaletted = true }
    let planeCount = isPaletted ? 3 : 1
    let black = LinearLight.linear(code: 3)
    let white = LinearLight.linear(code: 252)
    let capability = try Capability(
      size: PanelSize(width: width, height: height), color: color,
      halftone: Halftone(
        method: method, keepEdges: ![.none, .threshold].contains(method)))
    var halftone = HalftonePlan.halftone(of: capability, width: width)
    // What the device shows for black and for white alone.
    let flat = try Capability(
      size: PanelSize(width: 2, height: 1), color: color, halftone: Halftone(method: .none))
    var nearest = HalftonePlan.halftone(of: flat, width: 2)
    var pure = Array(repeating: UInt16(0), count: 2 * planeCount)
    let pair: [UInt16] = [0, 65_535]
    let both = (0..<planeCount).flatMap { _ in pair }
    nearest.apply(to: both, both.indices, into: &pure)
    for y in 0..<height {
      var plane = random.samples(width).map { 20_000 + $0 / 4 }
      for x in 20..<40 {
        let isStroke = x == 24 || x == 30 || x == 31 || y % 8 == 4
        plane[x] =
          isStroke ? (x.isMultiple(of: 2) ? 0 : black) : (y.isMultiple(of: 2) ? white : 65_535)
      }
      let row = (0..<planeCount).flatMap { _ in plane }
      var codes = row
      halftone.apply(to: row, row.indices, into: &codes)
      for x in 20..<40 {
        #expect(codes[x] == (plane[x] < 1_000 ? pure[0] : pure[1]), "\(x), \(y)")
      }
    }
  }

  /// Without it errors do get into strokes: what the test above tells apart.
  @Test func withoutItStrokesFray() throws {
    let rows = Array(
      repeating: (0..<64).map { UInt16(20..<40 ~= $0 ? 64_000 : 30_000) }, count: 48)
    func dots(_ keepEdges: Bool) throws -> Int {
      let capability = try Capability(
        size: PanelSize(width: 64, height: 48), color: gray(1),
        halftone: Halftone(keepEdges: keepEdges))
      return codes(of: rows, HalftonePlan.halftone(of: capability, width: 64))
        .reduce(0) { $0 + $1[20..<40].count { $0 == 0 } }
    }
    #expect(try dots(false) > 10)
    #expect(try dots(true) == 0)
  }

  /// Shades between black and white are a photograph's: 4 codes off white is still dithered.
  @Test func nearlyWhiteIsDithered() throws {
    let level = LinearLight.linear(code: 251)
    let rows = Array(repeating: Array(repeating: level, count: 128), count: 128)
    let capability = try Capability(
      size: PanelSize(width: 128, height: 128), color: gray(1), halftone: Halftone(keepEdges: true))
    let white = codes(of: rows, HalftonePlan.halftone(of: capability, width: 128)).joined().reduce(
      0
    ) {
      $0 + Int($1)
    }
    #expect(abs(Double(white) / 16_384 - Double(level) / 65_535) < 0.01)
  }
}

/// `auto`, whose thresholds move.
struct AutomaticHalftoneTests {
  /// The spec's rule on plain numbers, Floyd–Steinberg with all rows from the left.
  @Test(arguments: [1, 2, 33])
  func codesAreTheSpecs(width: Int) throws {
    var random = Random(UInt64(width))
    let rows = (0..<40).map { _ in random.samples(width) }
    let capability = try Capability(
      size: PanelSize(width: width, height: 40), color: gray(1))
    let codes = RasterTests.codes(of: rows, HalftonePlan.halftone(of: capability, width: width))
    var field = Array(repeating: Array(repeating: 0, count: width + 2), count: 41)
    for y in rows.indices {
      for x in 0..<width {
        let target = Int(rows[y][x])
        let value = target + field[y][x + 1]
        let move = (y.isMultiple(of: 2) ? 1_024 : -1_024) - ((target - 32_768) >> 1)
        let isWhite = value + move >= 32_768
        #expect(codes[y][x] == (isWhite ? 1 : 0))
        let error = value - (isWhite ? 65_535 : 0)
        let parts = [7_168, 3_072, 5_120].map { (error * $0 + 8_192) >> 14 }
        field[y][x + 2] += parts[0]
        field[y + 1][x] += parts[1]
        field[y + 1][x + 1] += parts[2]
        field[y + 1][x + 2] += error - parts.reduce(0, +)
      }
    }
    // Black and white as a palette are the same codes.
    let asPalette = try Capability(
      size: PanelSize(width: width, height: 40),
      color: palette(bits: 1, [(0, 0x000000), (1, 0xFFFFFF)]))
    var diffusion = HalftonePlan.halftone(of: asPalette, width: width)
    for (row, wanted) in zip(rows, codes) {
      var codes = row
      diffusion.apply(to: row + row + row, 0..<3 * width, into: &codes)
      #expect(codes == wanted)
    }
  }

  /// Whole fields, first rows included: 17 levels of gray.
  @Test(arguments: 0...16)
  func graysKeepTheirMean(sixteenth: Int) throws {
    let size = 256
    let level = UInt16(sixteenth * 65_535 / 16)
    let capability = try Capability(size: PanelSize(width: size, height: size), color: gray(1))
    let rows = Array(repeating: Array(repeating: level, count: size), count: size)
    let white = codes(of: rows, HalftonePlan.halftone(of: capability, width: size)).joined()
      .reduce(0) { $0 + Int($1) }
    #expect(abs(Double(white) / Double(size * size) - Double(level) / 65_535) <= 0.002)
  }
}
