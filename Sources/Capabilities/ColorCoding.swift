// Field 03: model u8, then the model's own values.

extension Color {
  private static let models: [(number: Int, word: String)] = [
    (1, "gray"), (2, "palette"), (3, "adaptive"), (4, "rgb"), (5, "cmyk"),
  ]
  private static let blueFirstFlag = 1
  private static let byteTopFlag = 2

  init(from cursor: inout DescriptorCursor) throws(CapabilityError) {
    let start = cursor.offset
    let model = try cursor.u8()
    switch model {
    case 1:
      self = .gray(
        GrayColor(bits: try cursor.u8(), black: try cursor.word("color.black", BlackCode.self)))
    case 2:
      let bits = try cursor.u8()
      let count = try cursor.u8()
      var entries: [PaletteColor.Entry] = []
      for _ in 0..<(count == 0 ? 256 : count) {
        entries.append(.init(code: UInt8(try cursor.u8()), rgb: try RGB8(from: &cursor)))
      }
      self = .palette(PaletteColor(bits: bits, entries: entries))
    case 3:
      self = .adaptive(
        AdaptiveColor(
          bits: try cursor.u8(), colors: try cursor.u16(),
          table: try cursor.word("color.table", AdaptiveColor.Table.self)))
    case 4:
      let red = try cursor.u8()
      let green = try cursor.u8()
      let blue = try cursor.u8()
      let alpha = try cursor.u8()
      let pixelBits = try cursor.u8()
      let flags = try cursor.flags("color flags", mask: Self.blueFirstFlag | Self.byteTopFlag)
      self = .rgb(
        RGBColor(
          red: red, green: green, blue: blue, alpha: alpha, pixelBits: pixelBits,
          order: flags & Self.blueFirstFlag != 0 ? .bgr : .rgb,
          byteTop: flags & Self.byteTopFlag != 0))
    case 5:
      self = .cmyk(CMYKColor(bits: try cursor.u8()))
    default:
      let known = Self.models.map { "\($0.number) (\($0.word))" }.joined(separator: ", ")
      throw .unknownValue(field: "color.model", value: model, known: known, offset: start)
    }
  }

  var encoded: [UInt8] {
    var bytes: [UInt8] = []
    switch self {
    case .gray(let gray):
      bytes.append(u8: 1)
      bytes.append(u8: gray.bits)
      bytes.append(gray.black.rawValue)
    case .palette(let palette):
      bytes.append(u8: 2)
      bytes.append(u8: palette.bits)
      bytes.append(u8: palette.entries.count)
      for entry in palette.entries { bytes += [entry.code] + entry.rgb.encoded }
    case .adaptive(let adaptive):
      bytes.append(u8: 3)
      bytes.append(u8: adaptive.bits)
      bytes.append(u16: adaptive.colors)
      bytes.append(adaptive.table.rawValue)
    case .rgb(let rgb):
      for value in [4, rgb.red, rgb.green, rgb.blue, rgb.alpha, rgb.pixelBits] {
        bytes.append(u8: value)
      }
      bytes.append(
        u8: (rgb.order == .bgr ? Self.blueFirstFlag : 0) | (rgb.byteTop ? Self.byteTopFlag : 0))
    case .cmyk(let cmyk):
      bytes.append(u8: 5)
      bytes.append(u8: cmyk.bits)
    }
    return bytes
  }
}
