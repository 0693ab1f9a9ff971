/// What a blob is.
enum BlobKind: CaseIterable {
  case original, form

  /// What errors and findings call its file.
  var fileKind: FileKind {
    switch self {
    case .original: .original
    case .form: .form
    }
  }
}

extension DataFolder {
  /// The blobs of a kind.
  func blobs(_ kind: BlobKind) -> BlobFolder {
    switch kind {
    case .original: originals
    case .form: forms
    }
  }
}
