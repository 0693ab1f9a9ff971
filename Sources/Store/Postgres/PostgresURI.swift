internal import CPostgres

/// Where a PostgreSQL database is: a connection URI as libpq reads it (PostgreSQL's documentation,
/// 34.1.1.2). Its password shows in no description, whatever it is part of.
package struct PostgresURI: Hashable, Sendable {
  /// The URI as it was given, with the password.
  let text: String
  /// The password that it holds, for taking it out of what others say.
  let password: String?

  /// - Returns: `nil` when libpq would not take it.
  package init?(_ text: String) {
    guard Self.schemes.contains(where: { text.hasPrefix($0) }), !text.utf8.contains(0),
      let options = PostgresConnection.options(of: text)
    else { return nil }
    self.text = text
    password = options["password"]
  }

  private static let schemes = ["postgres://", "postgresql://"]

  /// Any text without what could be a password in it, for telling what was refused. Rather more is
  /// hidden than less: a password that was not encoded as it should be may hold any character.
  package static func masking(_ text: String) -> String {
    guard let scheme = schemes.first(where: { text.hasPrefix($0) }) else { return text }
    var rest = text.dropFirst(scheme.count)
    var masked = scheme
    if let at = rest.lastIndex(of: "@"), let colon = rest[..<at].firstIndex(of: ":") {
      masked += rest[...colon] + "***"
      rest = rest[at...]
    }
    guard let mark = rest.firstIndex(of: "?") else { return masked + rest }
    let query = rest[rest.index(after: mark)...].split(
      separator: "&", omittingEmptySubsequences: false
    ).map { option in
      // What is encoded may spell any word, so it is hidden too.
      let name = option.prefix { $0 != "=" }
      let isSecret = name.lowercased().hasSuffix("password") || name.contains("%")
      return isSecret ? "\(name)=***" : String(option)
    }
    return masked + rest[...mark] + query.joined(separator: "&")
  }

  /// `message` without the password.
  func masking(message: String) -> String {
    guard let password, !password.isEmpty else { return message }
    return message.split(separator: password, omittingEmptySubsequences: false)
      .joined(separator: "***")
  }
}

extension PostgresURI: CustomStringConvertible, CustomDebugStringConvertible, CustomReflectable {
  package var description: String { Self.masking(text) }
  package var debugDescription: String { description }
  package var customMirror: Mirror { Mirror(self, children: []) }
}
