internal import ArgumentParser
internal import Capabilities
internal import Profiles

/// Shows the built-in profiles.
struct ProfilesCommand: ParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "profiles", abstract: "Show the built-in device profiles.")

  @Flag(help: "Print the profile files as one JSON array.")
  var json = false

  func run() throws {
    if json {
      print(JSONValue.array(BuiltInProfiles.all.map(\.tree)).text)
    } else {
      printTable(BuiltInProfiles.all.map(Self.row))
    }
  }

  private static func row(_ profile: Profile) -> [String] {
    let capability = profile.alternatives[0]
    let size = capability.size
    return [
      profile.name, "\(size.width) × \(size.isRoll ? "roll" : String(size.height))",
      capability.color.summary, capability.layout.summary, capability.container.kind.word,
      capability.codecs.map(\.word).joined(separator: " "),
    ]
  }

  private func printTable(_ rows: [[String]]) {
    let rows = [["name", "pixels", "color", "layout", "container", "codecs"]] + rows
    let widths = rows[0].indices.map { column in rows.map { $0[column].count }.max() ?? 0 }
    for row in rows {
      let cells = zip(row, widths).map { cell, width in
        cell + String(repeating: " ", count: width - cell.count)
      }
      var line = cells.joined(separator: "  ")
      while line.last == " " { line.removeLast() }
      print(line)
    }
  }
}

extension Color {
  /// A few words for the table.
  fileprivate var summary: String {
    switch self {
    case .gray(let gray): "gray \(gray.bits) bit, black \(gray.black.rawValue)"
    case .palette(let palette): "palette \(palette.bits) bit, \(palette.entries.count) colors"
    case .adaptive(let adaptive): "adaptive \(adaptive.bits) bit, \(adaptive.colors) colors"
    case .rgb(let rgb):
      (rgb.order == .rgb ? "rgb " : "bgr ")
        + rgb.channelBitsFromTop.map(String.init).joined(separator: "-")
        + " in \(rgb.pixelBits) bit"
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
    return words.isEmpty ? "rows" : words.joined(separator: " ")
  }
}
