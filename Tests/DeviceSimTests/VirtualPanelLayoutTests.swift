import Capabilities
import Testing

@testable import DeviceSim

/// A colour model, the codes that may be sent and what each looks like, written out by hand.
struct ModelCase: Sendable, CustomTestStringConvertible {
  let color: Color
  /// Bits of the channels or code bits from the top, for planes.
  let widthsFromTop: [Int]
  /// What stands in front of the pixels.
  var table: [UInt8] = []
  /// A random code and its colour, in 0…255 before rounding.
  let random: @Sendable (inout SeededGenerator) -> (code: UInt64, rgb: [Double])

  var testDescription: String { "\(color)" }

  static func gray(_ bits: Int, _ black: BlackCode) -> ModelCase {
    ModelCase(
      color: .gray(.init(bits: bits, black: black)),
      widthsFromTop: Array(repeating: 1, count: bits)
    ) { generator in
      let highest = (1 << bits) - 1
      let code = Int.random(in: 0...highest, using: &generator)
      let light = Double(black == .zero ? code : highest - code) * 255 / Double(highest)
      return (UInt64(code), [light, light, light])
    }
  }

  static func palette(_ bits: Int, codes: [UInt8]) -> ModelCase {
    let entries = codes.map { code in
      PaletteColor.Entry(code: code, rgb: RGB8(red: code, green: 255 - code, blue: code ^ 0x5A))
    }
    return ModelCase(
      color: .palette(.init(bits: bits, entries: entries)),
      widthsFromTop: Array(repeating: 1, count: bits)
    ) { generator in
      let code = codes[Int.random(in: 0..<codes.count, using: &generator)]
      return (UInt64(code), [Double(code), Double(255 - code), Double(code ^ 0x5A)])
    }
  }

  static func adaptive(_ bits: Int, _ table: AdaptiveColor.Table) -> ModelCase {
    @Sendable func entry(_ index: Int) -> (bytes: [UInt8], rgb: [Double]) {
      let (red, green, blue) = (index % 32, index * 5 % 64, (index + 7) % 32)
      switch table {
      case .rgb888:
        return ([UInt8(red), UInt8(green), UInt8(blue)], [red, green, blue].map(Double.init))
      case .bgra8888:
        return ([UInt8(blue), UInt8(green), UInt8(red), 255], [red, green, blue].map(Double.init))
      case .rgb565:
        // Big-endian; the test swaps it where the layout is little.
        let value = red << 11 | green << 5 | blue
        return (
          [UInt8(value >> 8), UInt8(value & 255)],
          [Double(red) * 255 / 31, Double(green) * 255 / 63, Double(blue) * 255 / 31]
        )
      }
    }
    return ModelCase(
      color: .adaptive(.init(bits: bits, colors: 1 << bits, table: table)),
      widthsFromTop: Array(repeating: 1, count: bits),
      table: (0..<1 << bits).flatMap { entry($0).bytes }
    ) { generator in
      let code = Int.random(in: 0..<1 << bits, using: &generator)
      return (UInt64(code), entry(code).rgb)
    }
  }

  static func rgb(
    _ red: Int, _ green: Int, _ blue: Int, alpha: Int = 0, pixelBits: Int,
    order: RGBColor.Order = .rgb, byteTop: Bool = false
  ) -> ModelCase {
    let model = RGBColor(
      red: red, green: green, blue: blue, alpha: alpha, pixelBits: pixelBits, order: order,
      byteTop: byteTop)
    let colors = order == .rgb ? [red, green, blue] : [blue, green, red]
    return ModelCase(
      color: .rgb(model), widthsFromTop: alpha > 0 ? [alpha] + colors : colors
    ) { generator in
      var code: UInt64 = 0
      var shown: [Double] = []
      if alpha > 0 { code = byteTop ? UInt64((1 << alpha) - 1) << (8 - alpha) : (1 << alpha) - 1 }
      for bits in colors {
        let level = Int.random(in: 0..<1 << bits, using: &generator)
        code = byteTop ? code << 8 | UInt64(level) << (8 - bits) : code << bits | UInt64(level)
        shown.append(Double(level) * 255 / Double((1 << bits) - 1))
      }
      return (code, order == .rgb ? shown : shown.reversed())
    }
  }

  static func cmyk(_ bits: Int) -> ModelCase {
    ModelCase(
      color: .cmyk(.init(bits: bits)), widthsFromTop: Array(repeating: bits, count: 4)
    ) { generator in
      let highest = Double((1 << bits) - 1)
      let inks = (0..<4).map { _ in Int.random(in: 0..<1 << bits, using: &generator) }
      let code = inks.reduce(0) { $0 << UInt64(bits) | UInt64($1) }
      let bare = inks.map { 1 - Double($0) / highest }
      return (code, (0..<3).map { bare[$0] * bare[3] * 255 })
    }
  }

