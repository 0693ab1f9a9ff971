import Capabilities

/// Why a payload is not the message its type names. Offsets are bytes of the payload.
public enum MessageError: Error, Hashable, Sendable {
  /// A type that is not known and may not be skipped.
  case unknownType(UInt8)
  /// The payload ends inside a field.
  case truncated(field: String, needed: Int, available: Int, offset: Int)
  /// Bytes follow the last field.
  case trailing(byteCount: Int, offset: Int)
  /// A value out of its range.
  case outOfRange(field: String, value: Int, allowed: String, offset: Int)
  /// A TLV of a known type has another length than its type.
  case wrongLength(field: String, declared: Int, expected: ClosedRange<Int>, offset: Int)
  /// A string is not UTF-8.
  case notUTF8(field: String, offset: Int)
  /// A string that is not a name; the request fails, the connection goes on.
  case nameInvalid(field: String, fault: ImageName.Fault, offset: Int)
  /// HELLO does not begin with "FORM".
  case wrongMagic([UInt8])
  /// HELLO of another major version.
  case wrongVersion(UInt8)

  /// What the peer is told.
  public var code: ErrorCode {
    switch self {
    case .unknownType: .unknownType
    case .nameInvalid: .nameInvalid
    case .wrongVersion: .version
    case .truncated, .trailing, .outOfRange, .wrongLength, .notUTF8, .wrongMagic: .malformed
    }
  }
}

extension MessageError: CustomStringConvertible {
  /// One line: what was wrong, what was allowed, where.
  public var description: String {
    switch self {
    case .unknownType(let type): "unknown message type \(hexadecimal([type]))"
    case .truncated(let field, let needed, let available, let offset):
      "\(field): \(needed) bytes needed, \(available) left, at byte \(offset)"
    case .trailing(let byteCount, let offset):
      "\(byteCount) bytes after the last field, at byte \(offset)"
    case .outOfRange(let field, let value, let allowed, let offset):
      "\(field) is \(value), allowed is \(allowed), at byte \(offset)"
    case .wrongLength(let field, let declared, let expected, let offset):
      "\(field) has \(declared) bytes, not \(expected.count == 1 ? "" : "\(expected.lowerBound)…")"
        + "\(expected.upperBound), at byte \(offset)"
    case .notUTF8(let field, let offset): "\(field) is not UTF-8, at byte \(offset)"
    case .nameInvalid(let field, let fault, let offset): "\(field): \(fault), at byte \(offset)"
    case .wrongMagic(let bytes): "HELLO begins with \(hexadecimal(bytes)), not FORM"
    case .wrongVersion(let major):
      "major version \(major), spoken here is \(WireConstants.majorVersion)"
    }
  }
}
