internal import WireProtocol

/// The fields of a message as spec/PROTOCOL.md lists them, read from its text once more so that what
/// the programs under test do is judged by another reading.
struct MessageLayout: Sendable {
  /// How a field is written.
  enum Kind: Sendable {
    case number(byteCount: Int)
    case bytes(Int)
    /// u8 length and that many bytes of UTF-8.
    case text
    /// u8 length and that many bytes.
    case prefixed
    /// Bytes to the payload's end.
    case rest
    /// u8 count and as many × 16 bytes.
    case countedKeys
    /// 16 bytes each, to the payload's end.
    case keys
    /// Texts to the payload's end.
    case texts
    /// u8 count and as many × (u16 length, bytes).
    case descriptors
    /// Type u8, length u8 and bytes each, to the payload's end.
    case typedFields
    /// kind u8, then 16 bytes (0) or a text (1).
    case reference
    /// Text, 16 bytes, u32, u32 each, to the payload's end.
    case entries
    /// family u8, then 4 bytes (4) or 16 (6).
    case host
  }

  /// A field and what it is when a sequence does not say.
  struct Field: Sendable {
    let name: String
    let kind: Kind
    let normal: Value?

    init(_ name: String, _ kind: Kind, _ normal: Value? = nil) {
      self.name = name
      self.kind = kind
      self.normal = normal
    }
  }

  let fields: [Field]

  /// True when a sequence may set or ask for this field.
  func accepts(_ name: String) -> Bool { field(of: name) != nil }

  /// The field that a name such as `keys.0` belongs to.
  func field(of name: String) -> Field? {
    let first = name.prefix { $0 != "." }
    return fields.first {
      if case .reference = $0.kind { return ["kind", "name", "image"].contains(first) }
      return $0.name == first
    }
  }

  /// How a string in a sequence is read that stands for this field.
  func notation(of name: String) -> Expression.Notation {
    switch field(of: name)?.kind {
    case .text, .texts: .text
    case .reference: name == "name" ? .text : .hexadecimal
    case .entries: name.hasSuffix(".name") ? .text : .hexadecimal
    default: .hexadecimal
    }
  }

  init(_ type: MessageType) {
    fields =
      switch type {
      case .hello:
        [
          Field("magic", .bytes(4), .bytes(Array("FORM".utf8))), Field("major", .u8, .number(1)),
          Field("minor", .u8), Field("maxFrame", .u16, .number(8192)), Field("keepAlive", .u16),
          Field("deviceId", .prefixed), Field("keys", .countedKeys), Field("tlvs", .typedFields),
        ]
      case .welcome:
        [
          Field("minor", .u8), Field("flags", .u8), Field("maxFrame", .u16, .number(8192)),
          Field("keepAlive", .u16, .number(300)), Field("time", .number(byteCount: 8)),
          Field("nonce", .bytes(32)),
        ]
      case .capabilities: [Field("descriptors", .descriptors)]
      case .accepted: [Field("keys", .keys)]
      case .prove: [Field("id", .prefixed), Field("nonce", .bytes(32)), Field("proof", .bytes(32))]
      case .proven: [Field("proof", .bytes(32))]
      case .get:
        [
          Field("reference", .reference), Field("shown", .bytes(16)), Field("partial", .bytes(16)),
          Field("offset", .u32), Field("credit", .u32, .number(1 << 20)),
        ]
      case .form:
        [
          Field("status", .u8), Field("alternative", .u8), Field("etag", .bytes(16)),
          Field("sent", .bytes(16)), Field("total", .u32), Field("offset", .u32),
          Field("length", .u32), Field("width", .u16), Field("height", .u16), Field("codec", .u8),
          Field("parameter", .u8), Field("generation", .u32), Field("nextPoll", .u32),
        ]
      case .data: [Field("bytes", .rest)]
      case .credit: [Field("bytes", .u32)]
      case .put: [Field("name", .text), Field("length", .u32), Field("sha256", .bytes(32))]
      case .ready: [Field("nextOffset", .u32), Field("credit", .u32)]
      case .stored: [Field("image", .bytes(16)), Field("generation", .u32)]
      case .list: [Field("prefix", .text), Field("after", .text)]
      case .listing: [Field("entries", .entries)]
      case .remove: [Field("name", .text)]
      case .watch: [Field("names", .texts)]
      case .notify: [Field("name", .text), Field("image", .bytes(16)), Field("generation", .u32)]
      case .goAway: [Field("reason", .u8), Field("holdOff", .u32)]
      case .refer:
        [
          Field("ttl", .u16, .number(60)), Field("host", .host),
          Field("port", .u16, .number(3_676)),
          Field("ticket", .prefixed, .bytes([0])),
        ]
      case .origin:
        [
          Field("flags", .u8), Field("prefix", .text), Field("deviceId", .prefixed),
          Field("keyId", .prefixed), Field("keys", .countedKeys), Field("sealed", .prefixed),
        ]
      case .error:
        [
          Field("code", .u8), Field("flags", .u8), Field("retryAfter", .u16),
          Field("detail", .text),
        ]
      case .cancel, .ok, .ping, .pong: []
      }
  }
}

extension MessageLayout.Kind {
  static let u8 = MessageLayout.Kind.number(byteCount: 1)
  static let u16 = MessageLayout.Kind.number(byteCount: 2)
  static let u32 = MessageLayout.Kind.number(byteCount: 4)
}
