import Capabilities
import Testing

/// A capability, its descriptor written by hand from the specification's tables, and its key
/// computed by Python's hashlib: `sha256(b"forme/1 form\0" + descriptor).hexdigest()[:32]`.
struct DescriptorVector: Sendable, CustomTestStringConvertible {
  let testDescription: String
  let capability: Capability
  let descriptor: [UInt8]
  let key: String

  init(
    _ name: String, _ descriptor: String, key: String,
    _ capability: () throws(CapabilityError) -> Capability
  ) {
    testDescription = name
    self.key = key
    self.descriptor = hex(descriptor)
    do throws(CapabilityError) { self.capability = try capability() } catch {
      fatalError("\(name): \(error)")
    }
  }

  /// Every field and every colour model at least once.
  static let all: [DescriptorVector] = [
    DescriptorVector(
      "gray, everything else at its default", "010004 032001e0 030003 010100",
      key: "0f902104b1b2f9092e6f35dd1d6be40b"
    ) { () throws(CapabilityError) in
      try Capability(
        size: PanelSize(width: 800, height: 480), color: .gray(GrayColor(bits: 1)))
    },
    DescriptorVector(
      "receipt printer",
      """
      010004 02400000 020004 00cb00cb 030003 010101 08000a 10 00ff 021b40 031d5600 \
      0a0004 00100000
      """,
      key: "030e3705287c18eff43b90923248b4da"
    ) { () throws(CapabilityError) in
      try Capability(
        size: PanelSize(width: 576, height: 0), resolution: Resolution(x: 203, y: 203),
        color: .gray(GrayColor(bits: 1, black: .highest)),
        container: .escposGSV0(
          stripRows: 255, .init(prefix: [0x1B, 0x40], suffix: [0x1D, 0x56, 0x00])),
        limits: Limits(maxBytes: 1_048_576))
    },
    DescriptorVector(
      "black, white and red in two planes",
      """
      010004 032001e0 03000f 02 02 03 00000000 02ffffff 03c0281c \
      040009 00 00 01 00 00 00 01 0000
      """,
      key: "a3393688d08e62d01df6d6e076786754"
    ) { () throws(CapabilityError) in
      try Capability(
        size: PanelSize(width: 800, height: 480),
        color: .palette(
          PaletteColor(
            bits: 2,
            entries: [
              .init(code: 0, rgb: RGB8(red: 0, green: 0, blue: 0)),
              .init(code: 2, rgb: .white),
              .init(code: 3, rgb: RGB8(red: 0xC0, green: 0x28, blue: 0x1C)),
            ])),
        layout: Layout(planes: .planarHighFirst))
    },
    DescriptorVector(
      "adaptive palette", "010004 006400c8 030005 03 04 0010 03 040009 00 01 01 00 00 00 00 0000",
      key: "317d59be9af420ebcc65eaa24518b8a2"
    ) { () throws(CapabilityError) in
      try Capability(
        size: PanelSize(width: 100, height: 200),
        color: .adaptive(AdaptiveColor(bits: 4, colors: 16, table: .rgb565)),
        layout: Layout(byteOrder: .little))
    },
    DescriptorVector(
      "RGB565 with codecs",
      "010004 014000f0 030007 04 05 06 05 00 10 00 090006 0000 0100 020c",
      key: "a3eceef5279b4356a41d2b9f47f8d43e"
    ) { () throws(CapabilityError) in
      try Capability(
        size: PanelSize(width: 320, height: 240),
        color: .rgb(RGBColor(red: 5, green: 6, blue: 5, pixelBits: 16)),
        codecs: [.identity, .packBits, .zlib(windowBits: 12)])
    },
    DescriptorVector(
      "BGR666 with fit, tone and halftone",
      """
      010004 00800080 030007 04 06 06 06 00 18 03 \
      05000e 01 01 102030 04 0001 0002 0003 0004 060004 0233 9c 64 070003 0d 32 02
      """,
      key: "b8d21a44600249d164ede7fe6bfd26d1"
    ) { () throws(CapabilityError) in
      try Capability(
        size: PanelSize(width: 128, height: 128),
        color: .rgb(
          RGBColor(red: 6, green: 6, blue: 6, pixelBits: 24, order: .bgr, byteTop: true)),
        fit: Fit(
          mode: .cover, gravity: .north, background: RGB8(red: 0x10, green: 0x20, blue: 0x30),
          rotation: .automatic, margins: .init(left: 1, top: 2, right: 3, bottom: 4)),
        tone: Tone(gamma256: 563, contrast: -100, brightness: 100),
        halftone: Halftone(
          method: .atkinson, strength: 50, serpentine: false, keepEdges: true))
    },
    DescriptorVector(
      "CMYK page", "010004 00640064 020004 012c0258 030002 05 08 080001 06",
      key: "0898e01d87f9fb5004d0c3e69adc0c26"
    ) { () throws(CapabilityError) in
      try Capability(
        size: PanelSize(width: 100, height: 100), resolution: Resolution(x: 300, y: 600),
        color: .cmyk(CMYKColor(bits: 8)), container: .pwg)
    },
    DescriptorVector(
      "label printer", "010004 02d00000 030003 010101 08000a 18 01 0a 3e 00 0023 01 00 00",
      key: "c8ec7876a42c36d47d59edc1eceae521"
    ) { () throws(CapabilityError) in
      try Capability(
        size: PanelSize(width: 720, height: 0), color: .gray(GrayColor(bits: 1, black: .highest)),
        container: .brotherQL(
          .init(
            modelClass: .ql800, mediaType: .continuous, mediaWidth: 62, mediaLength: 0,
            margin: 35, cut: true), .none))
    },
    DescriptorVector(
      "four grays in planes for two controllers",
      "010004 05000320 030003 010400 040009 01 00 00 01 00 03 02 0190",
      key: "10f7e240d3edb13a370f0d9486621b84"
    ) { () throws(CapabilityError) in
      try Capability(
        size: PanelSize(width: 1_280, height: 800), color: .gray(GrayColor(bits: 4)),
        layout: Layout(
          bitOrder: .lsb, rowAlign: 0, padBit: 1, mirror: .both, planes: .planarLowFirst,
          split: 400))
    },
  ]
}

/// The bytes that hexadecimal digits write; blanks are ignored.
func hex(_ text: String) -> [UInt8] {
  guard let bytes = bytes(hexadecimal: text.filter { $0 != " " }) else {
    fatalError("not hexadecimal: \(text)")
  }
  return bytes
}
