// The closed table of combinations that make no sense; spec/DESCRIPTOR.md, "Combinations that are
// refused", is its text. Nothing else in the project refuses a combination of fields.

extension Capability {
  func checkCombinations() throws(CapabilityError) {
    try require(
      (resolution.x == 0) == (resolution.y == 0), "resolution", "x and y are both 0 or neither")
    try require(
      fit.margins.left + fit.margins.right < size.width, "fit.margins",
      "left and right leave nothing of \(size.width) columns")
    try require(
      size.isRoll || fit.margins.top + fit.margins.bottom < size.height, "fit.margins",
      "top and bottom leave nothing of \(size.height) rows")
    try checkHalftone()
    if container == .raw {
      try checkRawLayout()
    } else {
      try checkContainer()
    }
  }

  /// What a method does not go by stays at its default.
  private func checkHalftone() throws(CapabilityError) {
    let method = halftone.method
    try require(
      halftone.serpentine || method == .automatic || method.isErrorDiffusion,
      "halftone.serpentine", "\(method.word) has no order of pixels; leave it out")
    guard method == .none || method == .threshold else { return }
    try require(
      halftone.strength == Halftone.standard.strength, "halftone.strength",
      "\(method.word) has none; leave it out")
    try require(
      !halftone.keepEdges, "halftone.keepEdges", "\(method.word) keeps them; leave it out")
  }

  /// A layout field that cannot matter for these pixels stays at its default, so that equal bytes
  /// have one descriptor.
  private func checkRawLayout() throws(CapabilityError) {
    let planeBits = self.planeBits
    try require(
      layout.split < size.width, "layout.split", "must be below the width, \(size.width)")
    try require(
      layout.planes == .packed || planeBits.count > 1, "layout.planes",
      "pixels of one bit have one plane")
    if case .rgb(let rgb) = color, rgb.byteTop {
      try require(
        layout.planes == .packed, "layout.planes", "channels in bytes of their own are packed")
    }
    if layout.scan != .rows {
      try require(
        planeBits.allSatisfy { $0 == 1 }, "layout.scan",
        "\(layout.scan.word) needs one bit a pixel or plane")
      try require(layout.rowAlign == 1, "layout.rowAlign", "goes with scan rows only")
    }
    try require(
      layout.bitOrder == .msb
        || layout.scan == .rows && planeBits.contains { !$0.isMultiple(of: 8) },
      "layout.bitOrder", "lsb goes with rows of pixels that are not whole bytes")
    try require(
      layout.byteOrder == .big || planeBits.contains { $0 > 8 && $0.isMultiple(of: 8) }
        || hasWideTable,
      "layout.byteOrder", "little goes with pixels of several whole bytes")
  }

  private var hasWideTable: Bool {
    if case .adaptive(let adaptive) = color { adaptive.table == .rgb565 } else { false }
  }

  /// What a container fixes is the container's: those fields stay at their defaults, the polarity
  /// at the container's own.
  private func checkContainer() throws(CapabilityError) {
    let name = container.kind.word
    let allowed = Layout(mirror: layout.mirror)
    try require(
      layout == allowed, "layout", "\(name) fixes everything but mirror; leave the rest out")
    let rule = container.rule
    try require(rule.takes(color), "color", "\(name) takes \(rule.colors)")
    if case .adaptive(let adaptive) = color {
      try require(
        adaptive.table == .rgb888, "color.table",
        "\(name) has the palette in its own table; leave it out")
    }
    if case .gray(let gray) = color, let black = rule.black(gray.bits) {
      try require(
        gray.black == black, "color.black", "\(name) has black \(black.rawValue)")
    }
    let columnLimit = rule.columnLimit(color)
    guard size.width <= columnLimit else {
      throw .outOfRange(
        field: "size.width", value: size.width, allowed: "1…\(columnLimit) for \(name)",
        offset: nil)
    }
    try require(
      !rule.needsResolution || resolution != .unknown, "resolution", "\(name) needs it")
    try require(
      container.kind != .urf || resolution.x == resolution.y, "resolution",
      "urf needs the same in x and y")
    if case .brotherQL(let label, _) = container {
      try require(
        (label.mediaType == .continuous) == (label.mediaLength == 0), "container.mediaLength",
        "0 for endless paper, and for labels their length")
    }
  }
}

