// A strict reader of RFC 8259. Foundation's readers are not used because they keep one of two
// equal names silently; in a profile that is a mistake somebody must hear of.

/// Where a text is not JSON.
package struct JSONError: Error, Hashable, Sendable {
  /// What was wrong, without the place.
  package let message: String
  /// Line of the offending byte, from 1.
  package let line: Int
  /// Byte within its line, from 1.
  package let column: Int
}

extension JSONValue {
  /// The deepest nesting; a profile needs five.
  static let depthLimit = 32

  /// The value that `bytes` write in UTF-8.
  /// - Throws: ``JSONError`` for anything that RFC 8259 does not allow, a name that stands twice
  ///   in one object, a number beyond Double's range, or nesting deeper than 32.
  package init(parsing bytes: [UInt8]) throws(JSONError) {
    var parser = JSONParser(bytes: bytes)
    self = try parser.document()
  }
}

private struct JSONParser {
  private let bytes: [UInt8]
  private var offset = 0

  init(bytes: [UInt8]) { self.bytes = bytes }

  mutating func document() throws(JSONError) -> JSONValue {
    let value = try value(depth: 0)
    skipSpace()
    guard next == nil else { throw failure("text after the end of the value") }
    return value
  }

  private var next: UInt8? { offset < bytes.count ? bytes[offset] : nil }

  private func failure(_ message: String, at place: Int? = nil) -> JSONError {
    let before = bytes.prefix(place ?? offset)
    let newline = UInt8(ascii: "\n")
    let lineStart = before.lastIndex(of: newline).map { $0 + 1 } ?? 0
    return JSONError(
      message: message, line: before.count { $0 == newline } + 1,
      column: before.count - lineStart + 1)
  }

  private mutating func skipSpace() {
    while let byte = next, [0x20, 0x0A, 0x0D, 0x09].contains(byte) { offset += 1 }
  }

  /// Consumes `byte` after white space, if it is next.
  private mutating func take(_ byte: Unicode.Scalar) -> Bool {
    skipSpace()
    guard next == UInt8(ascii: byte) else { return false }
    offset += 1
    return true
  }

  private mutating func value(depth: Int) throws(JSONError) -> JSONValue {
    skipSpace()
    guard depth < JSONValue.depthLimit else {
      throw failure("nested deeper than \(JSONValue.depthLimit)")
    }
    guard let byte = next else { throw failure("the text ends where a value should be") }
    switch byte {
    case UInt8(ascii: "{"): return .object(try members(depth: depth))
    case UInt8(ascii: "["): return .array(try elements(depth: depth))
    case UInt8(ascii: "\""): return .string(try string())
    case UInt8(ascii: "-"), UInt8(ascii: "0")...UInt8(ascii: "9"): return .number(try number())
    default: return try literal()
    }
  }

  private mutating func members(depth: Int) throws(JSONError) -> [JSONValue.Member] {
    offset += 1
    var members: [JSONValue.Member] = []
    var seen: Set<String> = []
    if take("}") { return members }
    repeat {
      skipSpace()
      let start = offset
      guard next == UInt8(ascii: "\"") else { throw failure("a key in quotes should be here") }
      let key = try string()
      guard seen.insert(key).inserted else {
        throw failure("the key \"\(key)\" stands twice", at: start)
      }
      guard take(":") else { throw failure("\":\" should follow the key \"\(key)\"") }
      members.append(.init(key, try value(depth: depth + 1)))
    } while take(",")
    guard take("}") else { throw failure("\",\" or \"}\" should be here") }
    return members
  }

  private mutating func elements(depth: Int) throws(JSONError) -> [JSONValue] {
    offset += 1
    var elements: [JSONValue] = []
    if take("]") { return elements }
    repeat { elements.append(try value(depth: depth + 1)) } while take(",")
    guard take("]") else { throw failure("\",\" or \"]\" should be here") }
    return elements
  }

  private mutating func literal() throws(JSONError) -> JSONValue {
    let words: [(String, JSONValue)] = [
      ("true", .bool(true)), ("false", .bool(false)), ("null", .null),
    ]
    for (word, value) in words where bytes[offset...].starts(with: word.utf8) {
      offset += word.utf8.count
      return value
    }
    throw failure("no JSON value begins like this")
  }

  /// Section 6: `-? (0 | [1-9][0-9]*) (. [0-9]+)? ([eE] [+-]? [0-9]+)?`.
  private mutating func number() throws(JSONError) -> Double {
    let start = offset
    if next == UInt8(ascii: "-") { offset += 1 }
    if next == UInt8(ascii: "0") { offset += 1 } else { try digits() }
    if next == UInt8(ascii: ".") {
      offset += 1
      try digits()
    }
    if next == UInt8(ascii: "e") || next == UInt8(ascii: "E") {
      offset += 1
      if next == UInt8(ascii: "+") || next == UInt8(ascii: "-") { offset += 1 }
      try digits()
    }
    let text = String(decoding: bytes[start..<offset], as: UTF8.self)
    guard let value = Double(text), value.isFinite else {
      throw failure("the number \(text) is out of range", at: start)
    }
    return value
  }

  private mutating func digits() throws(JSONError) {
    let start = offset
    while let byte = next, (UInt8(ascii: "0")...UInt8(ascii: "9")).contains(byte) { offset += 1 }
    guard offset > start else { throw failure("a digit should be here") }
  }

  private mutating func string() throws(JSONError) -> String {
    let start = offset
    offset += 1
    var text: [UInt8] = []
    while let byte = next {
      switch byte {
      case UInt8(ascii: "\""):
        offset += 1
        guard let string = String(validating: text, as: UTF8.self) else {
          throw failure("a string is not UTF-8", at: start)
        }
        return string
      case UInt8(ascii: "\\"):
        text += try escape()
      case 0..<0x20:
        throw failure("a control character in a string must be escaped")
      default:
        text.append(byte)
        offset += 1
      }
    }
    throw failure("a string has no end", at: start)
  }

  /// Section 7, from the reverse solidus on; surrogates must come in pairs.
  private mutating func escape() throws(JSONError) -> [UInt8] {
    let simple: [UInt8: UInt8] = [
      UInt8(ascii: "\""): 0x22, UInt8(ascii: "\\"): 0x5C, UInt8(ascii: "/"): 0x2F,
      UInt8(ascii: "b"): 0x08, UInt8(ascii: "f"): 0x0C, UInt8(ascii: "n"): 0x0A,
      UInt8(ascii: "r"): 0x0D, UInt8(ascii: "t"): 0x09,
    ]
    let start = offset
    offset += 1
    if let byte = next, let plain = simple[byte] {
      offset += 1
      return [plain]
    }
    var units = [try codeUnit(start)]
    if UTF16.isLeadSurrogate(units[0]), next == UInt8(ascii: "\\") {
      offset += 1
      units.append(try codeUnit(start))
    }
    guard let string = String(validating: units, as: UTF16.self) else {
      throw failure("half of a surrogate pair", at: start)
    }
    return Array(string.utf8)
  }

  /// The four digits after "u".
  private mutating func codeUnit(_ start: Int) throws(JSONError) -> UInt16 {
    let digits = bytes.dropFirst(offset + 1).prefix(4)
    guard next == UInt8(ascii: "u"), digits.count == 4,
      digits.allSatisfy({ Character(Unicode.Scalar($0)).isHexDigit }),
      let unit = UInt16(String(decoding: digits, as: UTF8.self), radix: 16)
    else { throw failure("no such escape", at: start) }
    offset += 5
    return unit
  }
}
