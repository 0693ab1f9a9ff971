internal import Capabilities

/// Names an image: the first 16 bytes of the SHA-256 of its original bytes.
package struct ImageID: Hashable, Sendable, CustomStringConvertible {
  /// Bytes of an id.
  package static let byteCount = 16

  /// The 16 bytes.
  package let bytes: [UInt8]

  /// An id received from elsewhere.
  /// - Returns: `nil` unless there are exactly 16 bytes.
  package init?(_ bytes: [UInt8]) {
    guard bytes.count == Self.byteCount else { return nil }
    self.bytes = bytes
  }

  /// The id of the image whose original digests to `digest`.
  package init(_ digest: Digest) {
    bytes = digest.firstHalf
  }

  /// Hexadecimal, 32 digits.
  package var description: String { hexadecimal(bytes) }
}
