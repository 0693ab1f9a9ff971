import Capabilities
import Testing

@Suite("Form sizes")
struct FormSizeTests {
  /// Panels and the bytes of their raw forms, computed by hand.
  static let sizes: [(width: Int, height: Int, color: Color, layout: Layout, byteCount: Int)] = [
    (800, 480, .gray(GrayColor(bits: 1)), .standard, 48_000),
    (801, 480, .gray(GrayColor(bits: 1)), .standard, 101 * 480),
    (801, 480, .gray(GrayColor(bits: 1)), Layout(rowAlign: 4), 104 * 480),
    (801, 3, .gray(GrayColor(bits: 1)), Layout(rowAlign: 0), 301),
    (128, 63, .gray(GrayColor(bits: 1)), Layout(scan: .pagesLSBTop), 1_024),
    (800, 480, .gray(GrayColor(bits: 2)), Layout(planes: .planarHighFirst), 96_000),
    (10, 10, .rgb(RGBColor(red: 4, green: 4, blue: 4, pixelBits: 12)), .standard, 150),
    (20, 10, .gray(GrayColor(bits: 1)), Layout(split: 9), 2 * 10 + 2 * 10),
    (10, 10, .adaptive(AdaptiveColor(bits: 4, colors: 16, table: .bgra8888)), .standard, 64 + 50),
    (8_192, 8_192, .gray(GrayColor(bits: 8)), .standard, 67_108_864),
  ]

  @Test("bytes of a raw form", arguments: sizes)
  func byteCount(width: Int, height: Int, color: Color, layout: Layout, byteCount: Int) throws {
    let capability = try Capability(
      size: PanelSize(width: width, height: height), color: color, layout: layout)
    #expect(try capability.formSize(rowCount: height).byteCount == byteCount)
    #expect(try capability.formSize(rowCount: height).pixelCount == width * height)
  }

  @Test("one row past the largest form is refused")
  func pastTheLimit() {
    #expect(
      throws: CapabilityError.formTooLarge(
        quantity: "pixels", value: 67_117_056, limit: 67_108_864)
    ) {
      try Capability(
        size: PanelSize(width: 8_192, height: 8_193), color: .gray(GrayColor(bits: 1)))
    }
  }

  @Test("a roll is bounded when its rows are known", arguments: [0, 1, 65_535, 65_536])
  func roll(rowCount: Int) throws {
    let roll = try Capability(
      size: PanelSize(width: 576, height: 0), color: .gray(GrayColor(bits: 1)))
    #expect(roll.size.isRoll)
    if (1...65_535).contains(rowCount) {
      #expect(try roll.formSize(rowCount: rowCount).byteCount == 72 * rowCount)
    } else {
      #expect(
        throws: CapabilityError.formTooLarge(quantity: "rows", value: rowCount, limit: 65_535)
      ) { try roll.formSize(rowCount: rowCount) }
    }
  }
}

/// The limits of columns and rows in spec/DESCRIPTOR.md, "Combinations that are refused".
@Suite("Limits of containers")
struct ContainerLimitTests {
  private static let ink = Color.gray(GrayColor(bits: 1, black: .highest))

  @Test(
    "the last column that fits, and one more",
    arguments: [
      (Container.dymo(.none), ink, 2_040), (.escposBitImage(.none), ink, 2_047),
      (.escposGS8L(.none), ink, 2_047),
      (.lvgl, .rgb(RGBColor(red: 5, green: 6, blue: 5, pixelBits: 16)), 32_767),
      (.lvgl, .rgb(RGBColor(red: 8, green: 8, blue: 8, pixelBits: 24)), 21_845),
      (label(.ql700), ink, 720), (label(.ql800), ink, 720), (label(.ql1050), ink, 1_296),
      (.jpeg(quality: 1), .gray(GrayColor(bits: 8)), 65_500),
    ])
  func columns(container: Container, color: Color, limit: Int) throws {
    _ = try Capability(
      size: PanelSize(width: limit, height: 1), color: color, container: container)
    #expect(
      throws: CapabilityError.outOfRange(
        field: "size.width", value: limit + 1,
        allowed: "1…\(limit) for \(container.kind.word)", offset: nil)
    ) {
      try Capability(
        size: PanelSize(width: limit + 1, height: 1), color: color, container: container)
    }
  }

  @Test(
    "the last row that fits, and one more",
    arguments: [
      (Container.escposGS8L(.none), ink, 1_662), (label(.ql700), ink, 11_811),
      (label(.ql800), ink, 11_811), (label(.ql1050), ink, 35_433),
      (.jpeg(quality: 100), .gray(GrayColor(bits: 8)), 65_500),
    ])
  func rows(container: Container, color: Color, limit: Int) throws {
    let roll = try Capability(
      size: PanelSize(width: 8, height: 0), color: color, container: container)
    #expect(try roll.formSize(rowCount: limit).pixelCount == 8 * limit)
    let refusal = CapabilityError.formTooLarge(quantity: "rows", value: limit + 1, limit: limit)
    #expect(throws: refusal) { try roll.formSize(rowCount: limit + 1) }
    #expect(throws: refusal) {
      try Capability(
        size: PanelSize(width: 8, height: limit + 1), color: color, container: container)
    }
  }

  private static func label(
    _ modelClass: Container.BrotherQL.ModelClass,
    _ mediaType: Container.BrotherQL.MediaType = .continuous, length: Int = 0
  ) -> Container {
    let label = Container.BrotherQL(
      modelClass: modelClass, mediaType: mediaType, mediaWidth: 62, mediaLength: length, margin: 0,
      cut: true)
    return .brotherQL(label, .none)
  }

  @Test("only a QL-800 has two colours", arguments: Container.BrotherQL.ModelClass.allCases)
  func twoColors(modelClass: Container.BrotherQL.ModelClass) throws {
    let palette = Color.palette(
      PaletteColor(bits: 2, entries: [PaletteColor.Entry(code: 0, rgb: .white)]))
    func make() throws(CapabilityError) {
      _ = try Capability(
        size: PanelSize(width: 8, height: 1), color: palette, container: Self.label(modelClass))
    }
    guard modelClass != .ql800 else { return try make() }
    #expect(
      throws: CapabilityError.contradiction(
        field: "color", reason: "brother-ql takes gray of 1 bit for \(modelClass.word)")
    ) { try make() }
  }

  @Test(
    "labels have a length, rolls have none",
    arguments: Container.BrotherQL.MediaType.allCases, [0, 1, 255])
  func lengths(mediaType: Container.BrotherQL.MediaType, length: Int) throws {
    func make() throws(CapabilityError) {
      _ = try Capability(
        size: PanelSize(width: 8, height: 1), color: Self.ink,
        container: Self.label(.ql700, mediaType, length: length))
    }
    guard (mediaType == .continuous) != (length == 0) else { return try make() }
    #expect(
      throws: CapabilityError.contradiction(
        field: "container.mediaLength", reason: "0 for endless paper, and for labels their length")
    ) { try make() }
  }
}
