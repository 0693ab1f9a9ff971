internal import WireProtocol

extension MessageLayout {
  /// The payload that the fields of a sequence give; those that it does not name are as usual.
  func payload(
    _ inputs: [(name: String, input: FieldInput)], _ variables: [String: Value]
  ) throws(SequenceError) -> [UInt8] {
    var payload: [UInt8] = []
    for field in fields {
      if case .reference = field.kind {
        payload += try Self.reference(inputs, variables)
      } else if let input = inputs.first(where: { $0.name == field.name })?.input {
        payload += try Self.encoded(input, field, variables)
      } else {
        payload += field.usual
      }
    }
    return payload
  }

  private static func reference(
    _ inputs: [(name: String, input: FieldInput)], _ variables: [String: Value]
  ) throws(SequenceError) -> [UInt8] {
    for (name, input) in inputs {
      switch name {
      case "name": return [1] + (try prefixed(input, .text, variables))
      case "image": return [0] + (try input.bytes(.hexadecimal, variables))
      default: continue
      }
    }
    throw SequenceError("GET needs a name or an image")
  }

  private static func encoded(
    _ input: FieldInput, _ field: Field, _ variables: [String: Value]
  ) throws(SequenceError) -> [UInt8] {
    switch field.kind {
    case .number(let byteCount):
      let number = try input.number(variables)
      guard byteCount == 8 || number < 1 << (8 * UInt64(byteCount)) else {
        throw SequenceError("\(field.name): \(number) has no room in \(byteCount) bytes")
      }
      return bigEndian(number, byteCount: byteCount)
    case .bytes(let count):
      let bytes = try input.bytes(.hexadecimal, variables)
      guard bytes.count == count else {
        throw SequenceError("\(field.name): \(bytes.count) bytes instead of \(count)")
      }
      return bytes
    case .text: return try prefixed(input, .text, variables)
    case .prefixed: return try prefixed(input, .hexadecimal, variables)
    case .rest: return try input.bytes(.hexadecimal, variables)
    case .keys: return try input.joined(variables) { bytes in bytes }
    case .countedKeys:
      return [try input.listCount()] + (try input.joined(variables) { bytes in bytes })
    case .texts:
      var payload: [UInt8] = []
      for each in try input.list() { payload += try prefixed(each, .text, variables) }
      return payload
    case .descriptors:
      return [try input.listCount()]
        + (try input.joined(variables) { bytes in
          bigEndian(UInt64(bytes.count), byteCount: 2) + bytes
        })
    case .typedFields:
      var payload: [UInt8] = []
      for each in try input.list() {
        let parts = try each.list()
        guard parts.count == 2 else { throw SequenceError("a TLV is a type and a value") }
        payload.append(UInt8(truncatingIfNeeded: try parts[0].number(variables)))
        payload += try prefixed(parts[1], .hexadecimal, variables)
      }
      return payload
    case .host:
      let bytes = try input.bytes(.hexadecimal, variables)
      guard bytes.count == 4 || bytes.count == 16 else {
        throw SequenceError("\(field.name): an address has 4 bytes or 16, not \(bytes.count)")
      }
      return [bytes.count == 4 ? 4 : 6] + bytes
    case .entries, .reference: throw SequenceError("\(field.name) is given as a payload")
    }
  }

  private static func prefixed(
    _ input: FieldInput, _ notation: Expression.Notation, _ variables: [String: Value]
  ) throws(SequenceError) -> [UInt8] {
    let bytes = try input.bytes(notation, variables)
    guard bytes.count <= 255 else { throw SequenceError("a length u8 cannot say \(bytes.count)") }
    return [UInt8(bytes.count)] + bytes
  }
}

extension MessageLayout.Field {
  /// The bytes of a field that a sequence does not set.
  fileprivate var usual: [UInt8] {
    switch kind {
    case .number(let byteCount): bigEndian(normal?.number ?? 0, byteCount: byteCount)
    case .bytes(let count): normal?.bytes ?? Array(repeating: 0, count: count)
    case .prefixed: [UInt8(normal?.bytes?.count ?? 0)] + (normal?.bytes ?? [])
    case .text, .countedKeys, .descriptors: [0]
    case .host: [4, 127, 0, 0, 1]
    case .rest, .keys, .texts, .typedFields, .entries, .reference: []
    }
  }
}

extension FieldInput {
  fileprivate func value(
    _ notation: Expression.Notation, _ variables: [String: Value]
  ) throws(SequenceError) -> Value {
    guard case .expression(let expression) = self else {
      throw SequenceError("a list stands where one value should be")
    }
    return try expression.value(variables, as: notation)
  }

  fileprivate func bytes(
    _ notation: Expression.Notation, _ variables: [String: Value]
  ) throws(SequenceError) -> [UInt8] {
    guard let bytes = try value(notation, variables).bytes else {
      throw SequenceError("a number stands where bytes should be")
    }
    return bytes
  }

  fileprivate func number(_ variables: [String: Value]) throws(SequenceError) -> UInt64 {
    guard let number = try value(.hexadecimal, variables).number else {
      throw SequenceError("bytes stand where a number should be")
    }
    return number
  }

  fileprivate func list() throws(SequenceError) -> [FieldInput] {
    guard case .list(let inputs) = self else {
      throw SequenceError("one value stands where a list should be")
    }
    return inputs
  }

  fileprivate func listCount() throws(SequenceError) -> UInt8 {
    guard let count = UInt8(exactly: try list().count) else {
      throw SequenceError("a list is too long")
    }
    return count
  }

  fileprivate func joined(
    _ variables: [String: Value], _ write: ([UInt8]) -> [UInt8]
  ) throws(SequenceError) -> [UInt8] {
    var payload: [UInt8] = []
    for each in try list() { payload += write(try each.bytes(.hexadecimal, variables)) }
    return payload
  }
}
