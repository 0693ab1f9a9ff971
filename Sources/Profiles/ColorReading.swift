internal import Capabilities

extension Color {
  init(_ value: JSONValue, path: String) throws(ProfileError.Reason) {
    let reader = try ObjectReader(value, path: path)
    let model = try reader.string("model")
    guard let keys = ProfileKeys.colors[model] else {
      throw .outOfRange(
        path: reader.path("model"), value: "\"\(model)\"",
        allowed: "gray, palette, adaptive, rgb, cmyk")
    }
    try reader.allow(keys)
    switch model {
    case "gray": self = .gray(try GrayColor(reader))
    case "palette": self = .palette(try PaletteColor(reader))
    case "adaptive": self = .adaptive(try AdaptiveColor(reader))
    case "rgb": self = .rgb(try RGBColor(reader))
    default: self = .cmyk(CMYKColor(bits: try reader.integer("bits")))
    }
  }
}

extension GrayColor {
  fileprivate init(_ reader: ObjectReader) throws(ProfileError.Reason) {
    let bits = try reader.integer("bits")
    let black = try reader.has("black") ? reader.integer("black", in: 0...1) : 0
    self.init(bits: bits, black: black == 0 ? .zero : .highest)
  }
}

extension PaletteColor {
  fileprivate init(_ reader: ObjectReader) throws(ProfileError.Reason) {
    let bits = try reader.integer("bits", in: 1...8)
    var entries: [Entry] = []
    for (path, value) in try reader.array("entries") {
      let entry = try ObjectReader(value, path: path, keys: ProfileKeys.entry)
      let code = try entry.integer("code", in: 0...(1 << bits) - 1)
      entries.append(Entry(code: UInt8(code), rgb: try entry.color("rgb")))
    }
    self.init(bits: bits, entries: entries)
  }
}

extension AdaptiveColor {
  fileprivate init(_ reader: ObjectReader) throws(ProfileError.Reason) {
    self.init(
      bits: try reader.integer("bits"), colors: try reader.integer("colors"),
      table: try reader.word("table", default: .rgb888, \.word))
  }
}

extension RGBColor {
  fileprivate init(_ reader: ObjectReader) throws(ProfileError.Reason) {
    self.init(
      red: try reader.integer("red"), green: try reader.integer("green"),
      blue: try reader.integer("blue"), alpha: try reader.integer("alpha", default: 0),
      pixelBits: try reader.integer("pixelBits"),
      order: try reader.word("order", default: .rgb, \.word),
      byteTop: try reader.bool("byteTop", default: false))
  }
}
