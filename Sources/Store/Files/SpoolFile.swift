internal import Synchronization

/// Where a renderer puts a form's bytes, in order. Its calls block on the disk, so they are made
/// on a thread that may. Dropping it removes it.
package final class SpoolFile: Sendable {
  /// Bytes gathered before they are written: a form comes in rows of a few bytes.
  private static let bufferByteCount = 65_536

  private struct Progress {
    /// `nil` when the file is finished.
    var file: TemporaryFile?
    var digest = RunningDigest()
    /// Bytes in the file.
    var writtenCount = 0
    /// Bytes that follow them.
    var buffer: [UInt8] = []

    mutating func flush(to file: TemporaryFile) throws(StoreError) {
      try file.file.write(buffer, at: writtenCount)
      digest.update(buffer)
      writtenCount += buffer.count
      buffer.removeAll(keepingCapacity: true)
    }
  }

  private let progress: Mutex<Progress>

  init(_ file: TemporaryFile) {
    progress = Mutex(Progress(file: file))
  }

  /// Appends `bytes`.
  /// - Throws: ``StoreError/storeFull``; ``StoreError/ended`` when it is finished.
  package func append(_ bytes: [UInt8]) throws(StoreError) {
    try progress.withLock { progress throws(StoreError) in
      guard let file = progress.file else { throw .ended }
      progress.buffer += bytes
      if progress.buffer.count >= Self.bufferByteCount { try progress.flush(to: file) }
    }
  }

  /// Ends the file. Its bytes can be sent at once; they are on stable storage only when they are
  /// added to the library.
  package func finish() throws(StoreError) -> SpooledForm {
    try progress.withLock { progress throws(StoreError) in
      guard let file = progress.file else { throw .ended }
      try progress.flush(to: file)
      progress.file = nil
      return SpooledForm(
        file, digest: progress.digest.value, byteCount: progress.writtenCount)
    }
  }
}

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
