import Capabilities
import Testing

@Suite("Random descriptors")
struct RandomDescriptorTests {
  @Test(
    "encode and decode are inverses over random capabilities", arguments: 0..<4 as Range<UInt64>)
  func identity(seed: UInt64) throws {
    var generator = SeededGenerator(seed: seed)
    var madeCount = 0
    var models: Set<String> = []
    var containers: Set<Container.Kind> = []
    for _ in 0..<6_000 {
      guard let capability = randomCapability(&generator) else { continue }
      madeCount += 1
      models.insert(capability.color.word)
      containers.insert(capability.container.kind)
      let descriptor = capability.descriptor
      #expect(descriptor.count <= Capability.descriptorLimit)
      #expect(try Capability(descriptor: descriptor) == capability)
    }
    // Otherwise the generator, not the coding, was tested.
    #expect(madeCount > 600)
    #expect(models == ["gray", "palette", "adaptive", "rgb", "cmyk"])
    #expect(containers.count > 15)
  }

  @Test("a mutated descriptor is refused or its own", arguments: DescriptorVector.all)
  func mutations(vector: DescriptorVector) {
    var generator = SeededGenerator(seed: 1)
    var acceptedCount = 0
    for _ in 0..<3_000 {
      var bytes = vector.descriptor
      for _ in 0..<Int.random(in: 1...3, using: &generator) where !bytes.isEmpty {
        let index = Int.random(in: 0..<bytes.count, using: &generator)
        switch Int.random(in: 0..<4, using: &generator) {
        case 0: bytes[index] = UInt8.random(in: 0...255, using: &generator)
        case 1: bytes[index] ^= 1 << Int.random(in: 0..<8, using: &generator)
        case 2: bytes.remove(at: index)
        default: bytes.insert(UInt8.random(in: 0...12, using: &generator), at: index)
        }
      }
      guard let capability = try? Capability(descriptor: bytes) else { continue }
      acceptedCount += 1
      #expect(capability.descriptor == bytes)
    }
    #expect(acceptedCount > 0)
  }

  @Test("random bytes never trap")
  func garbage() {
    var generator = SeededGenerator(seed: 2)
    for _ in 0..<20_000 {
      let bytes = (0..<Int.random(in: 0...60, using: &generator)).map { _ in
        UInt8.random(in: 0...255, using: &generator) & (Bool.random(using: &generator) ? 15 : 255)
      }
      if let capability = try? Capability(descriptor: bytes) {
        #expect(capability.descriptor == bytes)
      }
    }
  }
}

