import Capabilities

// Capabilities and errors in the terms of spec/vectors, to be compared with what stands there.

extension Capability {
  /// As `value`: the fields that are not at their defaults.
  var vectorValue: [String: Any] {
    var value: [String: Any] = ["size": [size.width, size.height], "color": color.vectorValue]
    if resolution != .unknown { value["resolution"] = [resolution.x, resolution.y] }
    if layout != .standard { value["layout"] = layout.vectorValue }
    if fit != .standard { value["fit"] = fit.vectorValue }
    if tone != .neutral {
      value["tone"] = [
        "gamma": tone.gamma256, "contrast": tone.contrast, "brightness": tone.brightness,
      ]
    }
    if halftone != .standard {
      value["halftone"] = [
        "method": Int(halftone.method.rawValue), "strength": halftone.strength,
        "flags": (halftone.serpentine ? 1 : 0) | (halftone.keepEdges ? 2 : 0),
      ]
    }
    if container != .raw { value["container"] = container.vectorValue }
    if codecs != [.identity] { value["codecs"] = codecs.map { [Int($0.id), Int($0.parameter)] } }
    if limits != .none { value["limits"] = limits.maxBytes }
    return value
  }
}

extension Color {
  fileprivate var vectorValue: [String: Any] {
    switch self {
    case .gray(let gray): ["model": 1, "bits": gray.bits, "black": Int(gray.black.rawValue)]
    case .palette(let palette):
      [
        "model": 2, "bits": palette.bits,
        "entries": palette.entries.map {
          [Int($0.code), Int($0.rgb.red), Int($0.rgb.green), Int($0.rgb.blue)]
        },
      ]
    case .adaptive(let adaptive):
      [
        "model": 3, "bits": adaptive.bits, "colors": adaptive.colors,
        "table": Int(adaptive.table.rawValue),
      ]
    case .rgb(let rgb):
      [
        "model": 4, "red": rgb.red, "green": rgb.green, "blue": rgb.blue, "alpha": rgb.alpha,
        "pixelBits": rgb.pixelBits,
        "flags": (rgb.order == .bgr ? 1 : 0) | (rgb.byteTop ? 2 : 0),
      ]
    case .cmyk(let cmyk): ["model": 5, "bits": cmyk.bits]
    }
  }
}

extension Layout {
  fileprivate var vectorValue: [String: Any] {
    [
      "bitOrder": Int(bitOrder.rawValue), "byteOrder": Int(byteOrder.rawValue),
      "rowAlign": rowAlign, "padBit": padBit, "scan": Int(scan.rawValue),
      "mirror": Int(mirror.rawValue), "planes": Int(planes.rawValue), "split": split,
    ]
  }
}

extension Fit {
  fileprivate var vectorValue: [String: Any] {
    [
      "mode": Int(mode.rawValue), "gravity": Int(gravity.rawValue),
      "background": hexadecimal([background.red, background.green, background.blue]),
      "rotate": Int(rotation.rawValue),
      "margins": [margins.left, margins.top, margins.right, margins.bottom],
    ]
  }
}

extension Container {
  fileprivate var vectorValue: [String: Any] {
    var value: [String: Any] = ["id": Int(kind.rawValue)]
    switch self {
    case .escposGSV0(let stripRows, _): value["stripRows"] = stripRows
    case .jpeg(let quality): value["quality"] = quality
    case .brotherQL(let label, _):
      value["modelClass"] = Int(label.modelClass.rawValue)
      value["mediaType"] = Int(label.mediaType.rawValue)
      value["mediaWidth"] = label.mediaWidth
      value["mediaLength"] = label.mediaLength
      value["margin"] = label.margin
      value["cut"] = label.cut ? 1 : 0
    default: break
    }
    if let affixes {
      value["prefix"] = hexadecimal(affixes.prefix)
      value["suffix"] = hexadecimal(affixes.suffix)
    }
    return value
  }
}

extension CapabilityError {
  /// Why and where, in the vectors' terms.
  var vectorReason: (reason: String, offset: Int?) {
    switch self {
    case .truncated(_, _, let offset): ("truncated", offset)
    case .unknownField(_, let offset), .unknownValue(_, _, _, let offset): ("unknown", offset)
    case .outOfOrder(_, _, let offset): ("order", offset)
    case .wrongLength(_, _, _, let offset): ("length", offset)
    case .outOfRange(_, _, _, let offset): ("value", offset)
    case .defaultPresent(_, let offset): ("default", offset)
    case .missing: ("missing", nil)
    case .contradiction: ("value", nil)
    case .formTooLarge: ("size", nil)
    }
  }
}
