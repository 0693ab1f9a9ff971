/// A command with places for what each case sets: `{name}` anywhere in a word, and words between `[`
/// and `]` that are left out when a case does not set what they name.
struct CommandTemplate: Sendable {
  private enum Part: Sendable {
    case word(String)
    case optional([String])
  }

  private let parts: [Part]

  /// - Throws: ``SequenceError`` for brackets that do not match, and names that no case sets.
  init(_ words: [String], names: Set<String>) throws(SequenceError) {
    var parts: [Part] = []
    var group: [String]?
    for word in words {
      switch (word, group) {
      case ("[", nil): group = []
      case ("]", let words?):
        parts.append(.optional(words))
        group = nil
      case ("[", _), ("]", _): throw SequenceError("brackets in the command do not match")
      case (_, nil): parts.append(.word(word))
      case (_, let words?): group = words + [word]
      }
      for name in Self.names(in: word) where !names.contains(name) {
        throw SequenceError("no case sets {\(name)}; there are \(names.sorted())")
      }
    }
    guard group == nil else { throw SequenceError("brackets in the command do not match") }
    self.parts = parts
  }

  /// Everything that the command has a place for.
  var names: Set<String> { required.union(optional) }

  /// What the command cannot do without.
  var required: Set<String> {
    Set(
      parts.flatMap { part -> [String] in
        guard case .word(let word) = part else { return [] }
        return Self.names(in: word)
      })
  }

  private var optional: Set<String> {
    Set(
      parts.flatMap { part -> [String] in
        guard case .optional(let words) = part else { return [] }
        return words.flatMap(Self.names)
      })
  }

  /// The command with everything filled in.
  func words(_ values: [String: String]) -> [String] {
    parts.flatMap { part -> [String] in
      switch part {
      case .word(let word): return [Self.filled(word, values)]
      case .optional(let words):
        let isSet = words.flatMap(Self.names).allSatisfy { values[$0] != nil }
        return isSet ? words.map { Self.filled($0, values) } : []
      }
    }
  }

  private static func names(in word: String) -> [String] {
    var names: [String] = []
    var rest = word[...]
    while let start = rest.firstIndex(of: "{"), let end = rest[start...].firstIndex(of: "}") {
      names.append(String(rest[rest.index(after: start)..<end]))
      rest = rest[rest.index(after: end)...]
    }
    return names
  }

  private static func filled(_ word: String, _ values: [String: String]) -> String {
    names(in: word).reduce(word) { $0.replacing("{\($1)}", with: values[$1] ?? "") }
  }
}
