/// A form that was made once. Its facts outlive its bytes, so that NOT_MODIFIED never renders.
package struct StoredForm: Hashable, Sendable {
  /// Which form it is.
  package let id: FormID
  /// What rendering told.
  package let facts: FormFacts
  /// SHA-256 of the bytes as sent.
  package let digest: Digest
  /// Length of the bytes as sent.
  package let byteCount: Int
  /// The catalog says that the bytes are there; ``Library/openForm(_:)`` looks.
  package let hasBytes: Bool

  /// A form as it was made or found.
  package init(id: FormID, facts: FormFacts, digest: Digest, byteCount: Int, hasBytes: Bool) {
    self.id = id
    self.facts = facts
    self.digest = digest
    self.byteCount = byteCount
    self.hasBytes = hasBytes
  }

  /// First 16 bytes of SHA-256 of the bytes as sent: what is partly received.
  package var sent: [UInt8] { digest.firstHalf }
}

/// What was found where a form's bytes should be.
package enum FormBytes: Sendable {
  /// The bytes, verified since start.
  case present(BlobFile)
  /// They were given up; the form has to be made again.
  case absent
  /// They were lost or changed on disk, and are given up now. The form has to be made again, and
  /// the operator should hear of it.
  case damaged
}
