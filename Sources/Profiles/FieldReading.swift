// One initialiser a field of the descriptor. Ranges that Capability checks itself are left to it;
// here stand those that a narrower type needs.

internal import Capabilities

extension PanelSize {
  init(_ reader: ObjectReader) throws(ProfileError.Reason) {
    self.init(width: try reader.integer("width"), height: try reader.integer("height"))
  }
}

extension Resolution {
  init(_ reader: ObjectReader) throws(ProfileError.Reason) {
    self.init(x: try reader.integer("x"), y: try reader.integer("y"))
  }
}

extension Layout {
  init(_ reader: ObjectReader) throws(ProfileError.Reason) {
    self.init(
      bitOrder: try reader.word("bitOrder", default: .msb, \.word),
      byteOrder: try reader.word("byteOrder", default: .big, \.word),
      rowAlign: try reader.integer("rowAlign", default: 1),
      padBit: try reader.integer("padBit", default: 0),
      scan: try reader.word("scan", default: .rows, \.word),
      mirror: try reader.word("mirror", default: .none, \.word),
      planes: try reader.word("planes", default: .packed, \.word),
      split: try reader.integer("split", default: 0))
  }
}

extension Fit {
  init(_ reader: ObjectReader) throws(ProfileError.Reason) {
    self.init(
      mode: try reader.word("mode", default: .contain, \.word),
      gravity: try reader.word("gravity", default: .center, \.word),
      background: try reader.has("background") ? reader.color("background") : .white,
      rotation: try Rotation(reader, "rotate"),
      margins: try reader.has("margins")
        ? Margins(reader.object("margins", keys: ProfileKeys.margins)) : .none)
  }
}

extension Fit.Rotation {
  /// A number of degrees, or "auto".
  init(_ reader: ObjectReader, _ key: String) throws(ProfileError.Reason) {
    guard reader.has(key) else {
      self = .none
      return
    }
    let written = try reader.value(key)
    guard let rotation = Self.allCases.first(where: { $0.json == written }) else {
      throw .outOfRange(
        path: reader.path(key), value: written.text,
        allowed: Self.allCases.map(\.json.text).joined(separator: ", "))
    }
    self = rotation
  }
}

extension Fit.Margins {
  init(_ reader: ObjectReader) throws(ProfileError.Reason) {
    self.init(
      left: try reader.integer("left", default: 0), top: try reader.integer("top", default: 0),
      right: try reader.integer("right", default: 0),
      bottom: try reader.integer("bottom", default: 0))
  }
}

extension Tone {
  init(_ reader: ObjectReader) throws(ProfileError.Reason) {
    self.init(
      gamma256: try Self.gamma256(reader, "gamma"),
      contrast: try reader.integer("contrast", default: 0),
      brightness: try reader.integer("brightness", default: 0))
  }

  /// Rounded half up to 1/256; a tie is a multiple of 1/512, which Double holds exactly.
  private static func gamma256(
    _ reader: ObjectReader, _ key: String
  ) throws(ProfileError.Reason) -> Int {
    guard reader.has(key) else { return Tone.neutral.gamma256 }
    let gamma = try reader.number(key)
    guard (0.1...10).contains(gamma) else {
      throw .outOfRange(
        path: reader.path(key), value: JSONValue.number(gamma).text, allowed: "0.1…10")
    }
    return Int((gamma * 256 + 0.5).rounded(.down))
  }
}

extension Halftone {
  init(_ reader: ObjectReader) throws(ProfileError.Reason) {
    self.init(
      method: try reader.word("method", default: .automatic, \.word),
      strength: try reader.integer("strength", default: 100),
      serpentine: try reader.bool("serpentine", default: true),
      keepEdges: try reader.bool("keepEdges", default: false))
  }
}

extension Codec {
  init(_ value: JSONValue, path: String) throws(ProfileError.Reason) {
    let reader = try ObjectReader(value, path: path)
    let word = try reader.string("id")
    guard let keys = ProfileKeys.codecs[word] else {
      throw .outOfRange(
        path: reader.path("id"), value: "\"\(word)\"", allowed: "identity, packbits, zlib")
    }
    try reader.allow(keys)
    switch word {
    case "zlib": self = .zlib(windowBits: try reader.integer("window", in: 9...15))
    case "packbits": self = .packBits
    default: self = .identity
    }
  }
}

extension Limits {
  init(_ reader: ObjectReader) throws(ProfileError.Reason) {
    self.init(maxBytes: try reader.integer("maxBytes", default: 0))
  }
}
