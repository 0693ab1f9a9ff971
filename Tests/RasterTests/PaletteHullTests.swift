import Capabilities
import Foundation
import Testing

@testable import Raster

/// The point of a palette's hull that a colour is mapped to.
struct PaletteHullTests {
  /// Palettes of every dimension, given as 8-bit sRGB.
  static let palettes: [[UInt32]] = [
    // One colour, also thrice.
    [0x336699], [0x808080, 0x808080, 0x808080],
    // On a line: two, and three of one ramp of gray.
    [0x000000, 0xFFFFFF], [0xC0281C, 0x00458B], [0x000000, 0x7F7F7F, 0xFFFFFF],
    // On a plane: a triangle, four corners and a point between them.
    [0x000000, 0xFFFFFF, 0xC0281C], [0x000000, 0xFF0000, 0xFFFF00, 0x00FF00],
    [0xFF0000, 0x000000, 0xBC0000, 0x0000FF, 0xFF00FF, 0xBC00BC],
    // Solid: four, Spectra 6, the cube, the cube with points on its faces, edges and inside.
    [0x000000, 0xFFFFFF, 0xFF0000, 0xFFFF00],
    [0x1A0D23, 0xB9CACD, 0xCAB800, 0x790900, 0x00458B, 0x285239],
    (0..<8).map { code in
      [0xFF0000, 0xFF00, 0xFF].enumerated().reduce(0) { $0 | ((code >> $1.0 & 1) * $1.1) }
    },
    (0..<27).map { code in
      [0, 0xBC, 0xFF][code / 9] << 16 | [0, 0xBC, 0xFF][code / 3 % 3] << 8
        | [0, 0xBC, 0xFF][code % 3]
    },
    // As many as there can be.
    (0..<256).map { UInt32($0) &* 0x9E_3779 & 0xFF_FFFF },
    (0..<256).map {
      UInt32($0 >> 5) * 36 << 16 | UInt32($0 >> 2 & 7) * 36 << 8 | UInt32($0 & 3) * 85
    },
  ]

  /// What makes a point of a convex set the nearest one: no corner lies farther in the direction of
  /// the colour (within what rounding the point by a half can do), and it is itself a mixture.
  @Test(arguments: palettes.indices)
  func nearestIsTheNearest(index: Int) {
    let entries = Self.linear(Self.palettes[index])
    var hull = PaletteHull(entries)
    var random = Random(UInt64(index))
    for _ in 0..<300 {
      let color = random.color()
      let found = hull.nearest(to: color)
      #expect(Self.isNearest(found, to: color, entries), "\(color) to \(found)")
      // What is in the hull stays, so mapping twice is mapping once.
      let again = hull.nearest(to: found)
      #expect((0..<3).allSatisfy { abs(again[$0] - found[$0]) <= 1 }, "\(found) to \(again)")
    }
  }

