/// What a verification of all stored bytes found, and what became of it.
package enum VerifyFinding: Hashable, Sendable {
  /// The original of an image is gone or changed. It is left as it is: registering the same picture
  /// again repairs it.
  case damagedOriginal(ImageID, isMissing: Bool, names: [String])
  /// The bytes of a form were gone or changed. They are given up, and made again when they are
  /// asked for.
  case damagedForm(Digest, isMissing: Bool)
  /// A file that no row knows.
  case orphan(FileKind, Digest, isRemoved: Bool)
  /// An image that no name has stood for since a day or longer. With its removal went its forms and
  /// what was counted for it.
  case unnamedImage(ImageID, isRemoved: Bool)
}
