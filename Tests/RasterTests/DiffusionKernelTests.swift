import Capabilities
import Testing

@testable import Raster

/// Every kernel against its published table, drawn as the papers draw it.
struct DiffusionKernelTests {
  /// Rows from the present pixel's on, five columns, the pixel in the middle.
  struct Drawing: Sendable {
    let method: Halftone.Method
    let divisor: Int
    let rows: [[Int]]
  }

  static let drawings = [
    Drawing(method: .floydSteinberg, divisor: 16, rows: [[0, 0, 0, 7, 0], [0, 3, 5, 1, 0]]),
    Drawing(
      method: .jarvisJudiceNinke, divisor: 48,
      rows: [[0, 0, 0, 7, 5], [3, 5, 7, 5, 3], [1, 3, 5, 3, 1]]),
    Drawing(
      method: .stucki, divisor: 42, rows: [[0, 0, 0, 8, 4], [2, 4, 8, 4, 2], [1, 2, 4, 2, 1]]),
    Drawing(method: .burkes, divisor: 32, rows: [[0, 0, 0, 8, 4], [2, 4, 8, 4, 2]]),
    Drawing(
      method: .sierra, divisor: 32, rows: [[0, 0, 0, 5, 3], [2, 4, 5, 4, 2], [0, 2, 3, 2, 0]]),
    Drawing(method: .sierraTwoRow, divisor: 16, rows: [[0, 0, 0, 4, 3], [1, 2, 3, 2, 1]]),
    Drawing(method: .sierraLite, divisor: 4, rows: [[0, 0, 0, 2, 0], [0, 1, 1, 0, 0]]),
    Drawing(
      method: .atkinson, divisor: 8, rows: [[0, 0, 0, 1, 1], [0, 1, 1, 1, 0], [0, 0, 1, 0, 0]]),
  ]

  @Test(arguments: drawings, [(100, true), (100, false), (60, true), (0, true)])
  func codesAreTheDrawings(drawing: Drawing, how: (strength: Int, serpentine: Bool)) throws {
    let (width, height) = (19, 23)
    var random = Random(UInt64(drawing.divisor))
    let rows = (0..<height).map { _ in random.samples(width) }
    for bits in [1, 2] {
      let expected = Self.codes(of: rows, drawing, how, bits: bits)
      let capability = try Capability(
        size: PanelSize(width: width, height: height), color: gray(bits),
        halftone: Halftone(
          method: drawing.method, strength: how.strength, serpentine: how.serpentine))
      let halftone = HalftonePlan.halftone(of: capability, width: width)
      #expect(RasterTests.codes(of: rows, halftone) == expected)
      // Equal channels over the grays of that depth, as a palette, are the same codes.
      let highest = (1 << bits) - 1
      let shades = (0...highest).map { code in
        (code: UInt8(code), rgb: UInt32(code * 255 / highest) * 0x1_0101)
      }
      let asPalette = try Capability(
        size: PanelSize(width: width, height: height), color: palette(bits: bits, shades),
        halftone: capability.halftone)
      var diffusion = HalftonePlan.halftone(of: asPalette, width: width)
      // Ties differ: a palette's go to the darker entry. None occurs in this noise.
      for (row, wanted) in zip(rows, expected) {
        var codes = row
        diffusion.apply(to: row + row + row, 0..<3 * width, into: &codes)
        #expect(codes == wanted)
      }
    }
  }

  /// |mean − level| of flat fields in linear light, for all kernels that pay the whole error, away from
  /// the edges: what is handed over an edge is lost, and the first rows owe what they have not paid,
  /// which together shift the mean of a whole field by about 0.7 / side for the widest kernels.
  @Test(arguments: drawings.filter { $0.method != .atkinson }, 0...16)
  func flatFieldsKeepTheirMean(drawing: Drawing, sixteenth: Int) throws {
    let size = 192
    let inner = 32..<160
    let level = UInt16(sixteenth * 65_535 / 16)
    let capability = try Capability(
      size: PanelSize(width: size, height: size), color: gray(1),
      halftone: Halftone(method: drawing.method))
    let rows = Array(repeating: Array(repeating: level, count: size), count: size)
    let codes = RasterTests.codes(of: rows, HalftonePlan.halftone(of: capability, width: size))
    let white = codes[inner].reduce(0) { $0 + $1[inner].reduce(0) { $0 + Int($1) } }
    let mean = Double(white) / Double(inner.count * inner.count)
    #expect(abs(mean - Double(level) / 65_535) <= 0.002)
  }

  /// The greatest errors there can be: nothing overflows.
  @Test(arguments: drawings)
  func extremesAreSurvived(drawing: Drawing) throws {
    let width = 12
    let capability = try Capability(
      size: PanelSize(width: width, height: 60), color: gray(1),
      halftone: Halftone(method: drawing.method))
    for block in 1...6 {
      let rows = (0..<60).map { y -> [UInt16] in
        (0..<width).map { x in
          let isDark = (x / block + y / block) % 2 == 0
          return isDark ? 32_767 : 65_535
        }
      }
      let codes = RasterTests.codes(of: rows, HalftonePlan.halftone(of: capability, width: width))
      #expect(codes.joined().allSatisfy { $0 < 2 })
    }
  }

  /// The spec's rules on a plain field of numbers.
  private static func codes(
    of rows: [[UInt16]], _ drawing: Drawing, _ how: (strength: Int, serpentine: Bool), bits: Int
  ) -> [[UInt16]] {
    let levels = ChannelLevels(bits: bits).linearLevels().map { Int($0) }
    let width = rows[0].count
    var field = Array(
      repeating: Array(repeating: 0, count: width + 4), count: rows.count + drawing.rows.count)
    func scaled(_ weight: Int) -> Int {
      let share = Double(weight * how.strength * 16_384) / Double(100 * drawing.divisor)
      return Int((share + 0.5).rounded(.down))
    }
    let weights = drawing.rows.enumerated().flatMap { down, row in
      row.enumerated().filter { $0.element > 0 }.map { ($0.offset - 2, down, $0.element) }
    }
    let total = scaled(weights.reduce(0) { $0 + $1.2 })
    var codes = rows
    for y in rows.indices {
      field[y] = field[y].map { min(max($0, -65_535), 65_535) }
      let step = how.serpentine && y % 2 == 1 ? -1 : 1
      for x in step > 0 ? Array(0..<width) : Array((0..<width).reversed()) {
        let value = Int(rows[y][x]) + field[y][x + 2]
        let distances = levels.map { abs($0 - min(max(value, 0), 65_535)) }
        let level = distances.lastIndex(of: distances.min() ?? 0) ?? 0
        codes[y][x] = UInt16(level)
        let error = value - levels[level]
        var rest = (error * total + 8_192) >> 14
        for (index, (columns, down, weight)) in weights.enumerated() {
          let isLast = index == weights.count - 1
          let part = isLast ? rest : (error * scaled(weight) + 8_192) >> 14
          rest -= part
          field[y + down][x + 2 + columns * step] += part
        }
      }
    }
    return codes
  }
}
