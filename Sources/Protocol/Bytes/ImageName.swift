/// What a device asks for: 1…128 bytes of UTF-8 without control characters.
///
/// Equal, hashed and ordered by its bytes. Swift's `String` compares canonically equivalent texts
/// as equal, which the wire does not.
public struct ImageName: Hashable, Comparable, Sendable, CustomStringConvertible {
  /// Why a text is no name.
  public enum Fault: Error, Hashable, Sendable {
    /// A name has at least one byte.
    case empty
    /// A name has at most 128 bytes.
    case tooLong(byteCount: Int, limit: Int)
    /// Scalars U+0000…001F and U+007F…009F are refused; the offset is in bytes of UTF-8.
    case controlCharacter(scalar: UInt32, offset: Int)
  }

  /// The name as text.
  public let text: String

  /// - Throws: ``Fault``.
  public init(_ text: String) throws(Fault) {
    let byteCount = text.utf8.count
    guard byteCount > 0 else { throw .empty }
    guard byteCount <= WireConstants.nameByteLimit else {
      throw .tooLong(byteCount: byteCount, limit: WireConstants.nameByteLimit)
    }
    var offset = 0
    for scalar in text.unicodeScalars {
      guard !(0...0x1F).contains(scalar.value), !(0x7F...0x9F).contains(scalar.value) else {
        throw .controlCharacter(scalar: scalar.value, offset: offset)
      }
      offset += UTF8.width(scalar)
    }
    self.text = text
  }

  /// The name as text.
  public var description: String { text }

  /// Same bytes.
  public static func == (left: ImageName, right: ImageName) -> Bool {
    left.text.utf8.elementsEqual(right.text.utf8)
  }

  /// Feeds the bytes.
  public func hash(into hasher: inout Hasher) {
    for byte in text.utf8 { hasher.combine(byte) }
  }

  /// Bytewise order.
  public static func < (left: ImageName, right: ImageName) -> Bool {
    left.text.utf8.lexicographicallyPrecedes(right.text.utf8)
  }
}

extension ImageName.Fault: CustomStringConvertible {
  /// One line for an ERROR's detail.
  public var description: String {
    switch self {
    case .empty: "a name has at least 1 byte"
    case .tooLong(let byteCount, let limit): "a name of \(byteCount) bytes; allowed are \(limit)"
    case .controlCharacter(let scalar, let offset):
      "control character U+\(String(scalar, radix: 16, uppercase: true)) at byte \(offset)"
    }
  }
}
