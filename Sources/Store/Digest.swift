internal import Capabilities
internal import Crypto

/// A SHA-256, 32 bytes: the name of every blob and what it is verified against.
package struct Digest: Hashable, Sendable, CustomStringConvertible {
  /// Bytes of a digest.
  package static let byteCount = 32

  /// The 32 bytes.
  package let bytes: [UInt8]

  /// A digest received from elsewhere.
  /// - Returns: `nil` unless there are exactly 32 bytes.
  package init?(_ bytes: [UInt8]) {
    guard bytes.count == Self.byteCount else { return nil }
    self.bytes = bytes
  }

  /// The digest of `content`.
  package init(of content: [UInt8]) {
    var hash = RunningDigest()
    hash.update(content)
    self = hash.value
  }

  fileprivate init(_ digest: SHA256.Digest) {
    bytes = Array(digest)
  }

  /// The first 16 bytes: an image's id, or a form's `sent`.
  package var firstHalf: [UInt8] { Array(bytes.prefix(16)) }

  /// Hexadecimal, 64 digits.
  package var description: String { hexadecimal(bytes) }
}

/// SHA-256 of bytes that come in parts.
struct RunningDigest: Sendable {
  private var hash = SHA256()

  /// Appends `bytes` to what is digested.
  mutating func update(_ bytes: [UInt8]) {
    hash.update(data: bytes)
  }

  /// The digest of everything so far; more may follow.
  var value: Digest { Digest(hash.finalize()) }
}
