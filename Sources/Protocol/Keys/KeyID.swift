/// Names a pre-shared key: 1…16 of the characters A–Z a–z 0–9 . _ - (spec/PROTOCOL.md, "Keys").
/// It is no secret, and harmless in logs and file names.
public struct KeyID: Hashable, Sendable, Comparable, CustomStringConvertible {
  /// The most bytes of an id.
  public static let byteLimit = 16

  /// The characters as ASCII.
  public let bytes: [UInt8]

  /// - Returns: `nil` when there are none, more than 16, or others than those allowed.
  public init?(_ bytes: some Collection<UInt8>) {
    guard (1...Self.byteLimit).contains(bytes.count), bytes.allSatisfy(Self.isAllowed) else {
      return nil
    }
    self.bytes = Array(bytes)
  }

  /// - Returns: `nil` unless the text is 1…16 of the characters allowed.
  public init?(_ text: String) { self.init(text.utf8) }

  /// The characters.
  public var description: String { String(decoding: bytes, as: UTF8.self) }

  /// Bytewise order.
  public static func < (left: KeyID, right: KeyID) -> Bool {
    left.bytes.lexicographicallyPrecedes(right.bytes)
  }

  static func isAllowed(_ byte: UInt8) -> Bool {
    switch byte {
    case UInt8(ascii: "A")...UInt8(ascii: "Z"), UInt8(ascii: "a")...UInt8(ascii: "z"),
      UInt8(ascii: "0")...UInt8(ascii: "9"), UInt8(ascii: "."), UInt8(ascii: "_"),
      UInt8(ascii: "-"):
      true
    default: false
    }
  }
}
