// Each value by itself. Combinations stand in CapabilityRules.swift.

extension Capability {
  func checkRanges() throws(CapabilityError) {
    try check("size.width", size.width, in: 1...65_535)
    try check("size.height", size.height, in: 0...65_535)
    try check("resolution.x", resolution.x, in: 0...65_535)
    try check("resolution.y", resolution.y, in: 0...65_535)
    try color.checkRanges()
    try check("layout.rowAlign", layout.rowAlign, in: 0...255)
    try check("layout.padBit", layout.padBit, in: 0...1)
    try check("layout.split", layout.split, in: 0...65_535)
    try check("fit.margins.left", fit.margins.left, in: 0...65_535)
    try check("fit.margins.top", fit.margins.top, in: 0...65_535)
    try check("fit.margins.right", fit.margins.right, in: 0...65_535)
    try check("fit.margins.bottom", fit.margins.bottom, in: 0...65_535)
    try check("tone.gamma (in 1/256)", tone.gamma256, in: 26...2_560)
    try check("tone.contrast", tone.contrast, in: -100...100)
    try check("tone.brightness", tone.brightness, in: -100...100)
    try check("halftone.strength", halftone.strength, in: 0...100)
    try container.checkRanges()
    try checkCodecs()
    try check("limits.maxBytes", limits.maxBytes, in: 0...Int(UInt32.max))
  }

  private func checkCodecs() throws(CapabilityError) {
    guard codecs.first == .identity else {
      throw .contradiction(field: "codecs", reason: "identity must be listed, first")
    }
    for (previous, codec) in zip(codecs, codecs.dropFirst()) {
      guard (previous.id, previous.parameter) < (codec.id, codec.parameter) else {
        throw .contradiction(
          field: "codecs", reason: "\(codec.word) after \(previous.word): ids must ascend")
      }
    }
    for codec in codecs {
      if case .zlib(let windowBits) = codec {
        try check("codecs.window", windowBits, in: 9...15)
      }
    }
  }
}

extension Color {
  fileprivate func checkRanges() throws(CapabilityError) {
    switch self {
    case .gray(let gray):
      try check("color.bits", gray.bits, among: [1, 2, 4, 8, 16])
    case .palette(let palette):
      try palette.checkRanges()
    case .adaptive(let adaptive):
      try check("color.bits", adaptive.bits, among: [1, 2, 4, 8])
      try check("color.colors", adaptive.colors, in: 2...(1 << adaptive.bits))
    case .rgb(let rgb):
      try rgb.checkRanges()
    case .cmyk(let cmyk):
      try check("color.bits", cmyk.bits, among: [1, 8])
    }
  }
}

extension PaletteColor {
  fileprivate func checkRanges() throws(CapabilityError) {
    try check("color.bits", bits, in: 1...8)
    try check("color.entries count", entries.count, in: 1...256)
    for entry in entries {
      try check("color.entries code", Int(entry.code), in: 0...((1 << bits) - 1))
    }
    for (previous, entry) in zip(entries, entries.dropFirst()) where previous.code >= entry.code {
      throw .contradiction(
        field: "color.entries",
        reason: "code \(entry.code) after \(previous.code): codes must ascend")
    }
  }
}

extension RGBColor {
  fileprivate func checkRanges() throws(CapabilityError) {
    try check("color.red", red, in: 1...16)
    try check("color.green", green, in: 1...16)
    try check("color.blue", blue, in: 1...16)
    try check("color.alpha", alpha, in: 0...16)
    try check("color.pixelBits", pixelBits, among: [8, 12, 16, 24, 32, 48])
    let used = red + green + blue + alpha
    guard used <= pixelBits else {
      throw .contradiction(
        field: "color.pixelBits", reason: "channels have \(used) bits, the pixel \(pixelBits)")
    }
    guard byteTop else { return }
    guard channelBitsFromTop.allSatisfy({ $0 <= 8 }), pixelBits == channelBitsFromTop.count * 8
    else {
      throw .contradiction(
        field: "color.byteTop", reason: "needs channels of at most 8 bits and a byte for each")
    }
  }
}

extension Container {
  fileprivate func checkRanges() throws(CapabilityError) {
    if let affixes {
      try check("container.prefix byte count", affixes.prefix.count, in: 0...255)
      try check("container.suffix byte count", affixes.suffix.count, in: 0...255)
    }
    switch self {
    case .escposGSV0(let stripRows, _):
      try check("container.stripRows", stripRows, in: 1...65_535)
    case .brotherQL(let label, _):
      try check("container.mediaWidth", label.mediaWidth, in: 1...255)
      try check("container.mediaLength", label.mediaLength, in: 0...255)
      try check("container.margin", label.margin, in: 0...65_535)
    case .jpeg(let quality):
      try check("container.quality", quality, in: 1...100)
    default: break
    }
  }
}

private func check(
  _ field: String, _ value: Int, in range: ClosedRange<Int>
) throws(CapabilityError) {
  guard range.contains(value) else {
    throw .outOfRange(
      field: field, value: value, allowed: "\(range.lowerBound)…\(range.upperBound)", offset: nil)
  }
}

private func check(_ field: String, _ value: Int, among values: [Int]) throws(CapabilityError) {
  guard values.contains(value) else {
    throw .outOfRange(
      field: field, value: value,
      allowed: values.map(String.init).joined(separator: ", "), offset: nil)
  }
}
