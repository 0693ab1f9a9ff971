internal import Crypto

/// Names one kind of device: the first 16 bytes of
/// SHA-256("forme/1 form" ‖ 00 ‖ canonical descriptor). See spec/DESCRIPTOR.md, "Form key".
public struct FormKey: Hashable, Sendable, Comparable, CustomStringConvertible {
  /// Bytes of a key.
  public static let byteCount = 16

  /// The 16 bytes.
  public let bytes: [UInt8]

  /// A key received from elsewhere.
  /// - Returns: `nil` unless there are exactly 16 bytes.
  public init?(_ bytes: [UInt8]) {
    guard bytes.count == Self.byteCount else { return nil }
    self.bytes = bytes
  }

  /// The key of a capability.
  public init(_ capability: Capability) {
    var hash = SHA256()
    hash.update(data: Array("forme/1 form\0".utf8))
    hash.update(data: capability.descriptor)
    bytes = Array(hash.finalize().prefix(Self.byteCount))
  }

  /// Bytewise order.
  public static func < (left: FormKey, right: FormKey) -> Bool {
    left.bytes.lexicographicallyPrecedes(right.bytes)
  }

  /// Hexadecimal, 32 digits.
  public var description: String { hexadecimal(bytes) }
}

extension Capability {
  /// Names this kind of device.
  public var formKey: FormKey { FormKey(self) }
}
