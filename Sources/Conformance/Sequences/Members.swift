internal import Profiles

/// The members of a JSON object, taken one after the other; what nobody took is a mistake.
struct Members {
  private var rest: [String: JSONValue] = [:]
  /// Where the object stands, for errors.
  let place: String

  init(_ value: JSONValue, at place: String) throws(SequenceError) {
    self.place = place
    guard case .object(let members) = value else {
      throw SequenceError("\(place): an object should be here")
    }
    for member in members { rest[member.key] = member.value }
  }

  /// The names of what was not taken yet.
  var names: [String] { rest.keys.sorted() }

  mutating func take(_ name: String) -> JSONValue? { rest.removeValue(forKey: name) }

  mutating func required(_ name: String) throws(SequenceError) -> JSONValue {
    guard let value = take(name) else { throw SequenceError("\(place): \(name) is missing") }
    return value
  }

  mutating func text(_ name: String) throws(SequenceError) -> String? {
    guard let value = take(name) else { return nil }
    guard case .string(let text) = value else {
      throw SequenceError("\(place): \(name) should be a string")
    }
    return text
  }

  mutating func flag(_ name: String) throws(SequenceError) -> Bool? {
    guard let value = take(name) else { return nil }
    guard case .bool(let flag) = value else {
      throw SequenceError("\(place): \(name) should be true or false")
    }
    return flag
  }

  /// A whole number of at most a day in milliseconds, or as many bytes.
  mutating func count(_ name: String) throws(SequenceError) -> Int? {
    guard let value = take(name) else { return nil }
    guard case .number(let number) = value, let count = Int(exactly: number),
      (0...86_400_000).contains(count)
    else { throw SequenceError("\(place): \(name) should be a number of 0 to 86400000") }
    return count
  }

  mutating func list(_ name: String) throws(SequenceError) -> [JSONValue]? {
    guard let value = take(name) else { return nil }
    guard case .array(let values) = value else {
      throw SequenceError("\(place): \(name) should be a list")
    }
    return values
  }

  mutating func texts(_ name: String) throws(SequenceError) -> [String] {
    var texts: [String] = []
    for value in try list(name) ?? [] {
      guard case .string(let text) = value else {
        throw SequenceError("\(place): \(name) should list strings")
      }
      texts.append(text)
    }
    return texts
  }

  /// Names and values of an object, in the order of the text.
  mutating func pairs<Element>(
    _ name: String, _ read: (JSONValue) throws(SequenceError) -> Element
  ) throws(SequenceError) -> [(name: String, value: Element)] {
    guard let value = take(name) else { return [] }
    guard case .object(let members) = value else {
      throw SequenceError("\(place): \(name) should be an object")
    }
    var pairs: [(name: String, value: Element)] = []
    for member in members { pairs.append((member.key, try read(member.value))) }
    return pairs
  }

  mutating func expression(_ name: String) throws(SequenceError) -> Expression? {
    guard let value = take(name) else { return nil }
    return try Expression(value, at: place)
  }

  mutating func requiredExpression(_ name: String) throws(SequenceError) -> Expression {
    try Expression(required(name), at: place)
  }

  /// Refuses what was not taken.
  func finish() throws(SequenceError) {
    guard let name = names.first else { return }
    throw SequenceError("\(place): \(name) has no meaning here")
  }
}

extension Expression {
  init(_ value: JSONValue, at place: String) throws(SequenceError) {
    switch value {
    case .bool(let flag): self = .number(flag ? 1 : 0)
    case .number(let number):
      guard let number = UInt64(exactly: number) else {
        throw SequenceError("\(place): \(number) is not a whole number from 0 on")
      }
      self = .number(number)
    case .string(let word) where word.hasPrefix("$"): self = .variable(String(word.dropFirst()))
    case .string(let word): self = .word(word)
    case .object(let members):
      guard members.count == 1, let member = members.first else {
        throw SequenceError("\(place): a value is an object with one member")
      }
      if member.key == "text" {
        guard case .string(let text) = member.value else {
          throw SequenceError("\(place): text should be a string")
        }
        self = .text(text)
        return
      }
      guard let function = Function(rawValue: member.key) else {
        throw SequenceError("\(place): no function is named \(member.key)")
      }
      var arguments: [Expression] = []
      if case .array(let values) = member.value {
        for value in values { arguments.append(try Expression(value, at: place)) }
      } else {
        arguments = [try Expression(member.value, at: place)]
      }
      self = .call(function, arguments)
    case .null, .array: throw SequenceError("\(place): a value should be here")
    }
  }
}