/// What one container takes.
private struct ContainerRule {
  /// For the error: the colours in words.
  let colors: String
  let takes: @Sendable (Color) -> Bool
  /// The container's own polarity for gray of so many bits; `nil` where the descriptor decides.
  var black: @Sendable (_ bits: Int) -> BlackCode? = { _ in .zero }
  var needsResolution = false
  /// Most columns, where the container's numbers or its printers hold no more than any form.
  var columnLimit: @Sendable (Color) -> Int = { _ in 65_535 }
  /// Most rows, likewise.
  var rowLimit = FormSize.rowLimit
}

extension Container {
  /// Most rows of a form: a roll's are known with its picture only.
  var rowLimit: Int { rule.rowLimit }
}

extension Container.BrotherQL {
  /// A row has the dots of the print head; the most rows are those of PyPI's brother_ql.
  fileprivate var rule: ContainerRule {
    let bytesPerRow = modelClass.bytesPerRow
    let takesTwoColors = modelClass == .ql800
    return ContainerRule(
      colors: takesTwoColors
        ? "gray of 1 bit, or a palette of 2 bits" : "gray of 1 bit for \(modelClass.word)",
      takes: { $0.isGray(among: [1]) || takesTwoColors && $0.isPalette(among: [2]) },
      black: { _ in .highest }, columnLimit: { _ in bytesPerRow * 8 },
      rowLimit: modelClass == .ql1050 ? 35_433 : 11_811)
  }
}

