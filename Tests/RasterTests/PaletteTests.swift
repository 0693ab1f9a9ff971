import Capabilities
import Testing

@testable import Raster

struct PaletteTests {
  static let spectra = palette(
    bits: 4,
    [
      (0, 0x1A0D23), (1, 0xB9CACD), (2, 0xCAB800), (3, 0x790900), (5, 0x00458B), (6, 0x285239),
    ])

  /// Against the distance as the spec writes it, for few entries and for as many as there can be,
  /// some of them twice; colours crowd near 0 as they do in pictures, and reach the bounds.
  @Test(arguments: [2, 6, 8, 9, 16, 256])
  func nearestIsTheLeastDistance(count: Int) throws {
    var random = Random(UInt64(count))
    var entries: [SIMD4<Int32>] = (0..<count).map { _ in random.color() }
    if case .palette(let colors) = Self.spectra, count == 6 {
      entries = PaletteMatcher(colors).entries
    }
    entries[count - 1] = entries[count / 2 - 1]
    var matcher = PaletteMatcher(entries: entries, codes: (0..<count).map { UInt16($0) })
    for round in 0..<3_000 {
      let reach = [65_536, 3_000, 100][round % 3]
      let color = (0..<3).map { _ in
        let value = Int.random(in: -reach...2 * reach - 1, using: &random)
        return min(max(value, -65_536), 131_071)
      }
      let distances = entries.map { entry in
        [(3, Int(entry.x)), (4, Int(entry.y)), (2, Int(entry.z))].enumerated().reduce(0) {
          let difference = color[$1.offset] - $1.element.1
          return $0 + $1.element.0 * difference * difference
        }
      }
      let nearest = matcher.nearest(
        to: SIMD4(Int32(color[0]), Int32(color[1]), Int32(color[2]), 0))
      #expect(nearest == distances.firstIndex(of: distances.min() ?? 0))
    }
  }

  @Test func tiesGoToTheLowestCode() throws {
    let capability = try Capability(
      size: PanelSize(width: 1, height: 1),
      color: palette(bits: 2, [(1, 0x808080), (2, 0x808080)]), halftone: Halftone(method: .none))
    #expect(try form(of: [[9, 9, 9]], width: 1, capability) == [0b0100_0000])
  }

  @Test(arguments: Halftone.Method.allCases)
  func ownColoursStayThemselves(method: Halftone.Method) throws {
    let colors: [(code: UInt8, rgb: UInt32)] = [
      (0, 0x000000), (1, 0xFFFFFF), (2, 0xFF0000), (3, 0x00FF00), (4, 0x0000FF), (9, 0xFFFF00),
    ]
    for color in colors {
      let capability = try Capability(
        size: PanelSize(width: 8, height: 8), color: palette(bits: 4, colors),
        halftone: Halftone(method: method))
      let pixel = [color.rgb >> 16, color.rgb >> 8 & 255, color.rgb & 255].map {
        LinearLight.linear(code: UInt8($0))
      }
      let row = (0..<8).flatMap { _ in pixel }
      let bytes = try form(of: Array(repeating: row, count: 8), width: 8, capability)
      #expect(bytes == Array(repeating: color.code << 4 | color.code, count: 32))
    }
  }

  /// A flat colour that the palette can mix keeps its mean in every channel.
  @Test func diffusionKeepsTheMean() throws {
    let cube = palette(
      bits: 3,
      (0..<8).map { code in
        let channels = (0..<3).map { UInt32(code >> $0 & 1) * 255 }
        return (UInt8(code), channels[0] << 16 | channels[1] << 8 | channels[2])
      })
    let size = 128
    let capability = try Capability(
      size: PanelSize(width: size, height: size), color: cube,
      layout: Layout(planes: .planarLowFirst))
    let wanted: [UInt16] = [12_000, 30_000, 50_000]
    let row = (0..<size).flatMap { _ in wanted }
    let bytes = try form(of: Array(repeating: row, count: size), width: size, capability)
    for (channel, value) in wanted.enumerated() {
      let plane = bytes[channel * size * size / 8..<(channel + 1) * size * size / 8]
      let mean = Double(plane.reduce(0) { $0 + $1.nonzeroBitCount }) / Double(size * size)
      #expect(abs(mean - Double(value) / 65_535) < 0.003)
    }
  }

  @Test func inksFollowTheFormulas() throws {
    var random = Random(7)
    let separation = InkSeparation(tone: ToneCurve(.neutral), asLight: false)
    let row = [0, 0, 0] + [65_535, 65_535, 65_535] + random.samples(300)
    // Planes of a third of the row each.
    let width = row.count / 3
    var inks = Array(repeating: UInt16(0), count: width * 4)
    separation.separate(row, into: &inks)
    for x in 0..<width {
      let encoded = (0..<3).map {
        Double(LinearLight.encodedTable[Int(row[$0 * width + x])]) / 65_535
      }
      let black = 1 - (encoded.max() ?? 0)
      #expect(abs(Double(inks[3 * width + x]) - black * 65_535) <= 0.51)
      for channel in 0..<3 {
        let ink = black == 1 ? 0 : (1 - encoded[channel] - black) / (1 - black)
        #expect(abs(Double(inks[channel * width + x]) - ink * 65_535) <= 0.51)
      }
    }
  }

  @Test func inksAreCodes() throws {
    let capability = try Capability(
      size: PanelSize(width: 5, height: 1), color: .cmyk(CMYKColor(bits: 8)), fit: Fit(mode: .none))
    let full: UInt16 = 65_535
    let row: [UInt16] =
      [0, 0, 0] + [full, full, full] + [full, 0, 0] + [0, full, 0] + [full, full, 0]
    #expect(
      try form(of: [row], width: 5, capability) == [
        0, 0, 0, 255, 0, 0, 0, 0, 0, 255, 255, 0, 255, 0, 255, 0, 0, 0, 255, 0,
      ])
    let oneBit = try Capability(
      size: PanelSize(width: 5, height: 1), color: .cmyk(CMYKColor(bits: 1)), fit: Fit(mode: .none))
    #expect(
      try form(of: [row], width: 5, oneBit) == [0b0001_0000, 0b0110_1010, 0b0010_0000])
  }
}
