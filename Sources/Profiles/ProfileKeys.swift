internal import Capabilities

/// Every key that a profile file may hold, by the object it stands in; the same lists stand in
/// spec/profile.schema.json under these names, and a test holds them together.
enum ProfileKeys {
  static let capability = [
    "size", "resolution", "color", "layout", "fit", "tone", "halftone", "container", "codecs",
    "limits",
  ]
  static let profile = ["name"] + capability + ["device"]
  static let profileOfAlternatives = ["name", "alternatives", "device"]
  static let size = ["width", "height"]
  static let resolution = ["x", "y"]
  static let colors = [
    "gray": ["model", "bits", "black"],
    "palette": ["model", "bits", "entries"],
    "adaptive": ["model", "bits", "colors", "table"],
    "rgb": ["model", "red", "green", "blue", "alpha", "pixelBits", "order", "byteTop"],
    "cmyk": ["model", "bits"],
  ]
  static let entry = ["code", "rgb"]
  static let layout = [
    "bitOrder", "byteOrder", "rowAlign", "padBit", "scan", "mirror", "planes", "split",
  ]
  static let fit = ["mode", "gravity", "background", "rotate", "margins"]
  static let margins = ["left", "top", "right", "bottom"]
  static let tone = ["gamma", "contrast", "brightness"]
  static let halftone = ["method", "strength", "serpentine", "keepEdges"]
  static let codecs = [
    "identity": ["id"],
    "packbits": ["id"],
    "zlib": ["id", "window"],
  ]
  static let limits = ["maxBytes"]

  /// The keys of a container: its parameters and, for printers, the bytes around the picture.
  static func container(_ kind: Container.Kind) -> [String] {
    let affixes = ["prefix", "suffix"]
    return switch kind {
    case .raw, .pnm, .bmp, .png, .wbmp, .lvgl, .pwg, .urf, .openEPaperLink: ["id"]
    case .escposGSV0: ["id", "stripRows"] + affixes
    case .escposGS8L, .escposBitImage, .zplGFA, .zplZ64, .eplGW, .tsplBitmap, .cpclEG,
      .starRaster, .dymo:
      ["id"] + affixes
    case .brotherQL:
      ["id", "modelClass", "mediaType", "mediaWidth", "mediaLength", "margin", "cut"] + affixes
    case .jpeg: ["id", "quality"]
    }
  }

  /// All lists by the name of their definition in the schema.
  static var definitions: [String: [String]] {
    var lists = [
      "profile": profile, "profileOfAlternatives": profileOfAlternatives,
      "capability": capability, "size": size, "resolution": resolution, "entry": entry,
      "layout": layout, "fit": fit, "margins": margins, "tone": tone, "halftone": halftone,
      "limits": limits,
    ]
    for (model, keys) in colors { lists["color.\(model)"] = keys }
    for (id, keys) in codecs { lists["codec.\(id)"] = keys }
    for kind in Container.Kind.allCases { lists["container.\(kind.word)"] = container(kind) }
    return lists
  }
}
