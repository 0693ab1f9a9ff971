internal import Store

/// Whose a partial upload is: nobody resumes or spoils that of another. What was proved and what is
/// only claimed never are the same.
enum UploadIdentity: Hashable, Sendable {
  /// A device without a key, by its own id.
  case device([UInt8])
  /// Whoever has the key.
  case key(AccessKeyID)

  /// What the store tells one from the other by.
  var bytes: [UInt8] {
    switch self {
    case .device(let id): [0] + id
    case .key(let id): [1] + Array(id.text.utf8)
    }
  }
}
