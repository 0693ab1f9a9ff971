import Capabilities
import Testing

@testable import DeviceSim

private func panel(
  _ width: Int, _ height: Int, _ color: Color = .gray(.init(bits: 1)), _ layout: Layout = .standard,
  _ container: Container = .raw
) throws -> VirtualPanel {
  VirtualPanel(
    try Capability(
      size: PanelSize(width: width, height: height), color: color, layout: layout,
      container: container))
}

/// One letter a pixel: "." white, "#" black, "?" anything else.
func picture(_ image: PanelImage) -> [String] {
  (0..<image.height).map { y in
    String(
      (0..<image.width).map { x in
        image[x, y] == .white ? "." : image[x, y] == .black ? "#" : "?"
      })
  }
}

@Suite struct VirtualPanelTests {
  @Test func readsRollsFromTheirLength() throws {
    let roll = try panel(12, 0)
    #expect(picture(try roll.draw([0x00, 0x00, 0xFF, 0xF0])) == ["############", "............"])
    #expect(try roll.draw([UInt8](repeating: 0, count: 2 * 65_535)).height == 65_535)
    #expect(throws: PanelError.notWholeRows(declared: 3, below: 2, above: 4)) {
      try roll.draw([0, 0, 0])
    }
    #expect(throws: PanelError.notWholeRows(declared: 0, below: 0, above: 2)) { try roll.draw([]) }
    #expect(throws: PanelError.wrongLength(declared: 131_072, expected: 131_070)) {
      try roll.draw([UInt8](repeating: 0, count: 131_072))
    }
    #expect(throws: PanelError.wrongLength(declared: 4, expected: 2)) {
      try roll.draw([0, 0, 0, 0], height: 1)
    }
  }

  /// Three rows of three pixels fill two bytes, and so do four and five: the told height decides.
  @Test func readsUnpaddedRolls() throws {
    let roll = try panel(3, 0, .gray(.init(bits: 1)), Layout(rowAlign: 0))
    let form: [UInt8] = [0b101_010_10, 0b1_0000000]
    #expect(picture(try roll.draw(form, height: 3)) == [".#.", "#.#", ".#."])
    #expect(try roll.draw(form).height == 5)
  }

  /// The bound of all forms holds for rolls: 65,535 columns leave 1,024 rows.
  @Test func limitsRolls() throws {
    let roll = try panel(65_535, 0)
    #expect(throws: PanelError.tooManyPixels(declared: 65_535 * 1_025, limit: 67_108_864)) {
      try roll.draw([], height: 1_025)
    }
    #expect(throws: PanelError.wrongLength(declared: 8_192 * 1_025, expected: 8_192 * 1_024)) {
      try roll.draw([UInt8](repeating: 0x01, count: 8_192 * 1_025))
    }
  }

  @Test func refusesOtherSizes() throws {
    let panel = try panel(8, 2)
    #expect(try panel.draw([0, 0], width: 8, height: 2).height == 2)
    #expect(
      throws: PanelError.wrongSize(
        declaredWidth: 9, declaredHeight: 2, expectedWidth: 8, expectedHeight: 2)
    ) { try panel.draw([0, 0], width: 9) }
    #expect(
      throws: PanelError.wrongSize(
        declaredWidth: 8, declaredHeight: 3, expectedWidth: 8, expectedHeight: 2)
    ) { try panel.draw([0, 0, 0], height: 3) }
    for height in [Int.min, -1, 0, 65_536, Int.max] {
      #expect(throws: PanelError.self) { try Self.roll.draw([0], height: height) }
      #expect(throws: PanelError.self) { try Self.roll.draw([0], width: height) }
    }
  }

  private static let roll = VirtualPanel(kind(width: 8))

  /// A capability that is right by construction.
  private static func kind(width: Int) -> Capability {
    do {
      return try Capability(
        size: PanelSize(width: width, height: 0), color: .gray(.init(bits: 1)))
    } catch {
      preconditionFailure("\(error)")
    }
  }

  @Test(arguments: [
    // 5 pixels of 8 in each row or column; the last used bit stays free of complaint.
    (
      Layout(), [0b0000_0000, 0b1111_1100] as [UInt8], PanelError.padding(bit: 2, byte: 1, value: 1)
    ),
    (Layout(padBit: 1), [0b0000_0111, 0b1111_1101], .padding(bit: 1, byte: 1, value: 0)),
    (Layout(bitOrder: .lsb), [0b0011_1111, 0], .padding(bit: 5, byte: 0, value: 1)),
    (Layout(rowAlign: 2), [0, 0, 0, 1], .padding(bit: 0, byte: 3, value: 1)),
    (Layout(rowAlign: 0), [0, 0b0010_0000], .padding(bit: 5, byte: 1, value: 1)),
    (
      Layout(scan: .pagesLSBTop), [0b0000_0011, 0b0000_0100, 0, 0, 0],
      .padding(bit: 2, byte: 1, value: 1)
    ),
    (
      Layout(scan: .pagesMSBTop), [0b1100_0000, 0b0010_0000, 0, 0, 0],
      .padding(bit: 5, byte: 1, value: 1)
    ),
    (
      Layout(scan: .columns), [0b1100_0000, 0b0000_0001, 0, 0, 0],
      .padding(bit: 0, byte: 1, value: 1)
    ),
  ])
  func checksPadding(layout: Layout, form: [UInt8], error: PanelError) throws {
    let panel = try panel(5, 2, .gray(.init(bits: 1)), layout)
    #expect(throws: error) { try panel.draw(form) }
  }

  @Test func refusesCodesThatMeanNothing() throws {
    let palette = Color.palette(.init(bits: 2, entries: [.init(code: 1, rgb: .white)]))
    #expect(throws: PanelError.unknownCode(code: 2, column: 1, row: 0)) {
      try panel(4, 1, palette).draw([0b01_10_01_01])
    }
    let high = Color.rgb(.init(red: 5, green: 5, blue: 5, pixelBits: 16))
    #expect(throws: PanelError.strayBits(code: 0x8000, column: 0, row: 1)) {
      try panel(1, 2, high).draw([0, 0, 0x80, 0])
    }
    let veiled = Color.rgb(.init(red: 8, green: 8, blue: 8, alpha: 8, pixelBits: 32))
    #expect(throws: PanelError.strayBits(code: 0xFE00_0000, column: 0, row: 0)) {
      try panel(1, 1, veiled).draw([0xFE, 0, 0, 0])
    }
    let topped = Color.rgb(.init(red: 6, green: 6, blue: 6, pixelBits: 24, byteTop: true))
    #expect(throws: PanelError.strayBits(code: 0xFC01FC, column: 0, row: 0)) {
      try panel(1, 1, topped).draw([0xFC, 0x01, 0xFC])
    }
  }

  @Test(arguments: [
    (PanelError.wrongLength(declared: 3, expected: 4), "the form has 3 bytes, its pixels need 4"),
    (
      .notWholeRows(declared: 3, below: 2, above: 4),
      "the form has 3 bytes, which are not whole rows: 2 or 4 would be"
    ),
    (
      .wrongSize(declaredWidth: 1, declaredHeight: 2, expectedWidth: 3, expectedHeight: 0),
      "the form is 1x2, the panel 3 wide"
    ),
    (
      .wrongSize(declaredWidth: 1, declaredHeight: 2, expectedWidth: 3, expectedHeight: 4),
      "the form is 1x2, the panel 3x4"
    ),
    (.padding(bit: 2, byte: 9, value: 1), "padding bit 2 at byte 9 is 1"),
    (
      .unknownCode(code: 4, column: 1, row: 2),
      "code 4 at column 1, row 2 is not in the palette"
    ),
  ])
  func describesItself(error: PanelError, text: String) {
    #expect(error.description == text)
  }
}
