import Capabilities
import Testing

@Suite("Descriptors")
struct DescriptorTests {
  @Test("these capabilities have these bytes and keys", arguments: DescriptorVector.all)
  func exact(vector: DescriptorVector) throws {
    #expect(hexadecimal(vector.capability.descriptor) == hexadecimal(vector.descriptor))
    #expect(try Capability(descriptor: vector.descriptor) == vector.capability)
    #expect(vector.capability.formKey.description == vector.key)
    #expect(FormKey(hex(vector.key)) == vector.capability.formKey)
  }

  @Test("a descriptor that ends early is refused or another one", arguments: DescriptorVector.all)
  func prefixes(vector: DescriptorVector) {
    for count in 0..<vector.descriptor.count {
      let prefix = Array(vector.descriptor.prefix(count))
      guard let capability = try? Capability(descriptor: prefix) else { continue }
      #expect(capability != vector.capability)
      #expect(capability.descriptor == prefix)
      #expect(capability.formKey != vector.capability.formKey)
    }
  }

  private static let size = "010004 032001e0"
  private static let gray = "030003 010100"

  /// What is not canonical or out of range, and the whole error.
  static let refusals: [(descriptor: String, error: CapabilityError)] = [
    ("", .missing(field: "size")),
    (size, .missing(field: "color")),
    (gray, .missing(field: "size")),
    ("01", .truncated(needed: 2, available: 0, offset: 1)),
    ("0100", .truncated(needed: 2, available: 1, offset: 1)),
    ("010004 0320", .truncated(needed: 4, available: 2, offset: 3)),
    ("010003 032001", .wrongLength(field: "size", declared: 3, expected: 4, offset: 3)),
    ("010005 032001e000", .wrongLength(field: "size", declared: 5, expected: 4, offset: 3)),
    (size + size, .outOfOrder(type: 1, after: 1, offset: 7)),
    (gray + size, .outOfOrder(type: 1, after: 3, offset: 6)),
    (size + gray + "0b0000", .unknownField(type: 0x0B, offset: 13)),
    ("000000", .unknownField(type: 0, offset: 0)),
    (size + "020004 00000000" + gray, .defaultPresent(field: "resolution", offset: 7)),
    (
      size + gray + "040009 00 00 01 00 00 00 00 0000", .defaultPresent(field: "layout", offset: 13)
    ),
    (
      size + gray + "05000e 00 00 ffffff 00 0000 0000 0000 0000",
      .defaultPresent(field: "fit", offset: 13)
    ),
    (size + gray + "060004 0100 00 00", .defaultPresent(field: "tone", offset: 13)),
    (size + gray + "070003 00 64 01", .defaultPresent(field: "halftone", offset: 13)),
    (size + gray + "080001 00", .defaultPresent(field: "container", offset: 13)),
    (size + gray + "090002 0000", .defaultPresent(field: "codecs", offset: 13)),
    (size + gray + "0a0004 00000000", .defaultPresent(field: "limits", offset: 13)),
    (
      size + "030003 060100",
      .unknownValue(
        field: "color.model", value: 6,
        known: "1 (gray), 2 (palette), 3 (adaptive), 4 (rgb), 5 (cmyk)", offset: 10)
    ),
    (
      size + "030003 010102",
      .outOfRange(field: "color.black", value: 2, allowed: "0, 1", offset: 12)
    ),
    (
      size + "030003 010300",
      .outOfRange(field: "color.bits", value: 3, allowed: "1, 2, 4, 8, 16", offset: nil)
    ),
    (
      size + "030007 020102 00000000",
      .wrongLength(field: "color", declared: 7, expected: 8, offset: 10)
    ),
    (
      size + "03000b 020102 01000000 00ffffff",
      .contradiction(field: "color.entries", reason: "code 0 after 1: codes must ascend")
    ),
    (
      size + "03000b 020102 00000000 02ffffff",
      .outOfRange(field: "color.entries code", value: 2, allowed: "0…1", offset: nil)
    ),
    (
      size + "030005 03 02 0005 01",
      .outOfRange(field: "color.colors", value: 5, allowed: "2…4", offset: nil)
    ),
    (
      size + "030007 04 080808 00 18 04",
      .outOfRange(field: "color flags", value: 4, allowed: "bits of 0x03", offset: 16)
    ),
    (
      size + "030007 04 080808 08 18 00",
      .contradiction(
        field: "color.pixelBits", reason: "channels have 32 bits, the pixel 24")
    ),
    (
      "010004 000001e0" + gray,
      .outOfRange(field: "size.width", value: 0, allowed: "1…65535", offset: nil)
    ),
    (
      size + "020004 00cb0000" + gray,
      .contradiction(field: "resolution", reason: "x and y are both 0 or neither")
    ),
    (
      size + gray + "050003 050000",
      .outOfRange(field: "fit.mode", value: 5, allowed: "0, 1, 2, 3, 4", offset: 16)
    ),
    (
      size + gray + "05000e 00 00 ffffff 00 0190 0000 0190 0000",
      .contradiction(field: "fit.margins", reason: "left and right leave nothing of 800 columns")
    ),
    (
      size + gray + "060004 0019 00 00",
      .outOfRange(field: "tone.gamma (in 1/256)", value: 25, allowed: "26…2560", offset: nil)
    ),
    (
      size + gray + "060004 0100 9b 00",
      .outOfRange(field: "tone.contrast", value: -101, allowed: "-100…100", offset: nil)
    ),
    (
      size + gray + "070003 00 65 01",
      .outOfRange(field: "halftone.strength", value: 101, allowed: "0…100", offset: nil)
    ),
    (
      size + gray + "070003 00 64 04",
      .outOfRange(field: "halftone flags", value: 4, allowed: "bits of 0x03", offset: 18)
    ),
    (
      size + gray + "070003 0e 64 01",
      .unknownValue(
        field: "halftone.method", value: 14, known: "0, 1, 2, 3, 4, 5, 6, 7, 8, 9, 10, 11, 12, 13",
        offset: 16)
    ),
    (
      size + gray + "070003 03 64 00",
      .contradiction(
        field: "halftone.serpentine", reason: "bayer8 has no order of pixels; leave it out")
    ),
    (
      size + gray + "070003 01 63 01",
      .contradiction(field: "halftone.strength", reason: "none has none; leave it out")
    ),
    (
      size + gray + "070003 02 64 03",
      .contradiction(field: "halftone.keepEdges", reason: "threshold keeps them; leave it out")
    ),
    (
      size + gray + "080004 1d 000000",
      .unknownValue(
        field: "container", value: 29,
        known: "0, 1, 2, 3, 4, 5, 6, 7, 16, 17, 18, 19, 20, 21, 22, 23, 24, 25, 26, 27, 28",
        offset: 16)
    ),
    (
      size + gray + "090004 0000 0300",
      .unknownValue(field: "codecs", value: 3, known: "0…2", offset: 18)
    ),
    (
      size + gray + "080003 10 00ff",
      .wrongLength(field: "container", declared: 3, expected: 4, offset: 16)
    ),
    (
      size + "030005 03 04 0010 03" + "080001 03",
      .contradiction(
        field: "color.table", reason: "png has the palette in its own table; leave it out")
    ),
    (
      size + gray + "080001 04" + "090004 0000 0208",
      .outOfRange(
        field: "codecs (id, parameter)", value: 0x0208, allowed: "0x0000, 0x0100, 0x0209…0x020f",
        offset: 22)
    ),
    (
      size + gray + "090002 0100",
      .contradiction(field: "codecs", reason: "identity must be listed, first")
    ),
    (
      size + gray + "090006 0000 020c 0100",
      .contradiction(field: "codecs", reason: "packbits after zlib: ids must ascend")
    ),
    (size + gray + "090000", .wrongLength(field: "codecs", declared: 0, expected: 1, offset: 16)),
    (
      size + gray + "040009 00 01 01 00 00 00 00 0000",
      .contradiction(
        field: "layout.byteOrder", reason: "little goes with pixels of several whole bytes")
    ),
    (
      "010004 ffffffff" + gray,
      .formTooLarge(quantity: "pixels", value: 4_294_836_225, limit: 67_108_864)
    ),
    (
      "010004 20002000 030007 04 080808 00 18 00",
      .formTooLarge(quantity: "bytes", value: 201_326_592, limit: 67_108_864)
    ),
  ]

