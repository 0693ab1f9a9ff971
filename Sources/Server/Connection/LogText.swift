/// A client's text made safe for one line of the log: what a terminal or an editor obeys instead of
/// showing it is escaped, and it is cut to 64 scalars.
struct LogText: CustomStringConvertible {
  private static let scalarLimit = 64

  let description: String

  init(_ text: String) {
    var safe = ""
    for scalar in text.unicodeScalars.prefix(Self.scalarLimit) {
      switch scalar.properties.generalCategory {
      // Line breaks, escape sequences, and marks that turn the direction of what follows.
      case .control, .format, .lineSeparator, .paragraphSeparator:
        safe += scalar.escaped(asASCII: true)
      case _ where scalar == "\"" || scalar == "\\":
        safe += scalar.escaped(asASCII: true)
      default:
        safe.unicodeScalars.append(scalar)
      }
    }
    description = text.unicodeScalars.count > Self.scalarLimit ? safe + "…" : safe
  }
}
