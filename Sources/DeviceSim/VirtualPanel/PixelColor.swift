internal import Capabilities

/// What a code looks like on the panel (spec/FORMS.md, "color").
struct PixelColor {
  /// One colour channel of a pixel, or one ink.
  private struct Channel {
    let bits: Int
    /// The place of its lowest bit.
    let shift: Int

    var highest: UInt64 { (1 << bits) - 1 }

    func level(_ code: UInt64) -> UInt64 { code >> shift & highest }

    /// 0…255.
    func byte(_ code: UInt64) -> UInt8 { PixelColor.byte(level(code), of: highest) }
  }

  private enum Model {
    case gray(highest: UInt64, BlackCode)
    /// By code; `nil` for codes that the palette skips.
    case palette([RGB8?])
    case rgb(alpha: Channel?, red: Channel, green: Channel, blue: Channel, unused: UInt64)
    case cmyk(bits: Int)
  }

  private let model: Model

  /// - Parameter table: the palette that came with the form, for adaptive colours; by code.
  init(_ color: Color, table: [RGB8] = []) {
    switch color {
    case .gray(let gray):
      model = .gray(highest: (1 << gray.bits) - 1, gray.black)
    case .palette(let palette):
      var colors = [RGB8?](repeating: nil, count: 1 << palette.bits)
      for entry in palette.entries { colors[Int(entry.code)] = entry.rgb }
      model = .palette(colors)
    case .adaptive:
      model = .palette(table)
    case .rgb(let rgb):
      model = Self.channels(rgb)
    case .cmyk(let cmyk):
      model = .cmyk(bits: cmyk.bits)
    }
  }

  /// Stacks the channels from the lowest bit: the last colour, green, the first colour, alpha.
  private static func channels(_ rgb: RGBColor) -> Model {
    var height = 0
    var used: UInt64 = 0
    func next(_ bits: Int) -> Channel {
      let gap = rgb.byteTop ? 8 - bits : 0
      let channel = Channel(bits: bits, shift: height + gap)
      height += gap + bits
      used |= channel.highest << channel.shift
      return channel
    }
    let isBlueLast = rgb.order == .rgb
    let last = next(isBlueLast ? rgb.blue : rgb.red)
    let green = next(rgb.green)
    let first = next(isBlueLast ? rgb.red : rgb.blue)
    let alpha = rgb.alpha > 0 ? next(rgb.alpha) : nil
    return .rgb(
      alpha: alpha, red: isBlueLast ? first : last, green: green, blue: isBlueLast ? last : first,
      unused: ~used)
  }

  /// The colour of `code`, which stands at `column` and `row`.
  func callAsFunction(_ code: UInt64, column: Int, row: Int) throws(PanelError) -> RGB8 {
    switch model {
    case .gray(let highest, let black):
      guard code <= highest else { throw .unknownCode(code: code, column: column, row: row) }
      let value = Self.byte(black == .zero ? code : highest - code, of: highest)
      return RGB8(red: value, green: value, blue: value)
    case .palette(let colors):
      guard code < colors.count, let color = colors[Int(code)] else {
        throw .unknownCode(code: code, column: column, row: row)
      }
      return color
    case .rgb(let alpha, let red, let green, let blue, let unused):
      let isOpaque = alpha.map { $0.level(code) == $0.highest } ?? true
      guard code & unused == 0, isOpaque else {
        throw .strayBits(code: code, column: column, row: row)
      }
      return RGB8(red: red.byte(code), green: green.byte(code), blue: blue.byte(code))
    case .cmyk(let bits):
      // Red is (1 − c)(1 − k), and likewise green and blue.
      let highest: UInt64 = (1 << bits) - 1
      func bare(_ ink: Int) -> UInt64 { highest - (code >> (bits * (3 - ink)) & highest) }
      func byte(_ ink: Int) -> UInt8 { Self.byte(bare(ink) * bare(3), of: highest * highest) }
      return RGB8(red: byte(0), green: byte(1), blue: byte(2))
    }
  }

  /// round(level · 255 / highest); `level` is at most `highest`, at most 2¹⁶.
  static func byte(_ level: UInt64, of highest: UInt64) -> UInt8 {
    UInt8((level * 510 + highest) / (highest * 2))
  }
}
