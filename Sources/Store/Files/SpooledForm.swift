/// A form's bytes that are not stored. When the last reference goes they are removed, unless they
/// were added to the library.
package final class SpooledForm: Sendable {
  /// SHA-256 of the bytes as sent.
  package let digest: Digest
  /// The bytes; they stay readable when they are added to the library.
  package let content: BlobFile

  /// The file.
  let file: TemporaryFile

  init(_ file: TemporaryFile, digest: Digest, byteCount: Int) {
    self.file = file
    self.digest = digest
    content = BlobFile(file.file, byteCount: byteCount)
  }

  /// First 16 bytes of SHA-256 of the bytes as sent.
  package var sent: [UInt8] { digest.firstHalf }
}

/// A file with a random name in the spool, removed when the last reference goes. Once it has been
/// renamed there is nothing to remove.
final class TemporaryFile: Sendable {
  /// Where it was made.
  let path: String
  /// Its bytes.
  let file: OpenFile

  /// Makes a file in `folder`.
  init(in folder: String) throws(StoreError) {
    path = "\(folder)/\(randomName())"
    file = try OpenFile(path, .create, kind: .spool)
  }

  deinit {
    // What fails here is swept at the next start.
    try? FileSystem.remove(path, kind: .spool)
  }
}
