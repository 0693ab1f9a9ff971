import Capabilities
import Profiles
import Testing

@testable import DeviceSim

/// A form of a built-in profile, written by hand from its device's documents: a pattern that is
/// repeated, bytes changed in it, and the colours of some pixels.
struct BuiltInCase: Sendable, CustomTestStringConvertible {
  let name: String
  let byteCount: Int
  let pattern: [UInt8]
  /// Bytes by offset.
  let changed: [Int: UInt8]
  /// Red, green, blue by column and row.
  let shown: [(x: Int, y: Int, rgb: Int)]

  init(
    _ name: String, _ byteCount: Int, of pattern: [UInt8], _ changed: [Int: UInt8],
    _ shown: [(x: Int, y: Int, rgb: Int)]
  ) {
    self.name = name
    self.byteCount = byteCount
    self.pattern = pattern
    self.changed = changed
    self.shown = shown
  }

  var testDescription: String { name }

  var form: [UInt8] {
    var form = Array(
      repeatElement(pattern, count: byteCount / pattern.count).joined())
    for (offset, byte) in changed { form[offset] = byte }
    return form
  }

  private static let primaries = [(x: 0, y: 0, rgb: 0xFF0000), (1, 0, 0x00FF00), (2, 0, 0x0000FF)]

  static let all: [BuiltInCase] =
    [
      .init(
        "waveshare-7in5-v2", 48_000, of: [0xFF], [0: 0x7F, 100: 0xFE],
        [(0, 0, 0), (1, 0, 0xFFFFFF), (7, 1, 0), (6, 1, 0xFFFFFF)]),
      .init("epaper-mono-black1", 48_000, of: [0], [0: 0x80], [(0, 0, 0), (1, 0, 0xFFFFFF)]),
      .init(
        "ssd1306-128x64", 1_024, of: [0], [0: 0x01, 129: 0x80],
        [(0, 0, 0xFFFFFF), (0, 1, 0), (1, 0, 0), (1, 15, 0xFFFFFF), (1, 14, 0)]),
      // Register 0x10 all ones, 0x13 all zeros but what is changed.
      .init(
        "waveshare-7in5b-v2", 96_000, of: [0xFF],
        Dictionary(uniqueKeysWithValues: (48_000..<96_000).map { ($0, UInt8(0)) })
          .merging([0: 0x7F, 48_000: 0x40]) { $1 },
        [(0, 0, 0), (1, 0, 0xC0281C), (2, 0, 0xFFFFFF)]),
      .init(
        "waveshare-4in2c", 30_000, of: [0xFF], [0: 0x7F, 15_000: 0xBF],
        [(0, 0, 0), (1, 0, 0xE8C500), (2, 0, 0xFFFFFF)]),
      .init(
        "waveshare-7in5-v2-4gray", 96_000, of: [0], [0: 0xC0, 48_000: 0xA0],
        [(0, 0, 0), (1, 0, 0xAAAAAA), (2, 0, 0x555555), (3, 0, 0xFFFFFF)]),
      .init(
        "waveshare-4in2-4gray", 30_000, of: [0xFF], [0: 0x5F, 15_000: 0x3F],
        [(0, 0, 0), (1, 0, 0xAAAAAA), (2, 0, 0x555555), (3, 0, 0xFFFFFF)]),
      .init(
        "waveshare-4in2-v2-partial", 15_000, of: [0xFF], [0: 0x7F, 50: 0xFE],
        [(0, 0, 0), (1, 0, 0xFFFFFF), (7, 1, 0), (6, 1, 0xFFFFFF)]),
      .init(
        "waveshare-7in3g", 96_000, of: [0x55], [0: 0x1B],
        [(0, 0, 0), (1, 0, 0xFFFFFF), (2, 0, 0xE8C500), (3, 0, 0xC0281C)]),
      .init(
        "acep-3bit-stream", 100_800, of: [0], [0: 0x05, 1: 0x39, 2: 0x70],
        [
          (0, 0, 0x393039), (1, 0, 0xFFFFFF), (2, 0, 0x3A5B46), (3, 0, 0x3D3B5E), (4, 0, 0x9C484B),
          (5, 0, 0xD0BE47), (6, 0, 0xB16A49), (7, 0, 0x393039),
        ]),
      .init(
        "waveshare-7in3e", 192_000, of: [0x11], [0: 0x02, 1: 0x35, 2: 0x61],
        [
          (0, 0, 0x1A0D23), (1, 0, 0xCAB800), (2, 0, 0x790900), (3, 0, 0x00458B), (4, 0, 0x285239),
          (5, 0, 0xB9CACD),
        ]),
      .init(
        "waveshare-13in3e", 960_000, of: [0x11], [300: 0x01, 480_000: 0x31],
        [(0, 1, 0x1A0D23), (1, 1, 0xB9CACD), (600, 0, 0x790900), (601, 0, 0xB9CACD)]),
      .init(
        "waveshare-5in65f", 134_400, of: [0x11], [0: 0x02, 1: 0x34, 2: 0x56],
        [
          (0, 0, 0x393039), (1, 0, 0x3A5B46), (2, 0, 0x3D3B5E), (3, 0, 0x9C484B), (4, 0, 0xD0BE47),
          (5, 0, 0xB16A49), (6, 0, 0xFFFFFF),
        ]),
      .init(
        "lilygo-t5-4in7", 259_200, of: [0xFF], [0: 0xF0, 1: 0x8F],
        [(0, 0, 0), (1, 0, 0xFFFFFF), (2, 0, 0xFFFFFF), (3, 0, 0x888888)]),
      .init("it8951-6in", 240_000, of: [0xFF], [0: 0x0F, 1: 0xF8], [(0, 0, 0), (3, 0, 0x888888)]),
      .init(
        "st7789-240x240", 115_200, of: [0], [0: 0xF8, 2: 0x07, 3: 0xE0, 5: 0x1F], primaries),
      .init(
        "esp-rgb-panel-800x480", 768_000, of: [0], [1: 0xF8, 2: 0xE0, 3: 0x07, 4: 0x1F], primaries),
      .init("ssd1331-96x64", 6_144, of: [0], [0: 0xE0, 1: 0x1C, 2: 0x03], primaries),
      .init("st7735-160x128-rgb444", 30_720, of: [0], [0: 0xF0, 2: 0xF0, 4: 0xF0], primaries),
      .init("ili9488-480x320", 460_800, of: [0], [0: 0xFC, 4: 0xFC, 8: 0xFC], primaries),
      .init("hub75-64x32", 6_144, of: [0], [0: 0xFF, 4: 0xFF, 8: 0xFF], primaries),
      .init(
        "linux-fb-1024x600", 2_457_600, of: [0, 0, 0, 0xFF], [2: 0xFF, 5: 0xFF, 8: 0xFF], primaries),
      .init("wled-16x16", 768, of: [0], [0: 0xFF, 4: 0xFF, 8: 0xFF], primaries),
      .init(
        "indexed-320x240", 38_432, of: [0], [2: 0xF8, 30: 0x07, 31: 0xE0, 32: 0x1F],
        [(0, 0, 0xFF0000), (1, 0, 0x00FF00), (2, 0, 0)]),
      .init(
        "receipt-576", 144, of: [0], [0: 0x80, 143: 0x01],
        [(0, 0, 0), (1, 0, 0xFFFFFF), (575, 1, 0), (575, 0, 0xFFFFFF)]),
      .init(
        "cmyk-600x400", 960_000, of: [0],
        [0: 0xFF, 240_000: 0xFF, 240_001: 0xFF, 480_002: 0xFF, 720_003: 0x80],
        [
          (0, 0, 0x0000FF), (1, 0, 0xFF00FF), (2, 0, 0xFFFF00), (3, 0, 0x7F7F7F), (4, 0, 0xFFFFFF),
        ]),
    ] + panels + frameBuffers