  /// Mixtures of entries, and the entries themselves, are not touched at all.
  @Test(arguments: palettes.indices)
  func mixturesStay(index: Int) {
    let entries = Self.linear(Self.palettes[index])
    var hull = PaletteHull(entries)
    var random = Random(UInt64(index))
    for entry in entries { #expect(hull.nearest(to: entry) == entry) }
    for _ in 0..<100 {
      var shares = entries.map { _ in Int.random(in: 0...1_000, using: &random) }
      shares[0] += 1
      let total = shares.reduce(0, +)
      var mixture = SIMD4<Int32>()
      for channel in 0..<3 {
        let sum = zip(entries, shares).reduce(0) { $0 + Int($1.0[channel]) * $1.1 }
        mixture[channel] = Int32((sum + total / 2) / total)
      }
      let found = hull.nearest(to: mixture)
      #expect((0..<3).allSatisfy { abs(found[$0] - mixture[$0]) <= 1 })
    }
  }

  /// Black and white, by hand: (3·r + 4·g + 2·b) / 9 in each channel.
  @Test func greysByHand() {
    var hull = PaletteHull(Self.linear([0x000000, 0xFFFFFF]))
    #expect(hull.nearest(to: SIMD4(9_000, 900, 90, 0)) == SIMD4(3_420, 3_420, 3_420, 0))
    #expect(hull.nearest(to: SIMD4(65_535, 0, 0, 0)) == SIMD4(21_845, 21_845, 21_845, 0))
    #expect(hull.nearest(to: SIMD4(0, 65_535, 65_535, 0)) == SIMD4(43_690, 43_690, 43_690, 0))
    #expect(hull.nearest(to: SIMD4(1, 0, 0, 0)) == SIMD4(0, 0, 0, 0))
    #expect(hull.nearest(to: SIMD4(0, 1, 1, 0)) == SIMD4(1, 1, 1, 0))
  }

  /// A half is rounded up, whatever region a colour is counted to: the line from (0, 0, 0) to
  /// (65,535, 65,535, 0) has (r·3 + g·4) / 7, a half for none; the plane of red and green takes blue
  /// away alone.
  @Test func planesByHand() {
    var hull = PaletteHull(Self.linear([0x000000, 0xFF0000, 0xFFFF00, 0x00FF00]))
    #expect(hull.nearest(to: SIMD4(700, 7_000, 65_535, 0)) == SIMD4(700, 7_000, 0, 0))
    var line = PaletteHull(Self.linear([0x000000, 0xFFFF00]))
    #expect(line.nearest(to: SIMD4(700, 7_000, 65_535, 0)) == SIMD4(4_300, 4_300, 0, 0))
  }

  /// 4 facets of 4 points, 12 of a cube; points that bear nothing are no corners.
  @Test func facetsAreTheSurface() {
    let counts = Self.palettes.map { ConvexHull(Self.points(Self.linear($0))) }
    #expect(
      counts.map(\.isSolid) == [false, false, false, false, false, false, false, false]
        + Array(repeating: true, count: 6))
    #expect(counts[8].facets.count == 4)
    #expect(counts[9].facets.count == 8)
    #expect(counts[10].facets.count == 12)
    for hull in counts where hull.isSolid {
      // Every edge has two facets, and every point is on or under all of them.
      for facet in hull.facets {
        let (a, b, c) = facet.corners
        let normal = ConvexHull.normal(hull.points[a], hull.points[b], hull.points[c])
        #expect(normal != SIMD3())
        #expect(hull.points.allSatisfy { (normal &* ($0 &- hull.points[a])).wrappedSum() <= 0 })
      }
      let sides = hull.facets.flatMap { $0.sides.map { [$0.from, $0.to] } }
      #expect(Set(sides).count == sides.count)
      #expect(Set(sides) == Set(sides.map { $0.reversed() }))
    }
  }

  private static func points(_ entries: [SIMD4<Int32>]) -> [SIMD3<Int>] {
    entries.map { SIMD3(Int($0.x), Int($0.y), Int($0.z)) }
  }

  /// Σ w·(color − found)·(entry − found) is not above 0 for any entry, but for the rounding of
  /// `found`: half a unit along every channel of both factors.
  private static func isNearest(
    _ found: SIMD4<Int32>, to color: SIMD4<Int32>, _ entries: [SIMD4<Int32>]
  ) -> Bool {
    entries.allSatisfy { entry in
      var gain = 0.0
      var slack = 0.0
      for (channel, weight) in [3.0, 4, 2].enumerated() {
        let way = Double(color[channel] - found[channel])
        let reach = Double(entry[channel] - found[channel])
        gain += weight * way * reach
        slack += weight * 0.51 * (abs(way) + abs(reach) + 1)
      }
      return gain <= slack
    }
  }

  static func linear(_ colors: [UInt32]) -> [SIMD4<Int32>] {
    colors.map { color in
      let channels = [color >> 16, color >> 8 & 255, color & 255].map {
        Int32(LinearLight.linear(code: UInt8($0)))
      }
      return SIMD4(channels[0], channels[1], channels[2], 0)
    }
  }
}

/// The colour that a palette shows in place of one that it cannot: the hull's, after darkening.
struct PaletteMappingTests {
  private static let spectra = PaletteHullTests.linear(PaletteHullTests.palettes[9])

