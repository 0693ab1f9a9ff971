/// Why a descriptor is refused. Offsets are bytes from the descriptor's first; they are `nil` when
/// the capability came as values, from a profile file for instance.
public enum CapabilityError: Error, Hashable, Sendable {
  /// The bytes end inside a field.
  case truncated(needed: Int, available: Int, offset: Int)
  /// A field that this version does not know; nearly right is wrong, so it is refused.
  case unknownField(type: UInt8, offset: Int)
  /// A container, codec, colour model or halftone method that this version does not know.
  case unknownValue(field: String, value: Int, known: String, offset: Int)
  /// Types must ascend strictly.
  case outOfOrder(type: UInt8, after: UInt8, offset: Int)
  /// A field's length is not what its type and first bytes say.
  case wrongLength(field: String, declared: Int, expected: Int, offset: Int)
  /// A value out of its range; `field` is the key of the profile file ("fit.margins.left").
  case outOfRange(field: String, value: Int, allowed: String, offset: Int?)
  /// A field that holds its default must be left out.
  case defaultPresent(field: String, offset: Int)
  /// A required field is not there.
  case missing(field: String)
  /// Fields that make no sense together.
  case contradiction(field: String, reason: String)
  /// The form would be larger than any form may be.
  case formTooLarge(quantity: String, value: Int, limit: Int)
}

extension CapabilityError: CustomStringConvertible {
  /// One line: what was wrong, what was allowed, where.
  public var description: String {
    switch self {
    case .truncated(let needed, let available, let offset):
      "descriptor ends early: \(needed) bytes needed, \(available) left, at byte \(offset)"
    case .unknownField(let type, let offset):
      "unknown descriptor field 0x\(hexadecimal([type])) at byte \(offset)"
    case .unknownValue(let field, let value, let known, let offset):
      "\(field) \(value) is not known, known are \(known), at byte \(offset)"
    case .outOfOrder(let type, let previous, let offset):
      "field 0x\(hexadecimal([type])) after 0x\(hexadecimal([previous])) at byte \(offset): "
        + "types must ascend"
    case .wrongLength(let field, let declared, let expected, let offset):
      "\(field) has \(declared) bytes, not \(expected), at byte \(offset)"
    case .outOfRange(let field, let value, let allowed, let offset):
      "\(field) is \(value), allowed is \(allowed)" + (offset.map { ", at byte \($0)" } ?? "")
    case .defaultPresent(let field, let offset):
      "\(field) holds its default and must be left out, at byte \(offset)"
    case .missing(let field):
      "\(field) is missing"
    case .contradiction(let field, let reason):
      "\(field): \(reason)"
    case .formTooLarge(let quantity, let value, let limit):
      "the form would have \(value) \(quantity), allowed are \(limit)"
    }
  }
}
