internal import ArgumentParser
internal import Store
internal import WireProtocol

/// Reads what all key commands are told.
enum KeyArguments {
  static func id(_ text: String) throws -> AccessKeyID {
    guard let id = AccessKeyID(text) else {
      throw ValidationError(
        "\"\(LogText(text))\" is no id: allowed are 1–\(AccessKeyID.characterLimit) of A–Z, a–z, "
          + "0–9, dot, underscore and hyphen")
    }
    return id
  }

  static func actions(_ text: String) throws -> Rights.Actions {
    var actions: Rights.Actions = []
    for word in text.split(separator: ",", omittingEmptySubsequences: false) {
      guard let action = Rights.Actions.named.first(where: { $0.word == word })?.action else {
        throw ValidationError(
          "\"\(LogText(String(word)))\" is no right: allowed are retrieve and register")
      }
      actions.insert(action)
    }
    return actions
  }

  static func prefix(_ text: String?) throws -> String {
    guard let text else { return "" }
    do {
      return try ImageName(text).text
    } catch {
      throw ValidationError("no name begins with this prefix: \(error)")
    }
  }
}

extension Rights.Actions {
  /// Every right with its word.
  static let named: [(word: String, action: Rights.Actions)] = [
    ("retrieve", .retrieve), ("register", .register),
  ]

  /// As in `--may`.
  var words: [String] { Self.named.filter { contains($0.action) }.map(\.word) }
}
