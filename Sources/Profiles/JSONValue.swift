/// A JSON text as a tree; ``init(parsing:)`` and ``text`` are inverses but for white space,
/// escapes and the spelling of numbers.
package enum JSONValue: Hashable, Sendable {
  case null
  case bool(Bool)
  case number(Double)
  case string(String)
  case array([JSONValue])
  case object([Member])

  /// One name and its value; an object keeps its members in the order of the text.
  package struct Member: Hashable, Sendable {
    /// The name, unescaped; unique within its object.
    package let key: String
    /// The value.
    package let value: JSONValue

    /// A name and its value.
    package init(_ key: String, _ value: JSONValue) {
      self.key = key
      self.value = value
    }
  }

  /// What the value is, for an error.
  var kind: String {
    switch self {
    case .null: "null"
    case .bool: "true or false"
    case .number: "a number"
    case .string: "a string"
    case .array: "an array"
    case .object: "an object"
    }
  }

  /// A whole number.
  package static func integer(_ value: Int) -> JSONValue { .number(Double(value)) }
}

extension JSONValue {
  /// The shortest JSON text of the value: one line, no spaces, members in their order.
  package var text: String {
    switch self {
    case .null: return "null"
    case .bool(let value): return value ? "true" : "false"
    case .number(let value):
      // Whole numbers up to 2⁵³ are exact; Swift writes "5.0" for them, people write "5".
      if let whole = Int(exactly: value), whole.magnitude < 1 << 53 { return "\(whole)" }
      return value.isFinite ? "\(value)" : "null"
    case .string(let value): return Self.quoted(value)
    case .array(let values): return "[" + values.map(\.text).joined(separator: ",") + "]"
    case .object(let members):
      let texts = members.map { Self.quoted($0.key) + ":" + $0.value.text }
      return "{" + texts.joined(separator: ",") + "}"
    }
  }

  /// RFC 8259, section 7: quotation mark, reverse solidus and controls must be escaped.
  private static func quoted(_ string: String) -> String {
    var text = "\""
    for scalar in string.unicodeScalars {
      switch scalar {
      case "\"", "\\":
        text += "\\"
        text.unicodeScalars.append(scalar)
      case "\n": text += "\\n"
      case "\r": text += "\\r"
      case "\t": text += "\\t"
      case "\u{0}"..."\u{1F}":
        text += scalar.value < 16 ? "\\u000" : "\\u00"
        text += String(scalar.value, radix: 16)
      default: text.unicodeScalars.append(scalar)
      }
    }
    return text + "\""
  }
}
