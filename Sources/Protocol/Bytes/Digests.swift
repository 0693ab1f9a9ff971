import Capabilities

/// The first 16 bytes of a SHA-256: an image id, an etag, the digest of bytes as sent.
public struct ShortDigest: Hashable, Sendable, CustomStringConvertible {
  /// Bytes of a short digest.
  public static let byteCount = 16
  /// All zeros: "none". It never equals the digest of anything.
  public static let none = ShortDigest(checked: Array(repeating: 0, count: byteCount))

  /// The 16 bytes.
  public let bytes: [UInt8]

  /// - Returns: `nil` unless there are exactly 16 bytes.
  public init?(_ bytes: [UInt8]) {
    guard bytes.count == Self.byteCount else { return nil }
    self.bytes = bytes
  }

  init(checked bytes: [UInt8]) {
    precondition(bytes.count == Self.byteCount)
    self.bytes = bytes
  }

  /// Hexadecimal, 32 digits.
  public var description: String { hexadecimal(bytes) }
}

/// A whole SHA-256 of a picture.
public struct PictureDigest: Hashable, Sendable, CustomStringConvertible {
  /// Bytes of a SHA-256.
  public static let byteCount = 32

  /// The 32 bytes.
  public let bytes: [UInt8]

  /// - Returns: `nil` unless there are exactly 32 bytes.
  public init?(_ bytes: [UInt8]) {
    guard bytes.count == Self.byteCount else { return nil }
    self.bytes = bytes
  }

  init(checked bytes: [UInt8]) {
    precondition(bytes.count == Self.byteCount)
    self.bytes = bytes
  }

  /// The id of the image with this digest.
  public var imageID: ShortDigest {
    ShortDigest(checked: Array(bytes.prefix(ShortDigest.byteCount)))
  }

  /// Hexadecimal, 64 digits.
  public var description: String { hexadecimal(bytes) }
}
