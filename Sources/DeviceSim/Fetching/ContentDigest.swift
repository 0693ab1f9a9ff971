internal import Crypto
internal import WireProtocol

extension ShortDigest {
  /// The first 16 bytes of the SHA-256 of `bytes`: what etag and `sent` are.
  init(of bytes: [UInt8]) {
    self = ShortDigest(Array(SHA256.hash(data: bytes).prefix(Self.byteCount))) ?? .none
  }
}
