package import Capabilities

/// What rendering told about a form, for the catalog to remember.
package struct FormFacts: Hashable, Sendable {
  /// First 16 bytes of SHA-256 of the form before its codec: what is shown.
  package let etag: [UInt8]
  /// The codec that its stored bytes went through.
  package let codec: Codec
  /// Pixels across. 1…65,535.
  package let width: Int
  /// Pixels down. 1…65,535.
  package let height: Int

  /// Facts as rendering found them. An `etag` that has not 16 bytes is refused by the catalog.
  package init(etag: [UInt8], codec: Codec, width: Int, height: Int) {
    self.etag = etag
    self.codec = codec
    self.width = width
    self.height = height
  }
}
