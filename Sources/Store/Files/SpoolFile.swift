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