extension Container {
  fileprivate var rule: ContainerRule {
    switch self {
    case .raw:
      ContainerRule(colors: "everything", takes: { _ in true }, black: { _ in nil })
    case .pnm:
      ContainerRule(
        colors: "gray, or rgb of three equal channels without alpha",
        takes: { color in color.isGray(among: [1, 2, 4, 8, 16]) || color.isEvenRGB },
        black: { bits in bits == 1 ? .highest : .zero })
    case .bmp:
      ContainerRule(
        colors: "gray of 1, 4 or 8 bits, palettes, and rgb 565, 888 or 8888",
        takes: { color in
          color.isGray(among: [1, 4, 8]) || color.isPalette(among: Array(1...8))
            || color.isAdaptive(among: [1, 4, 8])
            || color.isRGB(among: ["565/16", "888/24", "8888/32"])
        })
    case .png:
      ContainerRule(
        colors: "gray of 1, 2, 4 or 8 bits, palettes, and rgb 888 or 8888",
        takes: { color in
          color.isGray(among: [1, 2, 4, 8]) || color.isPalette(among: Array(1...8))
            || color.isAdaptive(among: [1, 2, 4, 8]) || color.isRGB(among: ["888/24", "8888/32"])
        })
    case .wbmp:
      ContainerRule(colors: "gray of 1 bit", takes: { $0.isGray(among: [1]) })
    case .lvgl:
      ContainerRule(
        colors: "gray of 1 to 8 bits, palettes of 1, 2, 4 or 8 bits, and rgb 565, 888 or 8888",
        takes: { color in
          color.isGray(among: [1, 2, 4, 8]) || color.isPalette(among: [1, 2, 4, 8])
            || color.isAdaptive(among: [1, 2, 4, 8])
            || color.isRGB(among: ["565/16", "888/24", "888/32", "8888/32"])
        },
        // The header has 16 bits for the bytes of a row.
        columnLimit: { min(65_535, 65_535 * 8 / $0.bitsPerPixel) })
    case .pwg:
      ContainerRule(
        colors: "gray of 1 or 8 bits, rgb 888 and cmyk of 8 bits",
        takes: { color in
          color.isGray(among: [1, 8]) || color.isRGB(among: ["888/24"]) || color.isCMYK(bits: 8)
        },
        black: { bits in bits == 1 ? .highest : nil }, needsResolution: true)
    case .urf:
      ContainerRule(
        colors: "gray of 8 bits and rgb 888",
        takes: { $0.isGray(among: [8]) || $0.isRGB(among: ["888/24"]) }, needsResolution: true)
    case .escposGSV0, .zplGFA, .zplZ64, .starRaster:
      ContainerRule(
        colors: "gray of 1 bit", takes: { $0.isGray(among: [1]) }, black: { _ in .highest })
    case .escposBitImage:
      // Epson's ESC *: nL + nH × 256 is at most 2,047.
      ContainerRule(
        colors: "gray of 1 bit", takes: { $0.isGray(among: [1]) }, black: { _ in .highest },
        columnLimit: { _ in 2_047 })
    case .dymo:
      // ESC D has one byte for the bytes of a row.
      ContainerRule(
        colors: "gray of 1 bit", takes: { $0.isGray(among: [1]) }, black: { _ in .highest },
        columnLimit: { _ in 2_040 })
    case .eplGW, .tsplBitmap:
      ContainerRule(colors: "gray of 1 bit", takes: { $0.isGray(among: [1]) })
    case .cpclEG:
      ContainerRule(
        colors: "gray of 1 bit", takes: { $0.isGray(among: [1]) }, black: { _ in nil })
    case .escposGS8L:
      // Epson's GS 8 L, function 112, for dots that are not enlarged.
      ContainerRule(
        colors: "gray of 1 bit, or a palette of 2 bits",
        takes: { $0.isGray(among: [1]) || $0.isPalette(among: [2]) },
        black: { _ in .highest }, columnLimit: { _ in 2_047 }, rowLimit: 1_662)
    case .brotherQL(let label, _): label.rule
    case .openEPaperLink:
      ContainerRule(
        colors: "gray of 1 bit, or a palette of 2 bits",
        takes: { $0.isGray(among: [1]) || $0.isPalette(among: [2]) },
        black: { _ in .highest })
    case .jpeg:
      // What libjpeg makes: JPEG_MAX_DIMENSION.
      ContainerRule(
        colors: "gray of 8 bits and rgb 888",
        takes: { $0.isGray(among: [8]) || $0.isRGB(among: ["888/24"]) },
        columnLimit: { _ in 65_500 }, rowLimit: 65_500)
    }
  }
}

extension Color {
  fileprivate func isGray(among bits: [Int]) -> Bool {
    if case .gray(let gray) = self { bits.contains(gray.bits) } else { false }
  }

  fileprivate func isPalette(among bits: [Int]) -> Bool {
    if case .palette(let palette) = self { bits.contains(palette.bits) } else { false }
  }

  fileprivate func isAdaptive(among bits: [Int]) -> Bool {
    if case .adaptive(let adaptive) = self { bits.contains(adaptive.bits) } else { false }
  }

  fileprivate func isCMYK(bits: Int) -> Bool {
    if case .cmyk(let cmyk) = self { cmyk.bits == bits } else { false }
  }

  /// `formats` are written as channel widths, a slash and the pixel's bits.
  fileprivate func isRGB(among formats: [String]) -> Bool {
    guard case .rgb(let rgb) = self, rgb.order == .rgb, !rgb.byteTop else { return false }
    let channels = rgb.channelBitsFromTop.map(String.init).joined()
    return formats.contains("\(channels)/\(rgb.pixelBits)")
  }

  fileprivate var isEvenRGB: Bool {
    guard case .rgb(let rgb) = self else { return false }
    return rgb.red == rgb.green && rgb.green == rgb.blue && rgb.alpha == 0 && rgb.order == .rgb
      && !rgb.byteTop
  }
}

private func require(
  _ condition: Bool, _ field: String, _ reason: String
) throws(CapabilityError) {
  guard condition else { throw .contradiction(field: field, reason: reason) }
}