  static let all: [ModelCase] =
    [1, 2, 4, 8, 16].flatMap { [gray($0, .zero), gray($0, .highest)] }
    + [
      palette(1, codes: [0, 1]), palette(2, codes: [0, 2, 3]), palette(3, codes: [0, 1, 4, 6, 7]),
      palette(4, codes: [0, 1, 2, 3, 5, 6]), palette(5, codes: [31]),
      palette(7, codes: [1, 100, 127]), palette(8, codes: Array(0...255)),
    ]
    + [1, 2, 4, 8].flatMap { bits in
      AdaptiveColor.Table.allCases.map { adaptive(bits, $0) }
    }
    + [
      rgb(3, 3, 2, pixelBits: 8), rgb(4, 4, 4, pixelBits: 12), rgb(4, 4, 4, pixelBits: 16),
      rgb(5, 6, 5, pixelBits: 16), rgb(5, 6, 5, pixelBits: 16, order: .bgr),
      rgb(5, 5, 5, alpha: 1, pixelBits: 16), rgb(6, 6, 6, pixelBits: 24, byteTop: true),
      rgb(6, 6, 6, pixelBits: 24), rgb(8, 8, 8, pixelBits: 24), rgb(8, 8, 8, pixelBits: 32),
      rgb(8, 8, 8, alpha: 8, pixelBits: 32), rgb(8, 7, 6, alpha: 5, pixelBits: 32, byteTop: true),
      rgb(5, 6, 7, pixelBits: 24, order: .bgr, byteTop: true), rgb(1, 1, 1, pixelBits: 8),
      rgb(10, 10, 10, alpha: 2, pixelBits: 32, order: .bgr), rgb(16, 16, 16, pixelBits: 48),
      cmyk(1), cmyk(8),
    ]
}

@Suite struct VirtualPanelLayoutTests {
  /// Random codes, packed by the plain packer and drawn again, for hundreds of layouts a model.
  @Test(arguments: ModelCase.all)
  func drawsWhatWasPacked(model: ModelCase) throws {
    var generator = SeededGenerator(seed: 7)
    var acceptedCount = 0
    for _ in 0..<300 {
      let size = PanelSize(
        width: Int.random(in: 1...17, using: &generator),
        height: Int.random(in: 1...17, using: &generator))
      let layout = Self.randomLayout(width: size.width, &generator)
      guard let panel = try? Capability(size: size, color: model.color, layout: layout)
      else { continue }
      acceptedCount += 1
      try check(model, panel, &generator)
    }
    #expect(acceptedCount > 40)
  }

  private func check(
    _ model: ModelCase, _ panel: Capability, _ generator: inout SeededGenerator
  ) throws {
    var codes: [[UInt64]] = []
    var colors: [[Double]] = []
    for _ in 0..<panel.size.height {
      var row: [UInt64] = []
      for _ in 0..<panel.size.width {
        let (code, rgb) = model.random(&generator)
        row.append(code)
        colors.append(rgb)
      }
      codes.append(row)
    }
    let widths =
      panel.layout.planes == .packed ? [panel.color.bitsPerPixel] : model.widthsFromTop
    var table = model.table
    if panel.layout.byteOrder == .little, case .adaptive(let adaptive) = panel.color,
      adaptive.table == .rgb565
    {
      for index in stride(from: 0, to: table.count, by: 2) { table.swapAt(index, index + 1) }
    }
    let form = table + ReferencePacker(layout: panel.layout, widthsFromTop: widths).pack(codes)
    let image = try VirtualPanel(panel).draw(form)
    // Half a level up or down for values that lie on a tie in binary floating point.
    let isRight = zip(image.pixels, colors.joined()).allSatisfy {
      abs(Double($0) - $1) <= 0.5 + 1e-9
    }
    #expect(isRight, "\(panel)")
    #expect(image.width == panel.size.width && image.height == panel.size.height)
  }

  static func randomLayout(width: Int, _ generator: inout SeededGenerator) -> Layout {
    func any<Value>(_ values: [Value]) -> Value {
      values[Int.random(in: 0..<values.count, using: &generator)]
    }
    // Defaults stand in more than once: most layouts are refused for one field that is not.
    return Layout(
      bitOrder: any([.msb, .msb, .lsb]), byteOrder: any([.big, .big, .little]),
      rowAlign: any([0, 1, 1, 1, 2, 4, 7]), padBit: any([0, 1]),
      scan: any([.rows, .rows, .rows] + Layout.Scan.allCases), mirror: any(Layout.Mirror.allCases),
      planes: any([.packed] + Layout.Planes.allCases),
      split: any([0, 0, 1, width / 2, width - 1].filter { $0 >= 0 && $0 < width }))
  }

  /// Random bytes of any length are drawn or refused, never a trap.
  @Test(arguments: ModelCase.all)
  func survivesNoise(model: ModelCase) {
    var generator = SeededGenerator(seed: 11)
    for _ in 0..<200 {
      let size = PanelSize(
        width: Int.random(in: 1...19, using: &generator),
        height: Int.random(in: 0...19, using: &generator))
      let layout = Self.randomLayout(width: size.width, &generator)
      guard let panel = try? Capability(size: size, color: model.color, layout: layout) else {
        continue
      }
      let right = size.isRoll ? 40 : (try? panel.formSize(rowCount: size.height).byteCount) ?? 0
      for count in [0, max(0, right - 1), right, right + 1] {
        let form = (0..<count).map { _ in UInt8.random(in: 0...255, using: &generator) }
        _ = try? VirtualPanel(panel).draw(form)
        _ = try? VirtualPanel(panel).draw(form, width: size.width, height: 3)
      }
    }
  }
}
