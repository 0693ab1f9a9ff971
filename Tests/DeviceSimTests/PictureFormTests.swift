import Capabilities
import Codecs
import Profiles
import Testing

@testable import DeviceSim

private func panel(
  _ container: Container, _ width: Int, _ height: Int, _ color: Color,
  mirror: Layout.Mirror = .none
) throws -> VirtualPanel {
  VirtualPanel(
    try Capability(
      size: PanelSize(width: width, height: height), color: color, layout: Layout(mirror: mirror),
      container: container))
}

private let bitmap = Color.gray(.init(bits: 1, black: .highest))
private let black = RGB8(red: 0, green: 0, blue: 0)

@Suite struct PNMFormTests {
  @Test func drawsBitmaps() throws {
    let form = Array("P4\n10 2\n".utf8) + [0b1000_0000, 0b0100_0000, 0, 0]
    #expect(picture(try panel(.pnm, 10, 2, bitmap).draw(form)) == ["#........#", ".........."])
    #expect(
      picture(try panel(.pnm, 10, 2, bitmap, mirror: .vertical).draw(form))
        == ["..........", "#........#"])
    #expect(try panel(.pnm, 10, 0, bitmap).draw(form).height == 2)
    #expect(throws: PanelError.padding(bit: 0, byte: 11, value: 1)) {
      try panel(.pnm, 10, 2, bitmap).draw(Array(form.dropLast()) + [1])
    }
  }

  @Test func readsHeadersAsNetpbmDoes() throws {
    let form = Array("P4#a 3\n # 4 5\n\t 8\r\u{B}\u{C}#x\r1\n".utf8) + [0xF0]
    #expect(picture(try panel(.pnm, 8, 1, bitmap).draw(form)) == ["####...."])
  }

  @Test(arguments: [
    (2, "P5\n2 1\n3\n", [1, 3] as [UInt8], [85, 255] as [UInt8]),
    (4, "P5\n2 1\n15\n", [0, 8], [0, 136]),
    (8, "P5\n2 1\n255\n", [7, 255], [7, 255]),
    (16, "P5\n2 1\n65535\n", [0x80, 0x80, 0xFF, 0xFF], [128, 255]),
  ])
  func drawsGrays(bits: Int, header: String, samples: [UInt8], levels: [UInt8]) throws {
    let image = try panel(.pnm, 2, 1, .gray(.init(bits: bits))).draw(Array(header.utf8) + samples)
    #expect(image.pixels == levels.flatMap { [$0, $0, $0] })
  }

  @Test(arguments: [
    (8, "P6\n1 1\n255\n", [1, 2, 3] as [UInt8], [1, 2, 3] as [UInt8]),
    (5, "P6\n1 1\n31\n", [31, 0, 1], [255, 0, 8]),
    (10, "P6\n1 1\n1023\n", [3, 255, 0, 0, 2, 0], [255, 0, 128]),
    (16, "P6\n1 1\n65535\n", [255, 255, 0, 0, 1, 1], [255, 0, 1]),
  ])
  func drawsColors(bits: Int, header: String, samples: [UInt8], pixels: [UInt8]) throws {
    let pixelBits = bits > 8 ? (bits > 10 ? 48 : 32) : 24
    let color = Color.rgb(.init(red: bits, green: bits, blue: bits, pixelBits: pixelBits))
    let image = try panel(.pnm, 1, 1, color).draw(Array(header.utf8) + samples)
    #expect(image.pixels == pixels)
  }

  @Test(arguments: [
    ("", "no P5 picture, at byte 0"), ("P4\n2 1\n15\n\0\0", "no P5 picture, at byte 0"),
    ("P5", "no width of 0…65535, at byte 2"), ("P5\n2 ", "no height of 0…65535, at byte 5"),
    ("P5\n2 1\n", "no maxval of 0…65535, at byte 7"),
    ("P5\n99999999999999999999 1\n15\n", "no width of 0…65535, at byte 3"),
    ("P5\n2 1\n255\n\0\0", "maxval is 255, not 15, at byte 6"),
    ("P5\n2 1\n15", "no white space before the samples, at byte 9"),
    ("P5\n2 1\n15x\0\0", "no white space before the samples, at byte 9"),
    ("P5\n3 1\n15\n\0\0\0", "the form is 3x1, the panel 2x1"),
    ("P5\n2 2\n15\n\0\0\0\0", "the form is 2x2, the panel 2x1"),
    ("P5\n2 0\n15\n", "the form is 2x0, the panel 2x1"),
    ("P5\n2 1\n15\n\0", "the form has 11 bytes, its pixels need 12"),
    ("P5\n2 1\n15\n\0\0\0", "the form has 13 bytes, its pixels need 12"),
    ("P5\n2 1\n15\n\0\u{10}", "code 16 at column 1, row 0 is not in the palette"),
  ])
  func refuses(form: String, message: String) throws {
    let panel = try panel(.pnm, 2, 1, .gray(.init(bits: 4)))
    let error = #expect(throws: PanelError.self) { try panel.draw(Array(form.utf8)) }
    #expect(error?.description == message)
  }

  @Test func rollsHaveTheHeightThatWasTold() throws {
    let form = Array("P5\n2 1\n15\n\0\0".utf8)
    let roll = try panel(.pnm, 2, 0, .gray(.init(bits: 4)))
    #expect(try roll.draw(form, height: 1).height == 1)
    #expect(throws: PanelError.self) { try roll.draw(form, height: 2) }
    let profile = try #require(BuiltInProfiles.named("pnm-gray-roll"))
    let line = Array("P5\n384 1\n255\n".utf8) + (0..<384).map { UInt8($0 / 2) }
    #expect(try VirtualPanel(profile.alternatives[0]).draw(line)[383, 0].red == 191)
  }

  @Test func everyBeginningIsRefused() throws {
    let form = Array("P5 # 1\n2 1\n15\n\0\0".utf8)
    let panel = try panel(.pnm, 2, 1, .gray(.init(bits: 4)))
    for count in form.indices {
      #expect(throws: PanelError.self) { try panel.draw(Array(form.prefix(count))) }
    }
    #expect(try panel.draw(form)[0, 0] == black)
  }
}

