internal import Capabilities

extension Profile {
  /// The canonical JSON text: one line, keys in the order of the specification, what holds its
  /// default left out; one capability stands in the profile itself, several as alternatives.
  package var json: String { tree.text }

  /// The same as a tree.
  package var tree: JSONValue {
    var members = [JSONValue.Member("name", .string(name))]
    if alternatives.count == 1 {
      members += alternatives[0].members
    } else {
      members.append(.init("alternatives", .array(alternatives.map { .object($0.members) })))
    }
    if !device.isEmpty {
      let facts = device.sorted { $0.key < $1.key }.map { JSONValue.Member($0.key, $0.value) }
      members.append(.init("device", .object(facts)))
    }
    return .object(members)
  }
}

extension Capability {
  fileprivate var members: [JSONValue.Member] {
    var members = Members()
    members["size"] = .object([
      .init("width", .integer(size.width)), .init("height", .integer(size.height)),
    ])
    if resolution != .unknown {
      members["resolution"] = .object([
        .init("x", .integer(resolution.x)), .init("y", .integer(resolution.y)),
      ])
    }
    members["color"] = color.json
    if layout != .standard { members["layout"] = layout.json }
    if fit != .standard { members["fit"] = fit.json }
    if tone != .neutral { members["tone"] = tone.json }
    if halftone != .standard { members["halftone"] = halftone.json }
    if container != .raw { members["container"] = container.json }
    if codecs != [.identity] { members["codecs"] = .array(codecs.map(\.json)) }
    if limits != .none {
      members["limits"] = .object([.init("maxBytes", .integer(limits.maxBytes))])
    }
    return members.list
  }
}

/// Collects members in order; a value equal to its default can be skipped by name.
private struct Members {
  var list: [JSONValue.Member] = []

  subscript(key: String) -> JSONValue? {
    get { list.first { $0.key == key }?.value }
    set { if let newValue { list.append(.init(key, newValue)) } }
  }

  mutating func add(_ key: String, _ value: Int, default standard: Int) {
    if value != standard { self[key] = .integer(value) }
  }

  mutating func add(_ key: String, _ value: Bool, default standard: Bool) {
    if value != standard { self[key] = .bool(value) }
  }

  mutating func add(_ key: String, _ word: String, default standard: String) {
    if word != standard { self[key] = .string(word) }
  }

  var json: JSONValue { .object(list) }
}

extension RGB8 {
  fileprivate var json: JSONValue { .string("#" + hexadecimal([red, green, blue])) }
}

extension Color {
  fileprivate var json: JSONValue {
    var members = Members()
    members["model"] = .string(word)
    switch self {
    case .gray(let gray):
      members["bits"] = .integer(gray.bits)
      members.add("black", Int(gray.black.rawValue), default: 0)
    case .palette(let palette):
      members["bits"] = .integer(palette.bits)
      members["entries"] = .array(
        palette.entries.map {
          .object([.init("code", .integer(Int($0.code))), .init("rgb", $0.rgb.json)])
        })
    case .adaptive(let adaptive):
      members["bits"] = .integer(adaptive.bits)
      members["colors"] = .integer(adaptive.colors)
      members.add("table", adaptive.table.word, default: AdaptiveColor.Table.rgb888.word)
    case .rgb(let rgb):
      members["red"] = .integer(rgb.red)
      members["green"] = .integer(rgb.green)
      members["blue"] = .integer(rgb.blue)
      members.add("alpha", rgb.alpha, default: 0)
      members["pixelBits"] = .integer(rgb.pixelBits)
      members.add("order", rgb.order.word, default: RGBColor.Order.rgb.word)
      members.add("byteTop", rgb.byteTop, default: false)
    case .cmyk(let cmyk):
      members["bits"] = .integer(cmyk.bits)
    }
    return members.json
  }
}

extension Layout {
  fileprivate var json: JSONValue {
    let standard = Layout.standard
    var members = Members()
    members.add("bitOrder", bitOrder.word, default: standard.bitOrder.word)
    members.add("byteOrder", byteOrder.word, default: standard.byteOrder.word)
    members.add("rowAlign", rowAlign, default: standard.rowAlign)
    members.add("padBit", padBit, default: standard.padBit)
    members.add("scan", scan.word, default: standard.scan.word)
    members.add("mirror", mirror.word, default: standard.mirror.word)
    members.add("planes", planes.word, default: standard.planes.word)
    members.add("split", split, default: standard.split)
    return members.json
  }
}

extension Fit {
  fileprivate var json: JSONValue {
    let standard = Fit.standard
    var members = Members()
    members.add("mode", mode.word, default: standard.mode.word)
    members.add("gravity", gravity.word, default: standard.gravity.word)
    if background != standard.background { members["background"] = background.json }
    if rotation != standard.rotation { members["rotate"] = rotation.json }
    if margins != .none {
      var sides = Members()
      sides.add("left", margins.left, default: 0)
      sides.add("top", margins.top, default: 0)
      sides.add("right", margins.right, default: 0)
      sides.add("bottom", margins.bottom, default: 0)
      members["margins"] = sides.json
    }
    return members.json
  }
}

extension Fit.Rotation {
  /// Degrees as a number, or "auto".
  var json: JSONValue {
    switch self {
    case .none: .integer(0)
    case .clockwise90: .integer(90)
    case .clockwise180: .integer(180)
    case .clockwise270: .integer(270)
    case .automatic: .string(word)
    }
  }
}

extension Tone {
  fileprivate var json: JSONValue {
    var members = Members()
    // Exact: a multiple of 1/256 needs at most eight decimals.
    if gamma256 != Tone.neutral.gamma256 { members["gamma"] = .number(Double(gamma256) / 256) }
    members.add("contrast", contrast, default: 0)
    members.add("brightness", brightness, default: 0)
    return members.json
  }
}

extension Halftone {
  fileprivate var json: JSONValue {
    let standard = Halftone.standard
    var members = Members()
    members.add("method", method.word, default: standard.method.word)
    members.add("strength", strength, default: standard.strength)
    members.add("serpentine", serpentine, default: standard.serpentine)
    members.add("keepEdges", keepEdges, default: standard.keepEdges)
    return members.json
  }
}

extension Container {
  /// Every parameter, default or not; empty prefix and suffix are left out.
  fileprivate var json: JSONValue {
    var members = Members()
    members["id"] = .string(kind.word)
    switch self {
    case .escposGSV0(let stripRows, _): members["stripRows"] = .integer(stripRows)
    case .brotherQL(let label, _):
      members["modelClass"] = .string(label.modelClass.word)
      members["mediaType"] = .string(label.mediaType.word)
      members["mediaWidth"] = .integer(label.mediaWidth)
      members["mediaLength"] = .integer(label.mediaLength)
      members["margin"] = .integer(label.margin)
      members["cut"] = .bool(label.cut)
    case .jpeg(let quality): members["quality"] = .integer(quality)
    default: break
    }
    if let affixes {
      members.add("prefix", hexadecimal(affixes.prefix), default: "")
      members.add("suffix", hexadecimal(affixes.suffix), default: "")
    }
    return members.json
  }
}

extension Codec {
  fileprivate var json: JSONValue {
    var members = Members()
    members["id"] = .string(word)
    if case .zlib(let windowBits) = self { members["window"] = .integer(windowBits) }
    return members.json
  }
}