  /// What is in the hull stays, to the last bit; whatever comes is shown by a colour that is in it.
  @Test(arguments: PaletteHullTests.palettes.indices)
  func shownColorsStay(index: Int) {
    let entries = PaletteHullTests.linear(PaletteHullTests.palettes[index])
    var hull = PaletteHull(entries)
    var random = Random(UInt64(index))
    for entry in entries { #expect(hull.mapped(entry) == entry) }
    for _ in 0..<300 {
      let shown = hull.mapped(random.color())
      let nearest = hull.nearest(to: shown)
      #expect((0..<3).allSatisfy { abs(nearest[$0] - shown[$0]) <= 1 }, "\(shown), \(nearest)")
      let color = random.color()
      if hull.nearest(to: color) == color { #expect(hull.mapped(color) == color) }
    }
  }

  /// Saturated colours turn to the entry of their hue on Spectra 6, and stay within 22 degrees of
  /// their own hue in Oklab; the nearest point alone turns red by 68 degrees.
  @Test(
    arguments: [
      (0xFF0000, 3), (0xD02020, 3), (0xC04040, 3), (0x800000, 3), (0x00FF00, 5), (0x008000, 5),
      (0x0000FF, 4), (0x0080FF, 4), (0xFFFF00, 2), (0xE0D000, 2),
    ] as [(UInt32, Int)])
  func primariesKeepTheirHue(rgb: UInt32, entry: Int) {
    var hull = PaletteHull(Self.spectra)
    var matcher = PaletteMatcher(entries: Self.spectra, codes: [0, 1, 2, 3, 4, 5])
    let color = PaletteHullTests.linear([rgb])[0]
    let shown = hull.mapped(color)
    #expect(matcher.nearest(to: shown) == entry, "\(shown)")
    let turn = abs(Self.hue(shown) - Self.hue(color))
    #expect(min(turn, 360 - turn) < 22, "\(turn)")
  }

  /// Paper stays bare: white, and what a photograph has for it, is the white entry alone; black is
  /// the black one.
  @Test func paperAndBlackStayPure() {
    var hull = PaletteHull(Self.spectra)
    for level in 0xE8...0xFF {
      for tint in [0, 0x01_0000, 0x0100, 1, 0x0101, 0x02_0000] as [UInt32] {
        let rgb = UInt32(level) * 0x01_0101 - tint
        #expect(hull.mapped(PaletteHullTests.linear([rgb])[0]) == Self.spectra[1], "\(rgb)")
      }
    }
    #expect(hull.mapped(SIMD4()) == Self.spectra[0])
  }

  /// Grays are never darkened: they are shown as the nearest point of the hull, on every palette.
  @Test(arguments: PaletteHullTests.palettes.indices)
  func graysAreNotDarkened(index: Int) {
    var hull = PaletteHull(PaletteHullTests.linear(PaletteHullTests.palettes[index]))
    for level in stride(from: Int32(0), through: 65_535, by: 257) {
      let gray = SIMD4(level, level, level, 0)
      #expect(hull.mapped(gray) == hull.nearest(to: gray))
    }
  }

  /// A palette without hues has none to gain by darkening.
  @Test func grayPalettesKeepLightness() {
    var random = Random(11)
    for palette in [PaletteHullTests.palettes[2], PaletteHullTests.palettes[4]] {
      var hull = PaletteHull(PaletteHullTests.linear(palette))
      for _ in 0..<300 {
        let color = random.color()
        #expect(hull.mapped(color) == hull.nearest(to: color))
      }
    }
  }

  /// Along lines through the whole of space nothing jumps: on the encoded scale, a step of 1/512 of
  /// the range moves the colour shown by at most 1/47 of linear light.
  @Test(arguments: [8, 9, 10])
  func linesStayWhole(index: Int) {
    var hull = PaletteHull(PaletteHullTests.linear(PaletteHullTests.palettes[index]))
    var random = Random(UInt64(index))
    for _ in 0..<40 {
      let (from, to) = (random.color(), random.color())
      var last: SIMD4<Int32>?
      for step in Int32(0)...512 {
        let encoded = from &+ ((to &- from) &* step) / 512
        var color = SIMD4<Int32>()
        for channel in 0..<3 {
          color[channel] = Int32(LinearLight.linearTable[Int(encoded[channel])])
        }
        let shown = hull.mapped(color)
        if let last {
          #expect((0..<3).allSatisfy { abs(shown[$0] - last[$0]) <= 1_400 }, "\(color)")
        }
        last = shown
      }
    }
  }

  /// Oklab's hue (B. Ottosson, 2020) in degrees.
  private static func hue(_ color: SIMD4<Int32>) -> Double {
    let light = SIMD3(Double(color.x), Double(color.y), Double(color.z)) / 65_535
    let cone = [
      SIMD3(0.4122214708, 0.5363325363, 0.0514459929),
      SIMD3(0.2119034982, 0.6806995451, 0.1073969566),
      SIMD3(0.0883024619, 0.2817188376, 0.6299787005),
    ].map { cbrt(($0 * light).sum()) }
    let lms = SIMD3(cone[0], cone[1], cone[2])
    let a = (SIMD3(1.9779984951, -2.4285922050, 0.4505937099) * lms).sum()
    let b = (SIMD3(0.0259040371, 0.7827717662, -0.8086757660) * lms).sum()
    return atan2(b, a) * 180 / .pi
  }
}

/// Error diffusion over palettes, judged by what it is for.
struct PaletteDiffusionTests {
  /// Every method that pays its errors whole.
  static let wholeMethods =
    [.automatic] + DiffusionKernelTests.drawings.map(\.method).filter { $0 != .atkinson }

  /// Colours that Spectra 6 can mix keep their mean in every channel: 17 shares of mixtures that
  /// reach from its black to its white and over its hull. Away from the edges, where errors are lost and
  /// the first rows owe what they have not paid; whole fields of 256 × 256 keep it too.
  @Test(arguments: wholeMethods, 0...16)
  func flatFieldsKeepTheirMean(method: Halftone.Method, index: Int) throws {
    guard case .palette(let colors) = PaletteTests.spectra else { return }
    let matcher = PaletteMatcher(colors)
    var random = Random(UInt64(index) + 40)
    var shares = matcher.entries.map { _ in Double.random(in: 0...1, using: &random) }
    // Every third mixture lies near one entry, where dots of the others are rare.
    if index.isMultiple(of: 3) { shares[index / 3] += 12 }
    let total = shares.reduce(0, +)
    let wanted = (0..<3).map { channel in
      UInt16(zip(matcher.entries, shares).reduce(0) { $0 + Double($1.0[channel]) * $1.1 } / total)
    }
    let size = 144
    let inner = 24..<128
    let row = wanted.flatMap { Array(repeating: $0, count: size) }
    let capability = try Capability(
      size: PanelSize(width: size, height: size), color: PaletteTests.spectra,
      halftone: Halftone(method: method))
    var halftone = HalftonePlan.halftone(of: capability, width: size)
    var counts = Array(repeating: 0, count: 16)
    var codes = Array(repeating: UInt16(0), count: 3 * size)
    for y in 0..<size {
      halftone.apply(to: row, row.indices, into: &codes)
      guard inner.contains(y) else { continue }
      for code in codes[inner] { counts[Int(code)] += 1 }
    }
    for channel in 0..<3 {
      let sum = zip(matcher.entries, matcher.codes).reduce(0) {
        $0 + Int($1.0[channel]) * counts[Int($1.1)]
      }
      let mean = Double(sum) / Double(inner.count * inner.count)
      #expect(abs(mean - Double(wanted[channel])) / 65_535 <= 0.002, "\(wanted)")
    }
  }

  /// Colours far outside the hull leave no debt behind: what follows them shows at once what it
  /// shows alone.
  @Test(arguments: [0, 65_535] as [UInt16])
  func nothingIsOwedOutsideTheHull(outside: UInt16) throws {
    let size = 32
    let capability = try Capability(
      size: PanelSize(width: size, height: 2 * size), color: PaletteTests.spectra,
      fit: Fit(mode: .none))
    let white = [0xB9, 0xCA, 0xCD].map { LinearLight.linear(code: $0) }
    let rows =
      Array(repeating: Array(repeating: outside, count: 3 * size), count: size)
      + Array(repeating: (0..<size).flatMap { _ in white }, count: size)
    let bytes = try form(of: rows, width: size, capability)
    #expect(bytes.suffix(size / 2 * (size - 3)).allSatisfy { $0 == 0x11 })
  }

  /// The worst a picture can do: whatever comes, nothing traps, and no error grows without bound.
  @Test(arguments: PaletteHullTests.palettes.indices)
  func noiseIsSurvived(index: Int) throws {
    let entries = PaletteHullTests.palettes[index].enumerated().map { (UInt8($0), $1) }
    let capability = try Capability(
      size: PanelSize(width: 31, height: 40), color: palette(bits: 8, entries),
      fit: Fit(mode: .none))
    var random = Random(9)
    let rows = (0..<40).map { _ in
      random.samples(93).map { $0 < 20_000 ? UInt16(0) : $0 > 45_000 ? 65_535 : $0 }
    }
    let bytes = try form(of: rows, width: 31, capability)
    #expect(bytes.count == 31 * 40)
    #expect(bytes.allSatisfy { Int($0) < entries.count })
  }
}

extension Random {
  /// A linear colour; shadows and full channels come often, as in pictures.
  mutating func color() -> SIMD4<Int32> {
    var color = SIMD4<Int32>()
    for channel in 0..<3 {
      let value = Int32.random(in: 0...65_535, using: &self)
      switch Int.random(in: 0...5, using: &self) {
      case 0: color[channel] = 0
      case 1: color[channel] = 65_535
      case 2: color[channel] = value >> 8
      default: color[channel] = value
      }
    }
    return color
  }
}
