/// A client's text made safe for one line of the log: control characters escaped, cut to 64 scalars.
struct LogText: CustomStringConvertible {
  private static let scalarLimit = 64

  let description: String

  init(_ text: String) {
    var safe = ""
    for scalar in text.unicodeScalars.prefix(Self.scalarLimit) {
      if scalar.properties.generalCategory == .control || scalar == "\"" || scalar == "\\" {
        safe += scalar.escaped(asASCII: true)
      } else {
        safe.unicodeScalars.append(scalar)
      }
    }
    description = text.unicodeScalars.count > Self.scalarLimit ? safe + "…" : safe
  }
}
