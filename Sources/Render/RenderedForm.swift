package import Capabilities

/// A form as it was made.
package struct RenderedForm<Output: FormOutput> {
  /// Width in pixels, the device's frame.
  package let width: Int
  /// Height in pixels, the device's frame.
  package let height: Int
  /// The first 16 bytes of SHA-256 of the form before its codec: what is shown.
  package let etag: [UInt8]
  /// Bytes as sent.
  package let byteCount: Int
  /// What the bytes are packed with.
  package let codec: Codec
  /// Holds the bytes as sent.
  package let output: Output
}

extension RenderedForm: Sendable where Output: Sendable {}