  /// E-paper and monochrome glass.
  private static let panels: [BuiltInCase] = [
    .init(
      "inkplate-6", 60_000, of: [0], [0: 0x01, 100: 0x80],
      [(0, 0, 0), (1, 0, 0xFFFFFF), (7, 1, 0), (6, 1, 0xFFFFFF)]),
    .init(
      "inkplate-10", 495_000, of: [0x77], [0: 0x05],
      [(0, 0, 0), (1, 0, 0xB6B6B6), (2, 0, 0xFFFFFF)]),
    .init(
      "waveshare-2in13-v3", 4_000, of: [0xFF], [0: 0x7F, 16: 0xFE, 31: 0x7F],
      [(0, 0, 0), (1, 0, 0xFFFFFF), (7, 1, 0), (120, 1, 0), (121, 1, 0xFFFFFF)]),
    .init(
      "waveshare-2in13b-v4", 8_000, of: [0xFF], [0: 0x7F, 4_000: 0xBF],
      [(0, 0, 0), (1, 0, 0xC0281C), (2, 0, 0xFFFFFF)]),
    .init(
      "waveshare-4in2b-v2", 30_000, of: [0xFF], [0: 0x7F, 15_000: 0xBF],
      [(0, 0, 0), (1, 0, 0xC0281C), (2, 0, 0xFFFFFF)]),
    .init(
      "m5paper", 259_200, of: [0], [0: 0xF0, 1: 0x08],
      [(0, 0, 0), (1, 0, 0xFFFFFF), (2, 0, 0xFFFFFF), (3, 0, 0x777777)]),
    .init(
      "inky-frame-5in7", 100_800, of: [0], [0: 0x40, 33_600: 0x20, 67_200: 0x10],
      [(0, 0, 0x393039), (1, 0, 0x9C484B), (2, 0, 0x3A5B46), (3, 0, 0xFFFFFF)]),
    .init(
      "inky-what-red", 30_000, of: [0xFF], [0: 0x7F, 15_000: 0x3F],
      [(0, 0, 0), (1, 0, 0xFFFFFF), (2, 0, 0xC0281C)]),
    .init(
      "badger-2040", 4_736, of: [0xFF], [0: 0x7F, 31: 0xFE],
      [(0, 0, 0), (0, 1, 0xFFFFFF), (1, 127, 0), (1, 126, 0xFFFFFF)]),
    .init(
      "sh1106-128x64", 1_056, of: [0], [2: 0x01, 133: 0x80],
      [(2, 0, 0xFFFFFF), (2, 1, 0), (1, 15, 0xFFFFFF), (1, 14, 0)]),
    .init(
      "pcd8544-84x48", 504, of: [0], [0: 0x01, 85: 0x80],
      [(0, 0, 0), (0, 1, 0xFFFFFF), (1, 15, 0), (1, 14, 0xFFFFFF)]),
    .init(
      "ks0108-128x64", 1_024, of: [0], [0: 0x01, 65: 0x80, 512: 0x01],
      [(0, 0, 0), (0, 1, 0xFFFFFF), (1, 15, 0), (64, 0, 0), (63, 0, 0xFFFFFF)]),
    .init(
      "st7920-128x64", 1_024, of: [0], [0: 0x80, 31: 0x01],
      [(0, 0, 0), (1, 0, 0xFFFFFF), (127, 1, 0), (126, 1, 0xFFFFFF)]),
    .init(
      "sharp-memory-400x240", 12_000, of: [0xFF], [0: 0xFE, 50: 0x7F],
      [(0, 0, 0), (1, 0, 0xFFFFFF), (7, 1, 0), (6, 1, 0xFFFFFF)]),
    .init(
      "playdate", 12_480, of: Array(repeating: 0xFF, count: 50) + [0, 0], [0: 0x7F, 52: 0xFE],
      [(0, 0, 0), (1, 0, 0xFFFFFF), (7, 1, 0), (399, 0, 0xFFFFFF)]),
    .init(
      "flipper-zero", 1_024, of: [0], [0: 0x01, 129: 0x80],
      [(0, 0, 0), (0, 1, 0xFFFFFF), (1, 15, 0), (1, 14, 0xFFFFFF)]),
    .init(
      "pebble-classic", 3_360, of: Array(repeating: 0xFF, count: 18) + [0, 0],
      [0: 0xFE, 20: 0x7F], [(0, 0, 0), (1, 0, 0xFFFFFF), (7, 1, 0), (143, 0, 0xFFFFFF)]),
    .init(
      "cat-printer-gb01", 96, of: [0], [0: 0x01, 95: 0x80],
      [(0, 0, 0), (1, 0, 0xFFFFFF), (383, 1, 0), (383, 0, 0xFFFFFF)]),
  ]

