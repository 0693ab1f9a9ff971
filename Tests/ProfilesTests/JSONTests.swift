import Testing

@testable import Profiles

private func parse(_ text: String) throws(JSONError) -> JSONValue {
  try JSONValue(parsing: Array(text.utf8))
}

@Suite struct JSONTests {
  @Test(arguments: [
    ("null", JSONValue.null), (" true ", .bool(true)), ("false", .bool(false)),
    ("0", .number(0)), ("-0.5e+1", .number(-5)), ("1E2", .number(100)),
    ("9007199254740991", .number(9_007_199_254_740_991)),
    (#""a\"\\\/\b\f\n\r\t\u00e9\ud83d\ude00""#, .string("a\"\\/\u{8}\u{c}\n\r\té😀")),
    ("[]", .array([])), ("[1,[2]]", .array([.number(1), .array([.number(2)])])),
    ("{}", .object([])),
    (#"{"b":1,"a":2}"#, .object([.init("b", .number(1)), .init("a", .number(2))])),
  ])
  func reads(text: String, value: JSONValue) throws {
    #expect(try parse(text) == value)
    #expect(try parse(value.text) == value)
  }

  @Test(arguments: [
    ("", "the text ends where a value should be", 1, 1),
    ("{\n  \"a\": 1,\n  \"a\": 2\n}", "the key \"a\" stands twice", 3, 3),
    ("{\"a\":1,}", "a key in quotes should be here", 1, 8),
    ("{\"a\" 1}", "\":\" should follow the key \"a\"", 1, 6),
    ("{\"a\":1", "\",\" or \"}\" should be here", 1, 7),
    ("[1 2]", "\",\" or \"]\" should be here", 1, 4),
    ("[1,]", "no JSON value begins like this", 1, 4),
    ("01", "text after the end of the value", 1, 2),
    ("1.", "a digit should be here", 1, 3),
    ("-", "a digit should be here", 1, 2),
    ("1e", "a digit should be here", 1, 3),
    ("1e999", "the number 1e999 is out of range", 1, 1),
    ("+1", "no JSON value begins like this", 1, 1),
    ("NaN", "no JSON value begins like this", 1, 1),
    ("nul", "no JSON value begins like this", 1, 1),
    ("\"a", "a string has no end", 1, 1),
    ("\"a\nb\"", "a control character in a string must be escaped", 1, 3),
    (#""\x""#, "no such escape", 1, 2),
    (#""\u12""#, "no such escape", 1, 2),
    (#""\u+123""#, "no such escape", 1, 2),
    (#""\ud83d""#, "half of a surrogate pair", 1, 2),
    (#""\ude00""#, "half of a surrogate pair", 1, 2),
    (#""\ud83d\u0041""#, "half of a surrogate pair", 1, 2),
  ])
  func refuses(text: String, message: String, line: Int, column: Int) {
    #expect(throws: JSONError(message: message, line: line, column: column)) {
      try parse(text)
    }
  }

  @Test func refusesWhatIsNotUTF8() {
    #expect(throws: JSONError(message: "a string is not UTF-8", line: 1, column: 2)) {
      try JSONValue(parsing: [0x5B, 0x22, 0xFF, 0x22, 0x5D])
    }
  }

  @Test func limitsDepth() throws {
    let limit = JSONValue.depthLimit
    let deepest = String(repeating: "[", count: limit) + String(repeating: "]", count: limit)
    #expect(try parse(deepest).text == deepest)
    #expect(throws: JSONError(message: "nested deeper than 32", line: 1, column: 33)) {
      try parse("[" + deepest + "]")
    }
    #expect(throws: JSONError.self) { try parse(String(repeating: "[", count: 1_000_000)) }
  }

  /// Every beginning of a text that uses everything is refused, and none of them traps.
  @Test func refusesEveryBeginning() throws {
    let text = #"{"a":[1.5e-3,"x\u00e9\ud83d\ude00",true,null,{"b":false}],"c":-0}"#
    let bytes = Array(text.utf8)
    for count in bytes.indices {
      #expect(throws: JSONError.self) { try JSONValue(parsing: Array(bytes.prefix(count))) }
    }
  }
}
