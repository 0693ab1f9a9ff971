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

  @Test("the last row that fits, and one more")
  func rows() throws {
    let container = Container.escposGS8L(.none)
    let roll = try Capability(
      size: PanelSize(width: 8, height: 0), color: Self.ink, container: container)
    #expect(try roll.formSize(rowCount: 1_662).pixelCount == 8 * 1_662)
    let refusal = CapabilityError.formTooLarge(quantity: "rows", value: 1_663, limit: 1_662)
    #expect(throws: refusal) { try roll.formSize(rowCount: 1_663) }
    #expect(throws: refusal) {
      try Capability(
        size: PanelSize(width: 8, height: 1_663), color: Self.ink, container: container)
    }
  }
}