  private static let frameBuffers: [BuiltInCase] = [
    .init(
      "remarkable-2", 5_256_576, of: [0], [1: 0xF8, 2: 0xE0, 3: 0x07, 4: 0x1F], primaries),
    .init(
      "ili9341-320x240", 153_600, of: [0], [0: 0xF8, 2: 0x07, 3: 0xE0, 5: 0x1F], primaries),
    .init(
      "ssd1351-128x128", 32_768, of: [0], [0: 0xF8, 2: 0x07, 3: 0xE0, 5: 0x1F], primaries),
    .init(
      "pebble-time", 24_192, of: [0xC0], [0: 0xF0, 1: 0xCC, 2: 0xC3], primaries),
    .init("divoom-pixoo-64", 12_288, of: [0], [0: 0xFF, 4: 0xFF, 8: 0xFF], primaries),
    .init(
      "fbtft-480x320", 307_200, of: [0], [1: 0xF8, 2: 0xE0, 3: 0x07, 4: 0x1F], primaries),
  ]
}

@Suite struct BuiltInPanelTests {
  @Test(arguments: BuiltInCase.all)
  func showsTheDevicesOwnBytes(panel: BuiltInCase) throws {
    let profile = try #require(BuiltInProfiles.named(panel.name))
    let image = try VirtualPanel(profile.alternatives[0]).draw(panel.form)
    for (x, y, rgb) in panel.shown {
      let color = RGB8(
        red: UInt8(rgb >> 16), green: UInt8(rgb >> 8 & 255), blue: UInt8(rgb & 255))
      #expect(image[x, y] == color, "column \(x), row \(y)")
    }
  }

  @Test(arguments: BuiltInCase.all)
  func refusesOtherLengths(panel: BuiltInCase) throws {
    let capability = try #require(BuiltInProfiles.named(panel.name)).alternatives[0]
    let form = panel.form
    for form in [Array(form.dropLast()), form + [0], []] {
      let error = #expect(throws: PanelError.self) { try VirtualPanel(capability).draw(form) }
      switch error {
      case .wrongLength(let declared, let expected):
        #expect(declared == form.count && expected == panel.byteCount)
      case .notWholeRows(let declared, let below, let above):
        #expect(capability.size.isRoll && declared == form.count)
        #expect(below <= form.count && above > form.count)
      default: Issue.record("\(String(describing: error))")
      }
    }
  }

  /// Every built-in profile stands above, or is a picture file, tested with its container.
  @Test func leavesNoneOut() {
    let raw = BuiltInProfiles.all.filter { $0.alternatives.contains { $0.container == .raw } }
    #expect(raw.map(\.name).sorted() == BuiltInCase.all.map(\.name).sorted())
  }
}
