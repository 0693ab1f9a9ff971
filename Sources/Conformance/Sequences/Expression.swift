internal import Capabilities
internal import Crypto
internal import WireProtocol

/// A value that is computed when its step is run (spec/vectors/sequences/README.md, "Values").
indirect enum Expression: Sendable {
  case number(UInt64)
  /// A string: what it means depends on where it stands.
  case word(String)
  case variable(String)
  /// UTF-8 of a text in which {name} stands for a variable.
  case text(String)
  case call(Function, [Expression])

  /// How a string is read where it stands.
  enum Notation: Sendable { case hexadecimal, text }

  /// The functions, by the names that sequences use.
  enum Function: String, CaseIterable, Sendable {
    case sha256, digest, crc32, concat, `repeat`, slice, length, add, subtract, flip, u8, u16, u32
    case random, hmac
    case formKey = "form-key"
  }

  /// The value, given the variables.
  func value(
    _ variables: [String: Value], as notation: Notation = .hexadecimal
  ) throws(SequenceError) -> Value {
    switch self {
    case .number(let number): return .number(number)
    case .text(let text): return .bytes(try Self.filled(text, variables))
    case .variable(let name):
      guard let value = variables[name] else { throw SequenceError("no variable \(name) is set") }
      return value
    case .word(let word): return try Self.value(of: word, variables, as: notation)
    case .call(let function, let arguments):
      var values: [Value] = []
      for argument in arguments { values.append(try argument.value(variables)) }
      return try function.value(values)
    }
  }

  private static func value(
    of word: String, _ variables: [String: Value], as notation: Notation
  ) throws(SequenceError) -> Value {
    if case .text = notation { return .bytes(try filled(word, variables)) }
    if word.hasPrefix("0x") {
      guard let number = UInt64(word.dropFirst(2), radix: 16) else {
        throw SequenceError("\(word) is no number")
      }
      return .number(number)
    }
    if let code = ErrorCode.allCases.first(where: { $0.word == word }) {
      return .number(UInt64(code.rawValue))
    }
    guard let bytes = Capabilities.bytes(hexadecimal: word.filter { $0 != " " }) else {
      throw SequenceError("\"\(word)\" is neither hexadecimal, a 0x number nor an error's name")
    }
    return .bytes(bytes)
  }

  /// The text with every {name} replaced.
  static func filled(
    _ text: String, _ variables: [String: Value]
  ) throws(SequenceError) -> [UInt8] {
    var bytes: [UInt8] = []
    var rest = text[...]
    while let start = rest.firstIndex(of: "{"), let end = rest[start...].firstIndex(of: "}") {
      bytes += rest[..<start].utf8
      let name = String(rest[rest.index(after: start)..<end])
      switch variables[name] {
      case .number(let number): bytes += "\(number)".utf8
      case .bytes(let value): bytes += value
      case nil: throw SequenceError("no variable \(name) is set")
      }
      rest = rest[rest.index(after: end)...]
    }
    return bytes + rest.utf8
  }
}

extension Expression.Function {
  /// What one argument or result may weigh; a picture is smaller.
  private static let byteLimit = 1 << 26

  fileprivate func value(_ arguments: [Value]) throws(SequenceError) -> Value {
    switch self {
    case .sha256: return .bytes(Array(SHA256.hash(data: try bytes(arguments, 0))))
    case .digest: return .bytes(Array(SHA256.hash(data: try bytes(arguments, 0)).prefix(16)))
    case .formKey:
      let salted = Array("forme/1 form\0".utf8) + (try bytes(arguments, 0))
      return .bytes(Array(SHA256.hash(data: salted).prefix(16)))
    case .hmac:
      let key = SymmetricKey(data: try bytes(arguments, 0))
      let code = HMAC<SHA256>.authenticationCode(for: try bytes(arguments, 1), using: key)
      return .bytes(Array(code))
    case .crc32:
      var crc = CRC32()
      crc.update(try bytes(arguments, 0)[...])
      return .number(UInt64(crc.checksum))
    case .concat:
      var all: [UInt8] = []
      for index in arguments.indices { all += try bytes(arguments, index) }
      return .bytes(all)
    case .repeat: return .bytes(try repeated(arguments))
    case .slice: return .bytes(try slice(arguments))
    case .length: return .number(UInt64(try bytes(arguments, 0).count))
    case .add: return .number(try number(arguments, 0) &+ (try number(arguments, 1)))
    case .subtract: return .number(try number(arguments, 0) &- (try number(arguments, 1)))
    case .flip:
      var changed = try bytes(arguments, 0)
      try flipBit(Int(clamping: try number(arguments, 1)), in: &changed)
      return .bytes(changed)
    case .u8: return .bytes(bigEndian(try number(arguments, 0), byteCount: 1))
    case .u16: return .bytes(bigEndian(try number(arguments, 0), byteCount: 2))
    case .u32: return .bytes(bigEndian(try number(arguments, 0), byteCount: 4))
    case .random:
      let count = try self.count(arguments, 0)
      return .bytes((0..<count).map { _ in UInt8.random(in: 0...255) })
    }
  }

  private func repeated(_ arguments: [Value]) throws(SequenceError) -> [UInt8] {
    let unit = try bytes(arguments, 0)
    let (byteCount, overflow) = unit.count.multipliedReportingOverflow(
      by: try count(arguments, 1))
    guard !overflow, byteCount <= Self.byteLimit else {
      throw SequenceError("repeat makes more than \(Self.byteLimit) bytes")
    }
    return Array(repeatElement(unit, count: try count(arguments, 1)).joined())
  }

  private func slice(_ arguments: [Value]) throws(SequenceError) -> [UInt8] {
    let all = try bytes(arguments, 0)
    let start = try count(arguments, 1)
    let length = arguments.count > 2 ? try count(arguments, 2) : max(all.count - start, 0)
    guard start <= all.count, length <= all.count - start else {
      throw SequenceError("no \(length) bytes from \(start) on in \(all.count) bytes")
    }
    return Array(all[start..<start + length])
  }

  private func count(_ arguments: [Value], _ index: Int) throws(SequenceError) -> Int {
    let number = try number(arguments, index)
    guard number <= Self.byteLimit else { throw SequenceError("\(number) bytes are too many") }
    return Int(number)
  }

  private func bytes(_ arguments: [Value], _ index: Int) throws(SequenceError) -> [UInt8] {
    guard index < arguments.count, let bytes = arguments[index].bytes else {
      throw SequenceError("\(rawValue) needs bytes as argument \(index + 1)")
    }
    return bytes
  }

  private func number(_ arguments: [Value], _ index: Int) throws(SequenceError) -> UInt64 {
    guard index < arguments.count, let number = arguments[index].number else {
      throw SequenceError("\(rawValue) needs a number as argument \(index + 1)")
    }
    return number
  }
}

/// The low bytes of `number`, most significant first.
func bigEndian(_ number: UInt64, byteCount: Int) -> [UInt8] {
  (0..<byteCount).reversed().map { UInt8(truncatingIfNeeded: number >> (8 * UInt64($0))) }
}

/// Flips a bit, counted from the first byte's highest.
func flipBit(_ index: Int, in bytes: inout [UInt8]) throws(SequenceError) {
  guard bytes.indices.contains(index / 8) else {
    throw SequenceError("no bit \(index) in \(bytes.count) bytes")
  }
  bytes[index / 8] ^= 0x80 >> UInt8(index % 8)
}

extension Expression {
  /// What always has this value.
  init(_ value: Value) {
    switch value {
    case .number(let number): self = .number(number)
    case .bytes(let bytes): self = .word(hexadecimal(bytes))
    }
  }
}
