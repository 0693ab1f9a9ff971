import Capabilities
import Testing

@testable import Raster

struct AdaptivePaletteTests {
  private static func panel(
    _ width: Int, _ height: Int, bits: Int, colors: Int, table: AdaptiveColor.Table = .rgb888,
    layout: Layout = .standard, halftone: Halftone = .standard, container: Container = .raw,
    tone: Tone = .neutral
  ) throws -> Capability {
    try Capability(
      size: PanelSize(width: width, height: height),
      color: .adaptive(AdaptiveColor(bits: bits, colors: colors, table: table)), layout: layout,
      fit: Fit(mode: .none), tone: tone, halftone: halftone, container: container)
  }

  private static func light(_ rgb: [UInt32]) -> [UInt16] {
    rgb.flatMap { color in
      [color >> 16, color >> 8 & 255, color & 255].map { LinearLight.linear(code: UInt8($0)) }
    }
  }

  /// Table and codes of a form of 8 bits.
  private static func shown(_ bytes: [UInt8], bits: Int) -> [[UInt8]] {
    let table = (0..<1 << bits).map { Array(bytes[3 * $0..<3 * $0 + 3]) }
    return bytes.dropFirst(3 << bits).map { table[Int($0)] }
  }

  /// The example of spec/FORMS.md.
  @Test func exampleOfTheSpecification() throws {
    let panel = try Self.panel(4, 1, bits: 2, colors: 4)
    let row = Self.light([0x000000, 0xFF0000, 0xFF0000, 0xFFFFFF])
    #expect(
      try form(of: [row], width: 4, panel)
        == [0, 0, 0, 255, 0, 0, 255, 255, 255, 0, 0, 0, 0b0001_0110])
  }

  @Test func tablesHaveTheirOwnBytes() throws {
    let row = Self.light([0x000000, 0xFF8210])
    let bgra = try Self.panel(2, 1, bits: 2, colors: 4, table: .bgra8888)
    #expect(
      try form(of: [row], width: 2, bgra)
        == [0, 0, 0, 255, 0x10, 0x82, 0xFF, 255, 0, 0, 0, 0, 0, 0, 0, 0, 0b0001_0000])
    // 31, 32 and 2 in 5, 6 and 5 bits.
    let big = try Self.panel(2, 1, bits: 2, colors: 4, table: .rgb565)
    #expect(try form(of: [row], width: 2, big) == [0, 0, 0xFC, 0x02, 0, 0, 0, 0, 0b0001_0000])
    let little = try Self.panel(
      2, 1, bits: 2, colors: 4, table: .rgb565, layout: Layout(byteOrder: .little))
    #expect(try form(of: [row], width: 2, little) == [0, 0, 0x02, 0xFC, 0, 0, 0, 0, 0b0001_0000])
  }

  /// No more colours than wanted are shown as they are, whatever the halftone.
  @Test(arguments: [1, 2, 3, 200, 256], [Halftone.Method.automatic, .none, .bayer8])
  func fewColorsAreExact(count: Int, method: Halftone.Method) throws {
    var random = Random(UInt64(count))
    var colors: Set<UInt32> = []
    while colors.count < count { colors.insert(UInt32.random(in: 0...0xFFFFFF, using: &random)) }
    let all = colors.sorted()
    let pixels = (0..<20).map { y in (0..<16).map { all[(16 * y + $0) % count] } }
    let bytes = try form(
      of: pixels.map(Self.light), width: 16,
      Self.panel(16, 20, bits: 8, colors: 256, halftone: Halftone(method: method)))
    let wanted = pixels.joined().map { [UInt8($0 >> 16), UInt8($0 >> 8 & 255), UInt8($0 & 255)] }
    #expect(Self.shown(bytes, bits: 8) == wanted)
  }

  @Test func rampOfGraysIsExactAndAscends() throws {
    let row = Self.light((0..<256).map { $0 << 16 | $0 << 8 | $0 })
    let bytes = try form(of: [row], width: 256, Self.panel(256, 1, bits: 8, colors: 256))
    let codes = (0..<256).map { UInt8($0) }
    #expect(bytes == codes.flatMap { [$0, $0, $0] } + codes)
  }

  @Test(arguments: [(1, 2), (2, 3), (4, 16), (8, 17), (8, 256)])
  func thereAreNoMoreColorsThanWanted(bits: Int, count: Int) throws {
    var random = Random(3)
    let rows = (0..<40).map { _ in random.samples(3 * 40) }
    let bytes = try form(
      of: rows, width: 40, Self.panel(40, 40, bits: bits, colors: count))
    let table = bytes.prefix(3 << bits)
    #expect(table.dropFirst(3 * count).allSatisfy { $0 == 0 })
    let codes = bytes.dropFirst(3 << bits).flatMap { byte in
      (0..<8 / bits).map { Int(byte) >> ($0 * bits) & ((1 << bits) - 1) }
    }
    #expect(codes.allSatisfy { $0 < count })
    #expect(Set(codes).count > count / 2)
  }

  /// The order in which pixels come decides nothing about the palette.
  @Test func cellsDoNotDependOnTheOrder() {
    var random = Random(11)
    var pixels = (0..<20_000).map { _ in random.samples(3) }
    func palettes() -> [PaletteColor] {
      var histogram = ColorHistogram()
      for pixel in pixels { histogram.add(pixel) }
      #expect(histogram.bits < 8 && histogram.sortedCells().count <= ColorHistogram.cellLimit)
      #expect(histogram.sortedCells().reduce(0) { $0 + $1.count } == pixels.count)
      return AdaptivePalette.palettes(of: histogram, bits: 4, count: 16, table: .rgb888)
    }
    let first = palettes()
    pixels.shuffle(using: &random)
    #expect(palettes() == first)
    #expect(first.map(\.entries.count) == [16, 16])
  }

  /// A tone is applied before colours are counted.
  @Test func toneComesFirst() throws {
    let row = Self.light([0x000000, 0x404040, 0x808080, 0xFFFFFF])
    let dark = Tone(gamma256: 256, contrast: 0, brightness: -100)
    let bytes = try form(
      of: [row], width: 4, Self.panel(4, 1, bits: 1, colors: 2, tone: dark))
    #expect(bytes == [0, 0, 0, 0, 0, 0, 0])
  }

  @Test func aRollFollowsThePicture() throws {
    let roll = try Capability(
      size: PanelSize(width: 2, height: 0),
      color: .adaptive(AdaptiveColor(bits: 1, colors: 2)))
    let rows = [[0x000000, 0xFFFFFF], [0xFFFFFF, 0x000000], [0x000000, 0x000000]].map(Self.light)
    #expect(
      try form(of: rows, width: 2, roll) == [0, 0, 0, 255, 255, 255, 0b0100_0000, 0b1000_0000, 0])
  }

  @Test func filesHaveTheColorsInTheirTables() throws {
    let row = Self.light([0x0000FF, 0xFFFF00])
    let bmp = try form(of: [row], width: 2, Self.panel(2, 1, bits: 1, colors: 2, container: .bmp))
    #expect(bmp[54...] == [255, 0, 0, 0, 0, 255, 255, 0, 0b0100_0000, 0, 0, 0])
    let lvgl = try form(of: [row], width: 2, Self.panel(2, 1, bits: 2, colors: 3, container: .lvgl))
    #expect(
      lvgl[12...]
        == [255, 0, 0, 255, 0, 255, 255, 255, 0, 0, 0, 255, 0, 0, 0, 255, 0b0001_0000])
  }
}

