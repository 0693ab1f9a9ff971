import Capabilities

/// Small devices of all containers and layouts, drawn at random.
enum RandomDevice {
  /// - Parameter kind: the device's container.
  /// - Returns: `nil` when the closed table refuses the draw, as it does most.
  static func draw(_ kind: Container.Kind, _ random: inout SeededGenerator) -> Capability? {
    let isRoll = random.isOne(of: 4)
    let isWide = !isRoll && random.isOne(of: 40)
    let resolution = random.isOne(of: 2) ? 0 : random.number(1...700)
    let container = container(kind, &random)
    return try? Capability(
      size: PanelSize(
        width: random.number(isWide ? 700...2_100 : 1...40),
        height: isRoll ? 0 : random.number(isWide ? 1...3 : 1...28)),
      resolution: Resolution(
        x: resolution, y: random.isOne(of: 3) && resolution > 0 ? 300 : resolution),
      color: random.isOne(of: 2) ? color(&random) : usualColor(&random),
      layout: layout(kind, &random), fit: fit(&random),
      tone: random.isOne(of: 4)
        ? Tone(
          gamma256: random.number(26...2_560), contrast: random.number(-100...100),
          brightness: random.number(-100...100)) : .neutral,
      halftone: halftone(&random),
      container: container, codecs: codecs(&random))
  }

  /// The same device without its container.
  static func raw(_ device: Capability) throws -> Capability {
    try Capability(
      size: device.size, resolution: device.resolution, color: device.color, fit: device.fit,
      tone: device.tone, halftone: device.halftone)
  }

  private static func halftone(_ random: inout SeededGenerator) -> Halftone {
    let method = random.word(Halftone.Method.self)
    if method == .none || method == .threshold { return Halftone(method: method) }
    return Halftone(
      method: method, strength: random.number(0...100),
      serpentine: !method.isErrorDiffusion || random.isOne(of: 2))
  }

  private static func container(
    _ kind: Container.Kind, _ random: inout SeededGenerator
  ) -> Container {
    let affixes = Container.Affixes(prefix: bytes(&random), suffix: bytes(&random))
    switch kind {
    case .raw: return .raw
    case .pnm: return .pnm
    case .bmp: return .bmp
    case .png: return .png
    case .wbmp: return .wbmp
    case .lvgl: return .lvgl
    case .pwg: return .pwg
    case .urf: return .urf
    case .escposGSV0: return .escposGSV0(stripRows: random.number(1...30), affixes)
    case .escposGS8L: return .escposGS8L(affixes)
    case .escposBitImage: return .escposBitImage(affixes)
    case .zplGFA: return .zplGFA(affixes)
    case .zplZ64: return .zplZ64(affixes)
    case .eplGW: return .eplGW(affixes)
    case .tsplBitmap: return .tsplBitmap(affixes)
    case .cpclEG: return .cpclEG(affixes)
    case .brotherQL:
      let label = Container.BrotherQL(
        modelClass: random.word(Container.BrotherQL.ModelClass.self),
        mediaType: random.word(Container.BrotherQL.MediaType.self),
        mediaWidth: random.number(1...255),
        mediaLength: random.isOne(of: 2) ? 0 : random.number(0...255),
        margin: random.number(0...65_535), cut: random.isOne(of: 2))
      return .brotherQL(label, affixes)
    case .starRaster: return .starRaster(affixes)
    case .dymo: return .dymo(affixes)
    case .openEPaperLink: return .openEPaperLink
    case .jpeg: return .jpeg(quality: random.number(1...100))
    }
  }

  private static func bytes(_ random: inout SeededGenerator) -> [UInt8] {
    (0..<random.number(0...3)).map { _ in UInt8(random.number(0...255)) }
  }

  /// Raw takes every field; a container takes the mirror, and the table must refuse the rest.
  private static func layout(_ kind: Container.Kind, _ random: inout SeededGenerator) -> Layout {
    let mirror = random.word(Layout.Mirror.self)
    guard kind == .raw || random.isOne(of: 30) else { return Layout(mirror: mirror) }
    return Layout(
      bitOrder: random.isOne(of: 3) ? .lsb : .msb, byteOrder: random.isOne(of: 3) ? .little : .big,
      rowAlign: random.isOne(of: 2) ? 1 : random.number(0...5), padBit: random.number(0...1),
      scan: random.isOne(of: 2) ? .rows : random.word(Layout.Scan.self), mirror: mirror,
      planes: random.isOne(of: 2) ? .packed : random.word(Layout.Planes.self),
      split: random.isOne(of: 2) ? 0 : random.number(0...20))
  }