/// Any capability; `nil` when the draw makes no sense together.
private func randomCapability(_ generator: inout SeededGenerator) -> Capability? {
  func draw(_ range: ClosedRange<Int>) -> Int { Int.random(in: range, using: &generator) }
  func maybe() -> Bool { draw(0...2) == 0 }
  func word<Value: CaseIterable>(_ type: Value.Type) -> Value
  where Value.AllCases == [Value] { Value.allCases[draw(0...Value.allCases.count - 1)] }
  func byte() -> UInt8 { UInt8(draw(0...255)) }
  func rgb() -> RGB8 { RGB8(red: byte(), green: byte(), blue: byte()) }

  let color: Color
  switch draw(0...5) {
  case 0, 1: color = .gray(GrayColor(bits: 1 << draw(0...4), black: word(BlackCode.self)))
  case 2:
    let bits = draw(1...8)
    let codes = (0..<1 << bits).filter { _ in draw(0...1) == 0 }
    color = .palette(
      PaletteColor(bits: bits, entries: codes.map { .init(code: UInt8($0), rgb: rgb()) }))
  case 3:
    let bits = 1 << draw(0...3)
    color = .adaptive(
      AdaptiveColor(
        bits: bits, colors: draw(2...(1 << bits)), table: word(AdaptiveColor.Table.self)))
  case 4:
    let (red, green, blue, alpha, pixelBits) = [
      (5, 6, 5, 0, 16), (8, 8, 8, 0, 24), (8, 8, 8, 8, 32), (4, 4, 4, 0, 12), (3, 3, 2, 0, 8),
      (16, 16, 16, 0, 48), (6, 6, 6, 0, 24),
    ][draw(0...6)]
    color = .rgb(
      RGBColor(
        red: red, green: green, blue: blue, alpha: alpha, pixelBits: pixelBits,
        order: word(RGBColor.Order.self), byteTop: maybe()))
  default: color = .cmyk(CMYKColor(bits: maybe() ? 1 : 8))
  }
  var codecs = [Codec.identity]
  if maybe() { codecs.append(.packBits) }
  if maybe() { codecs.append(.zlib(windowBits: draw(9...15))) }
  let resolution =
    maybe() ? Resolution.unknown : Resolution(x: draw(1...1_200), y: draw(1...1_200))
  return try? Capability(
    size: PanelSize(width: draw(1...2_000), height: draw(0...2_000)),
    resolution: maybe() ? Resolution(x: resolution.x, y: resolution.x) : resolution, color: color,
    layout: maybe()
      ? .standard
      : Layout(
        bitOrder: maybe() ? .lsb : .msb, byteOrder: maybe() ? .little : .big,
        rowAlign: draw(0...2), padBit: draw(0...1), scan: maybe() ? word(Layout.Scan.self) : .rows,
        mirror: word(Layout.Mirror.self), planes: maybe() ? word(Layout.Planes.self) : .packed,
        split: maybe() ? draw(0...100) : 0),
    fit: Fit(
      mode: word(Fit.Mode.self), gravity: word(Fit.Gravity.self), background: rgb(),
      rotation: word(Fit.Rotation.self),
      margins: .init(left: draw(0...2), top: draw(0...2), right: 0, bottom: draw(0...2))),
    tone: Tone(
      gamma256: draw(26...2_560), contrast: draw(-100...100), brightness: draw(-100...100)),
    halftone: Halftone(
      method: word(Halftone.Method.self), strength: maybe() ? draw(0...100) : 100,
      serpentine: !maybe(), keepEdges: maybe()),
    container: maybe() ? .raw : randomContainer(word(Container.Kind.self), draw),
    codecs: codecs, limits: Limits(maxBytes: maybe() ? 0 : draw(0...Int(UInt32.max))))
}

/// A container of this kind with random parameters.
private func randomContainer(
  _ kind: Container.Kind, _ draw: (ClosedRange<Int>) -> Int
) -> Container {
  func bytes() -> [UInt8] { (0..<draw(0...20)).map { _ in UInt8(draw(0...255)) } }
  let affixes = Container.Affixes(prefix: bytes(), suffix: bytes())
  switch kind {
  case .raw: return .raw
  case .pnm: return .pnm
  case .bmp: return .bmp
  case .png: return .png
  case .wbmp: return .wbmp
  case .lvgl: return .lvgl
  case .pwg: return .pwg
  case .urf: return .urf
  case .escposGSV0: return .escposGSV0(stripRows: draw(1...65_535), affixes)
  case .escposGS8L: return .escposGS8L(affixes)
  case .escposBitImage: return .escposBitImage(affixes)
  case .zplGFA: return .zplGFA(affixes)
  case .zplZ64: return .zplZ64(affixes)
  case .eplGW: return .eplGW(affixes)
  case .tsplBitmap: return .tsplBitmap(affixes)
  case .cpclEG: return .cpclEG(affixes)
  case .brotherQL:
    return .brotherQL(
      .init(
        modelClass: .ql700, mediaType: draw(0...1) == 0 ? .continuous : .dieCut,
        mediaWidth: draw(1...255), mediaLength: draw(0...255), margin: draw(0...65_535),
        cut: draw(0...1) == 0), affixes)
  case .starRaster: return .starRaster(affixes)
  case .dymo: return .dymo(affixes)
  case .openEPaperLink: return .openEPaperLink
  case .jpeg: return .jpeg(quality: draw(1...100))
  }
}

/// Numbers that depend on the seed alone (SplitMix64).
private struct SeededGenerator: RandomNumberGenerator {
  var state: UInt64

  init(seed: UInt64) { state = seed }

  mutating func next() -> UInt64 {
    state &+= 0x9E37_79B9_7F4A_7C15
    var mixed = state
    mixed = (mixed ^ mixed >> 30) &* 0xBF58_476D_1CE4_E5B9
    mixed = (mixed ^ mixed >> 27) &* 0x94D0_49BB_1331_11EB
    return mixed ^ mixed >> 31
  }
}