struct AdaptiveStepTests {
  /// Against Ottosson's matrices and real cube roots.
  @Test func oklabIsOklab() {
    var random = Random(2)
    for _ in 0..<2_000 {
      let light = SIMD3(random.samples(3).map { Int($0) })
      let (red, green, blue) = (
        Double(light.x) / 65_535, Double(light.y) / 65_535, Double(light.z) / 65_535
      )
      func root(_ red: Double, _ green: Double, _ blue: Double) -> Double {
        ElementaryFunctions.power(red + green + blue, 1.0 / 3)
      }
      let l = root(0.4122214708 * red, 0.5363325363 * green, 0.0514459929 * blue)
      let m = root(0.2119034982 * red, 0.6806995451 * green, 0.1073969566 * blue)
      let s = root(0.0883024619 * red, 0.2817188376 * green, 0.6299787005 * blue)
      let wanted = [
        0.2104542553 * l + 0.7936177850 * m - 0.0040720468 * s,
        1.9779984951 * l - 2.4285922050 * m + 0.4505937099 * s,
        0.0259040371 * l + 0.7827717662 * m - 0.8086757660 * s,
      ]
      let ours = Oklab.coordinates(of: light)
      for axis in 0..<3 { #expect(abs(Double(ours[axis]) / 32_768 - wanted[axis]) < 2e-4) }
    }
  }

  @Test func graysHaveNoChroma() {
    for value in stride(from: 0, through: 65_535, by: 257) {
      let color = Oklab.coordinates(of: SIMD3(repeating: value))
      #expect(color.y == 0 && color.z == 0)
    }
    #expect(Oklab.coordinates(of: SIMD3(repeating: 65_535)).x == 32_767)
  }

  @Test func rootsAreExact() {
    for root in [0, 1, 2, 1_000, 32_767] {
      let cube = root * root * root
      // The least cone whose 8,192-fold reaches the cube.
      let cone = (cube + 8_191) / 8_192
      #expect(Oklab.root(cone) == root || cone * 8_192 >= (root + 1) * (root + 1) * (root + 1))
      if cone > 0 { #expect(Oklab.root(cone - 1) < max(root, 1)) }
    }
  }

  @Test func cutsSeparateWhatIsApart() {
    let points = [0, 1, 100, 101, 102, 9_000].map { SIMD3($0, 5, 5) }
    let (assigned, count) = VarianceCut.parts(
      of: points, weights: Array(repeating: 1, count: 6), count: 3)
    #expect(count == 3)
    #expect(assigned == [0, 0, 2, 2, 2, 1])
    // Equal points are never parted.
    let equal = VarianceCut.parts(of: [points[0], points[0]], weights: [1, 1], count: 2)
    #expect(equal.count == 1)
  }

  /// The short cut through the order of first coordinates finds what a search of all finds.
  @Test func clustersAreTheNearest() {
    var random = Random(8)
    let points = (0..<400).map { _ in
      SIMD3(
        Int.random(in: 0...30, using: &random), Int.random(in: -9...9, using: &random),
        Int.random(in: -9...9, using: &random))
    }
    let weights = points.map { _ in Int.random(in: 1...9, using: &random) }
    let first = points.indices.map { $0 % 12 }
    var clusters = ColorClusters(points: points, weights: weights, assigned: first, count: 12)
    clusters.settle()
    #expect(clusters.assigned == plainClusters(points, weights, first, count: 12))
  }

  private func plainClusters(
    _ points: [SIMD3<Int>], _ weights: [Int], _ first: [Int], count: Int
  ) -> [Int] {
    var assigned = first
    var centers = Array(repeating: SIMD3<Int>(), count: count)
    for _ in 0..<8 {
      for cluster in 0..<count {
        let members = points.indices.filter { assigned[$0] == cluster }
        guard !members.isEmpty else { continue }
        let total = members.reduce(0) { $0 + weights[$1] }
        for axis in 0..<3 {
          let sum = members.reduce(0) { $0 + weights[$1] * points[$1][axis] }
          centers[cluster][axis] = Int((Double(sum) / Double(total) + 0.5).rounded(.down))
        }
      }
      assigned = points.map { point in
        let distances = centers.map { center in
          (0..<3).reduce(0) { $0 + (point[$1] - center[$1]) * (point[$1] - center[$1]) }
        }
        return distances.firstIndex(of: distances.min() ?? 0) ?? 0
      }
    }
    return assigned
  }

  @Test func weightsGrowSlowerThanCounts() {
    #expect(AdaptivePalette.weight(1) == 16)
    #expect(AdaptivePalette.weight(16) == 128)
    #expect(AdaptivePalette.weight(10_000) == 16_000)
    #expect(AdaptivePalette.weight(1 << 26) == 11_863_283)
  }

  @Test func entriesReachWhatIsBeyondThem() {
    let cells = [SIMD3(1_000, 1_000, 1_000), SIMD3(60_000, 60_000, 60_000)]
    let spread = PaletteSpread.spread(
      [SIMD3(20_000, 20_000, 20_000), SIMD3(40_000, 40_000, 40_000)], cells: cells,
      counts: [500, 500], assigned: [0, 1])
    #expect(spread[0].x < 5_000 && spread[1].x > 56_000)
    let alone = SIMD3(30_000, 30_000, 30_000)
    #expect(
      PaletteSpread.spread([alone], cells: [alone], counts: [9], assigned: [0]) == [alone])
  }
}
