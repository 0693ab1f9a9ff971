internal import Capabilities
internal import Profiles

/// The built-in profiles as text for a person: groups of like devices, a line or a paragraph each.
enum ProfileTable {
  /// Devices that are fed alike.
  enum Group: CaseIterable {
    case panels, files, printers

    init(_ capability: Capability) {
      self =
        switch capability.container.kind {
        case .raw: capability.size.isRoll ? .printers : .panels
        case .pnm, .bmp, .png, .wbmp, .lvgl, .openEPaperLink, .jpeg: .files
        case .pwg, .urf, .escposGSV0, .escposGS8L, .escposBitImage, .zplGFA, .zplZ64, .eplGW,
          .tsplBitmap, .cpclEG, .brotherQL, .starRaster, .dymo:
          .printers
        }
    }

    var title: String {
      switch self {
      case .panels: "Panels and frame buffers: the pixels alone"
      case .files: "Devices that open a file"
      case .printers: "Printers"
      }
    }
  }

  /// One line a device.
  static func lines(_ profiles: [Profile]) -> [String] {
    let rows = profiles.map { (group: Group($0.alternatives[0]), cells: cells($0)) }
    let widths = heading.indices.map { column in
      ([heading] + rows.map(\.cells)).map { $0[column].count }.max() ?? 0
    }
    var lines = [line(heading, widths)]
    for group in Group.allCases {
      let members = rows.filter { $0.group == group }
      guard !members.isEmpty else { continue }
      lines += ["", group.title]
      lines += members.map { line($0.cells, widths) }
    }
    return lines
  }

  /// Name, hardware, and what the facts were taken from: a paragraph a device.
  static func sources(_ profiles: [Profile]) -> [String] {
    profiles.flatMap { profile in
      [profile.name]
        + ["hardware", "source", "note"].compactMap { fact -> String? in
          guard case .string(let text)? = profile.device[fact] else { return nil }
          return "  \(fact): \(text)"
        } + [""]
    }
  }

  private static let heading = ["name", "pixels", "dpi", "colors", "layout", "container"]

  private static func cells(_ profile: Profile) -> [String] {
    let capability = profile.alternatives[0]
    let size = capability.size
    return [
      profile.name, "\(size.width) × \(size.isRoll ? "roll" : String(size.height))",
      capability.resolution.summary, capability.color.summary, capability.layout.summary,
      capability.container.kind.word,
    ]
  }

  private static func line(_ cells: [String], _ widths: [Int]) -> String {
    let padded = zip(cells, widths).map { cell, width in
      cell + String(repeating: " ", count: width - cell.count)
    }
    var line = padded.joined(separator: "  ")
    while line.last == " " { line.removeLast() }
    return line
  }
}

extension Resolution {
  fileprivate var summary: String {
    if self == .unknown { return "" }
    return x == y ? String(x) : "\(x) × \(y)"
  }
}

extension Color {
  /// A few words; `black` is said where it is not 0.
  fileprivate var summary: String {
    switch self {
    case .gray(let gray):
      "gray \(gray.bits) bit" + (gray.black == .zero ? "" : ", black 1")
    case .palette(let palette): "\(palette.entries.count) in \(palette.bits) bit"
    case .adaptive(let adaptive): "\(adaptive.colors) adaptive in \(adaptive.bits) bit"
    case .rgb(let rgb):
      (rgb.order == .rgb ? "rgb " : "bgr ")
        + rgb.channelBitsFromTop.map(String.init).joined() + " in \(rgb.pixelBits) bit"
    case .cmyk(let cmyk): "cmyk \(cmyk.bits) bit"
    }
  }
}

extension Layout {
  /// What differs from the default, in the words of a profile file.
  fileprivate var summary: String {
    var words: [String] = []
    if bitOrder != .msb { words.append(bitOrder.word) }
    if byteOrder != .big { words.append(byteOrder.word) }
    if rowAlign != 1 { words.append("align \(rowAlign)") }
    if padBit != 0 { words.append("pad \(padBit)") }
    if scan != .rows { words.append(scan.word) }
    if mirror != .none { words.append("mirror \(mirror.word)") }
    if planes != .packed { words.append(planes.word) }
    if split != 0 { words.append("split \(split)") }
    return words.joined(separator: " ")
  }
}