  @Test(
    "what is not canonical is refused with what, where and what is allowed", arguments: refusals)
  func refused(descriptor: String, error: CapabilityError) {
    #expect(throws: error) { try Capability(descriptor: hex(descriptor)) }
    #expect(!error.description.isEmpty)
  }

  @Test(
    "halftones that mean something for their method are taken",
    arguments: [
      "00 64 00", "00 32 03", "03 32 03", "05 00 01", "06 00 00", "0d 64 02", "01 64 01",
      "02 64 01",
    ])
  func halftone(value: String) throws {
    let descriptor = hex(Self.size + Self.gray + "070003" + value)
    #expect(try Capability(descriptor: descriptor).descriptor == descriptor)
  }

  @Test("a palette of 256 colours writes its count as 0")
  func fullPalette() throws {
    let entries = (0..<256).map {
      PaletteColor.Entry(
        code: UInt8($0), rgb: RGB8(red: UInt8($0), green: 0, blue: 0))
    }
    let capability = try Capability(
      size: PanelSize(width: 1, height: 1),
      color: .palette(PaletteColor(bits: 8, entries: entries)))
    #expect(capability.descriptor.count == 7 + 3 + 3 + 1_024)
    #expect(capability.descriptor[12] == 0)
    #expect(try Capability(descriptor: capability.descriptor) == capability)
  }

  @Test("descriptors up to 2,048 bytes are read")
  func lengthLimit() {
    let limit = Capability.descriptorLimit
    #expect(
      throws: CapabilityError.outOfRange(
        field: "descriptor byte count", value: limit + 1, allowed: "1…2048", offset: 0)
    ) {
      try Capability(descriptor: Array(repeating: 0, count: limit + 1))
    }
    #expect(throws: CapabilityError.unknownField(type: 0, offset: 0)) {
      try Capability(descriptor: Array(repeating: 0, count: limit))
    }
  }

  @Test("keys have 16 bytes, are ordered bytewise and written in hexadecimal")
  func keys() throws {
    #expect(FormKey(Array(repeating: 0, count: 15)) == nil)
    #expect(FormKey(Array(repeating: 0, count: 17)) == nil)
    let low = try #require(FormKey(hex("00ff" + String(repeating: "ff", count: 14))))
    let high = try #require(FormKey(hex("0100" + String(repeating: "00", count: 14))))
    #expect(low < high && !(high < low))
    #expect(high.description == "0100" + String(repeating: "00", count: 14))
  }

  @Test("hexadecimal digits and bytes are inverses; anything else is refused")
  func hexadecimalDigits() {
    #expect(hexadecimal([0x00, 0x0F, 0xF0, 0xAB]) == "000ff0ab")
    #expect(bytes(hexadecimal: "000fF0Ab") == [0x00, 0x0F, 0xF0, 0xAB])
    #expect(bytes(hexadecimal: "") == [])
    for text in ["0", "000", "0g", " 0", "0x00", "é0"] {
      #expect(bytes(hexadecimal: text) == nil, "\(text)")
    }
  }
}