private func png(
  _ width: Int, _ color: PNGWriter.ColorType, _ rows: [[UInt8]]
) throws -> [UInt8] {
  var writer = try PNGWriter(width: width, height: rows.count, colorType: color)
  for row in rows { try writer.write(packedRow: row.span) }
  try writer.finish()
  return writer.takeOutput()
}

@Suite struct PNGFormTests {
  @Test func drawsGrays() throws {
    let one = try png(10, .gray(bits: 1), [[0x7F, 0x80], [0xFF, 0xC0]])
    let drawn = try panel(.png, 10, 2, .gray(.init(bits: 1))).draw(one)
    #expect(picture(drawn) == ["#........#", ".........."])
    let four = try png(2, .gray(bits: 4), [[0x0F], [0x8F]])
    let image = try panel(.png, 2, 2, .gray(.init(bits: 4)), mirror: .both).draw(four)
    #expect(image.pixels == [255, 255, 255, 136, 136, 136, 255, 255, 255, 0, 0, 0])
  }

  @Test func drawsColors() throws {
    let rgb = Color.rgb(.init(red: 8, green: 8, blue: 8, pixelBits: 24))
    let opaque = Color.rgb(.init(red: 8, green: 8, blue: 8, alpha: 8, pixelBits: 32))
    let three = try png(1, .rgb(bits: 8), [[1, 2, 3]])
    let four = try png(1, .rgba(bits: 8), [[1, 2, 3, 255]])
    let veiled = try png(1, .rgba(bits: 8), [[1, 2, 3, 254]])
    #expect(try panel(.png, 1, 1, rgb).draw(three).pixels == [1, 2, 3])
    #expect(try panel(.png, 1, 1, opaque).draw(four).pixels == [1, 2, 3])
    #expect(throws: PanelError.strayBits(code: 0xFE01_0203, column: 0, row: 0)) {
      try panel(.png, 1, 1, opaque).draw(veiled)
    }
    #expect(throws: PanelError.self) { try panel(.png, 1, 1, rgb).draw(four) }
  }

  private static let ink = Color.palette(
    .init(
      bits: 2,
      entries: [
        .init(code: 1, rgb: RGB8(red: 9, green: 8, blue: 7)), .init(code: 3, rgb: .white),
      ]))
  private static let entries: [[UInt8]] = [
    [0, 0, 0], [9, 8, 7], [0, 0, 0], [255, 255, 255],
  ]

  @Test func drawsPalettes() throws {
    let panel = try panel(.png, 2, 1, Self.ink)
    let form = try png(2, .palette(bits: 2, entries: Self.entries), [[0b01_11_0000]])
    #expect(try panel.draw(form).pixels == [9, 8, 7, 255, 255, 255])
    let skipped = try png(2, .palette(bits: 2, entries: Self.entries), [[0b01_10_0000]])
    #expect(throws: PanelError.unknownCode(code: 2, column: 1, row: 0)) { try panel.draw(skipped) }
    let other = try png(
      2, .palette(bits: 2, entries: [[0, 0, 0], [9, 8, 6]]), [[0b01_01_0000]])
    let error = #expect(throws: PanelError.self) { try panel.draw(other) }
    #expect(
      error?.description == "PLTE has #090806 for code 1, the panel shows #090807, at byte 0")
    let deep = try png(2, .palette(bits: 4, entries: Self.entries), [[0x13]])
    #expect(
      throws: PanelError.container(
        "the PNG has colour type 3 of 4 bits, not 3 of 2", offset: 0)
    ) { try panel.draw(deep) }
  }

  @Test func drawsAdaptivePalettes() throws {
    let panel = try panel(.png, 2, 1, .adaptive(.init(bits: 2, colors: 3)))
    let form = try png(2, .palette(bits: 2, entries: [[1, 2, 3], [4, 5, 6]]), [[0b01_00_0000]])
    #expect(try panel.draw(form).pixels == [4, 5, 6, 1, 2, 3])
    let many = try png(2, .palette(bits: 2, entries: Self.entries), [[0]])
    #expect(throws: PanelError.self) { try panel.draw(many) }
  }

  @Test func drawsTheBuiltInOnes() throws {
    let frame = try #require(BuiltInProfiles.named("png-palette")).alternatives[0]
    guard case .palette(let palette) = frame.color else {
      Issue.record("no palette")
      return
    }
    let entries = palette.entries.map { [$0.rgb.red, $0.rgb.green, $0.rgb.blue] }
    let row: [UInt8] = [0x60] + [UInt8](repeating: 0x11, count: 299)
    let rows = Array(repeating: row, count: 448)
    let image = try VirtualPanel(frame).draw(
      png(600, .palette(bits: 4, entries: entries), rows))
    #expect(Array(image.pixels.prefix(9)) == [0xB1, 0x6A, 0x49, 0x39, 0x30, 0x39, 255, 255, 255])
    let kiosk = try #require(BuiltInProfiles.named("kiosk-1080p")).alternatives[0]
    #expect(throws: PanelError.self) {
      try VirtualPanel(kiosk).draw(png(1, .rgb(bits: 8), [[1, 2, 3]]))
    }
  }

  @Test func refusesOtherSizesAndDamage() throws {
    let form = try png(2, .gray(bits: 8), [[1, 2]])
    let gray = Color.gray(.init(bits: 8))
    #expect(try panel(.png, 2, 0, gray).draw(form, height: 1).height == 1)
    #expect(throws: PanelError.self) { try panel(.png, 2, 0, gray).draw(form, height: 2) }
    #expect(throws: PanelError.self) { try panel(.png, 3, 1, gray).draw(form) }
    let right = try panel(.png, 2, 1, gray)
    for count in form.indices {
      #expect(throws: PanelError.self) { try right.draw(Array(form.prefix(count))) }
    }
  }

  @Test func writesWhatItDrew() throws {
    let card = TestCard.draw(width: 37, height: 29)
    let samples = try PNGSamples(card.png())
    #expect(samples.bytes == card.pixels)
    #expect(samples.width == 37 && samples.height == 29 && samples.colorType == .rgb)
  }
}
