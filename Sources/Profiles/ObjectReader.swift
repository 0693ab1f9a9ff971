internal import Capabilities

/// Reads the members of one object of a profile; every failure names the path of its key.
struct ObjectReader {
  /// Path of the object with a dot behind it, empty for the whole file.
  private let prefix: String
  private let members: [String: JSONValue]

  /// - Throws: ``ProfileError/Reason/wrongType(path:found:expected:)`` for anything but an object,
  ///   ``ProfileError/Reason/unknownKey(path:allowed:)`` for a key outside `keys`.
  init(_ value: JSONValue, path: String, keys: [String]) throws(ProfileError.Reason) {
    try self.init(value, path: path)
    try allow(keys)
  }

  /// An object whose keys depend on one of its values; ``allow(_:)`` must follow.
  init(_ value: JSONValue, path: String) throws(ProfileError.Reason) {
    guard case .object(let members) = value else {
      throw .wrongType(
        path: path.isEmpty ? "the profile" : path, found: value.kind, expected: "an object")
    }
    prefix = path.isEmpty ? "" : path + "."
    self.members = Dictionary(members.map { ($0.key, $0.value) }) { first, _ in first }
  }

  /// Refuses every key outside `keys`.
  func allow(_ keys: [String]) throws(ProfileError.Reason) {
    // Sorted, so that a file with two mistakes always reports the same one.
    for key in members.keys.sorted() where !keys.contains(key) {
      throw .unknownKey(path: path(key), allowed: keys)
    }
  }

  func path(_ key: String) -> String { prefix + key }

  func has(_ key: String) -> Bool { members[key] != nil }

  func value(_ key: String) throws(ProfileError.Reason) -> JSONValue {
    guard let value = members[key] else { throw .missing(path: path(key)) }
    return value
  }

  func object(_ key: String, keys: [String]) throws(ProfileError.Reason) -> ObjectReader {
    try ObjectReader(try value(key), path: path(key), keys: keys)
  }

  /// The elements of an array, each with its path.
  func array(_ key: String) throws(ProfileError.Reason) -> [(path: String, value: JSONValue)] {
    let value = try value(key)
    guard case .array(let values) = value else { throw wrongType(key, value, "an array") }
    return values.enumerated().map { ("\(path(key))[\($0)]", $1) }
  }

  func string(_ key: String) throws(ProfileError.Reason) -> String {
    let value = try value(key)
    guard case .string(let string) = value else { throw wrongType(key, value, "a string") }
    return string
  }

  func bool(_ key: String, default standard: Bool) throws(ProfileError.Reason) -> Bool {
    guard has(key) else { return standard }
    let value = try value(key)
    guard case .bool(let bool) = value else { throw wrongType(key, value, "true or false") }
    return bool
  }

  func number(_ key: String) throws(ProfileError.Reason) -> Double {
    let value = try value(key)
    guard case .number(let number) = value else { throw wrongType(key, value, "a number") }
    return number
  }

  func integer(_ key: String) throws(ProfileError.Reason) -> Int {
    let number = try number(key)
    guard let integer = Int(exactly: number) else {
      throw .wrongType(
        path: path(key), found: JSONValue.number(number).text, expected: "a whole number")
    }
    return integer
  }

  func integer(_ key: String, default standard: Int) throws(ProfileError.Reason) -> Int {
    has(key) ? try integer(key) : standard
  }

  func integer(_ key: String, in range: ClosedRange<Int>) throws(ProfileError.Reason) -> Int {
    let integer = try integer(key)
    guard range.contains(integer) else {
      throw .outOfRange(
        path: path(key), value: "\(integer)",
        allowed: "\(range.lowerBound)…\(range.upperBound)")
    }
    return integer
  }

  /// The case of `Value` whose word stands at `key`.
  func word<Value: CaseIterable>(
    _ key: String, _ word: (Value) -> String
  ) throws(ProfileError.Reason) -> Value {
    let text = try string(key)
    guard let value = Value.allCases.first(where: { word($0) == text }) else {
      throw .outOfRange(
        path: path(key), value: "\"\(text)\"",
        allowed: Value.allCases.map(word).joined(separator: ", "))
    }
    return value
  }

  func word<Value: CaseIterable>(
    _ key: String, default standard: Value, _ word: (Value) -> String
  ) throws(ProfileError.Reason) -> Value {
    has(key) ? try self.word(key, word) : standard
  }

  /// A colour written "#rrggbb".
  func color(_ key: String) throws(ProfileError.Reason) -> RGB8 {
    let text = try string(key)
    guard text.first == "#", let channels = bytes(hexadecimal: text.dropFirst()),
      channels.count == 3
    else {
      throw .outOfRange(path: path(key), value: "\"\(text)\"", allowed: "#rrggbb")
    }
    return RGB8(red: channels[0], green: channels[1], blue: channels[2])
  }

  /// Bytes written as two hexadecimal digits each; none when the key is absent.
  func hexadecimal(_ key: String) throws(ProfileError.Reason) -> [UInt8] {
    guard has(key) else { return [] }
    let text = try string(key)
    guard let bytes = bytes(hexadecimal: text) else {
      throw .outOfRange(
        path: path(key), value: "\"\(text)\"", allowed: "two hexadecimal digits a byte")
    }
    return bytes
  }

  /// Every member, for objects of free text.
  var all: [String: JSONValue] { members }

  private func wrongType(
    _ key: String, _ value: JSONValue, _ expected: String
  ) -> ProfileError.Reason {
    .wrongType(path: path(key), found: value.kind, expected: expected)
  }
}