  private static func fit(_ random: inout SeededGenerator) -> Fit {
    let hasMargins = random.isOne(of: 3)
    func margin(_ random: inout SeededGenerator) -> Int { hasMargins ? random.number(0...4) : 0 }
    return Fit(
      mode: random.word(Fit.Mode.self), gravity: random.word(Fit.Gravity.self),
      background: rgb(&random), rotation: random.word(Fit.Rotation.self),
      margins: .init(
        left: margin(&random), top: margin(&random), right: margin(&random),
        bottom: margin(&random)))
  }

  private static func codecs(_ random: inout SeededGenerator) -> [Codec] {
    var codecs = [Codec.identity]
    if random.isOne(of: 2) { codecs.append(.packBits) }
    if random.isOne(of: 2) { codecs.append(.zlib(windowBits: random.number(9...15))) }
    return codecs
  }

  private static func rgb(_ random: inout SeededGenerator) -> RGB8 {
    func byte(_ random: inout SeededGenerator) -> UInt8 { UInt8(random.number(0...255)) }
    return RGB8(red: byte(&random), green: byte(&random), blue: byte(&random))
  }

  /// What containers take.
  private static func usualColor(_ random: inout SeededGenerator) -> Color {
    let rgb = RGBColor(red: 8, green: 8, blue: 8, pixelBits: 24)
    switch random.number(0...7) {
    case 0...2: return .gray(GrayColor(bits: 1, black: random.word(BlackCode.self)))
    case 3, 4: return .gray(GrayColor(bits: 8, black: random.isOne(of: 4) ? .highest : .zero))
    case 5: return palette(bits: 2, &random)
    case 6: return .rgb(rgb)
    default:
      return .rgb(
        random.isOne(of: 2)
          ? RGBColor(red: 5, green: 6, blue: 5, pixelBits: 16)
          : RGBColor(red: 8, green: 8, blue: 8, alpha: random.isOne(of: 2) ? 8 : 0, pixelBits: 32))
    }
  }

  /// Anything.
  private static func color(_ random: inout SeededGenerator) -> Color {
    switch random.number(0...3) {
    case 0:
      let bits = 1 << random.number(0...4)
      return .gray(GrayColor(bits: bits, black: random.word(BlackCode.self)))
    case 1: return palette(bits: random.number(1...8), &random)
    case 2: return .cmyk(CMYKColor(bits: random.isOne(of: 2) ? 1 : 8))
    default:
      let limit = [3, 8, 16][random.number(0...2)]
      let even = random.isOne(of: 2) ? random.number(1...limit) : nil
      func bits(_ random: inout SeededGenerator) -> Int { even ?? random.number(1...limit) }
      return .rgb(
        RGBColor(
          red: bits(&random), green: bits(&random), blue: bits(&random),
          alpha: random.isOne(of: 2) ? 0 : random.number(1...limit),
          pixelBits: [8, 12, 16, 24, 32, 48][random.number(0...5)],
          order: random.word(RGBColor.Order.self), byteTop: random.isOne(of: 4)))
    }
  }

  private static func palette(bits: Int, _ random: inout SeededGenerator) -> Color {
    let codes = (0..<1 << bits).filter { _ in random.isOne(of: 2) }
    return .palette(
      PaletteColor(
        bits: bits, entries: codes.map { .init(code: UInt8($0), rgb: rgb(&random)) }))
  }
}

extension SeededGenerator {
  mutating func number(_ range: ClosedRange<Int>) -> Int { .random(in: range, using: &self) }

  /// True once in so many times.
  mutating func isOne(of count: Int) -> Bool { number(1...count) == 1 }

  mutating func word<Word: CaseIterable>(_ type: Word.Type) -> Word {
    let words = Array(type.allCases)
    return words[number(0...words.count - 1)]
  }
}
