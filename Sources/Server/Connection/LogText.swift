/// A client's text made safe for one line of the log: what a terminal or an editor obeys instead of
/// showing it is escaped, and it is cut.
struct LogText: CustomStringConvertible {
  let description: String

  /// - Parameter scalarLimit: what is left of a longer text.
  init(_ text: String, scalarLimit: Int = 64) {
    var safe = ""
    for scalar in text.unicodeScalars.prefix(scalarLimit) {
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
    description = text.unicodeScalars.count > scalarLimit ? safe + "…" : safe
  }
}
