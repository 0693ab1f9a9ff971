/// A registered image.
package struct Image: Hashable, Sendable {
  /// The first half of `digest`.
  package let id: ImageID
  /// SHA-256 of the original bytes.
  package let digest: Digest
  /// Length of the original in bytes.
  package let byteCount: Int
  /// What its headers say.
  package let picture: PictureFacts
}
