internal import WireProtocol

/// A payload that is not what the message's fields make.
struct PayloadFault: Error, Hashable, CustomStringConvertible {
  /// One line.
  let description: String
}

extension MessageLayout {
  /// The fields of a payload by their names, elements of lists as `name.0`, and `name.count`.
  /// - Throws: ``PayloadFault`` when the payload ends inside a field or goes on after the last.
  func read(_ payload: [UInt8]) throws(PayloadFault) -> [(name: String, value: Value)] {
    var cursor = Cursor(payload)
    for field in fields { try cursor.read(field) }
    guard cursor.isAtEnd else {
      throw PayloadFault(description: "\(payload.count - cursor.offset) bytes after its last field")
    }
    return cursor.values
  }

  private struct Cursor {
    private let payload: [UInt8]
    private(set) var offset = 0
    private(set) var values: [(name: String, value: Value)] = []

    init(_ payload: [UInt8]) { self.payload = payload }

    var isAtEnd: Bool { offset == payload.count }

    mutating func read(_ field: Field) throws(PayloadFault) {
      let name = field.name
      switch field.kind {
      case .number(let byteCount): set(name, .number(try number(byteCount, name)))
      case .bytes(let count): set(name, .bytes(try take(count, name)))
      case .text, .prefixed: set(name, .bytes(try prefixed(name)))
      case .rest: set(name, .bytes(try take(payload.count - offset, name)))
      case .countedKeys:
        let count = try number(1, name)
        for index in 0..<count { set("\(name).\(index)", .bytes(try take(16, name))) }
        set("\(name).count", .number(count))
      case .keys:
        try list(name) { (c, each) throws(PayloadFault) in
          c.set(each, .bytes(try c.take(16, each)))
        }
      case .texts:
        try list(name) { (c, each) throws(PayloadFault) in
          c.set(each, .bytes(try c.prefixed(each)))
        }
      case .descriptors:
        let count = try number(1, name)
        for index in 0..<count {
          let byteCount = Int(try number(2, name))
          set("\(name).\(index)", .bytes(try take(byteCount, name)))
        }
        set("\(name).count", .number(count))
      case .typedFields:
        try list(name) { (c, each) throws(PayloadFault) in
          let type = try c.number(1, each)
          let value = Value.bytes(try c.prefixed(each))
          c.set("\(each).type", .number(type))
          c.set("\(each).value", value)
          // A sequence cannot know where among them one stands.
          c.set("\(name).0x\(String(type, radix: 16))", value)
        }
      case .reference:
        let kind = try number(1, "kind")
        set("kind", .number(kind))
        if kind == 0 {
          set("image", .bytes(try take(16, "image")))
        } else {
          set("name", .bytes(try prefixed("name")))
        }
      case .host:
        let family = try number(1, name)
        guard family == 4 || family == 6 else {
          throw PayloadFault(description: "\(name) is of family \(family), not 4 or 6")
        }
        set(name, .bytes(try take(family == 4 ? 4 : 16, name)))
      case .entries:
        try list(name) { (c, each) throws(PayloadFault) in
          c.set("\(each).name", .bytes(try c.prefixed(each)))
          c.set("\(each).image", .bytes(try c.take(16, each)))
          c.set("\(each).size", .number(try c.number(4, each)))
          c.set("\(each).time", .number(try c.number(4, each)))
        }
      }
    }

    private mutating func set(_ name: String, _ value: Value) { values.append((name, value)) }

    private mutating func list(
      _ name: String, _ read: (inout Cursor, String) throws(PayloadFault) -> Void
    ) throws(PayloadFault) {
      var count = 0
      while !isAtEnd {
        try read(&self, "\(name).\(count)")
        count += 1
      }
      set("\(name).count", .number(UInt64(count)))
    }

    private mutating func number(_ byteCount: Int, _ name: String) throws(PayloadFault) -> UInt64 {
      try take(byteCount, name).reduce(0) { $0 << 8 | UInt64($1) }
    }

    private mutating func prefixed(_ name: String) throws(PayloadFault) -> [UInt8] {
      let count = Int(try number(1, name))
      return try take(count, name)
    }

    private mutating func take(_ count: Int, _ name: String) throws(PayloadFault) -> [UInt8] {
      guard count <= payload.count - offset else {
        throw PayloadFault(
          description: "it ends inside \(name), at byte \(offset) of \(payload.count)")
      }
      defer { offset += count }
      return Array(payload[offset..<offset + count])
    }
  }
}
