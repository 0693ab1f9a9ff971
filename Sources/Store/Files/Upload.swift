internal import Synchronization

/// A picture that is being received. Give it the bytes in order, then ``seal(trailingDigest:)`` it.
///
/// An upload that began with its digest can go on later, after a lost connection or a restart:
/// ``suspend()`` it, and begin it again with the same identity, digest and length. Dropping it does
/// the same. Its calls are made one after the other.
package final class Upload: Sendable {
  /// The largest picture, inclusive: 64 MiB.
  package static let byteLimit = 67_108_864

  private struct Progress {
    /// `nil` when the upload has ended.
    var incoming: IncomingFile?
    var digest: RunningDigest
    var byteCount: Int
  }

  /// Length of the whole picture in bytes, as declared.
  package let byteCount: Int

  private let digest: Digest?
  private let folder: DataFolder
  private let progress: Mutex<Progress>

  /// Continues `incoming` after the bytes that are there. Blocks to read them.
  init(
    _ incoming: IncomingFile, digest: Digest?, byteCount: Int, folder: DataFolder
  ) throws(StoreError) {
    self.byteCount = byteCount
    self.digest = digest
    self.folder = folder
    var prefixCount = try incoming.file.byteCount()
    if prefixCount > byteCount {
      // It was declared longer before, so one of the two declarations is wrong: start again.
      try incoming.file.truncate(to: 0)
      prefixCount = 0
    }
    // What a crash of the machine left in the file may not be what was sent; the digest of the
    // whole tells, and then the upload starts at its first byte.
    let prefix = BlobFile(incoming.file, byteCount: prefixCount)
    let digest = try prefix.computeDigest()
    progress = Mutex(Progress(incoming: incoming, digest: digest, byteCount: prefixCount))
  }

  /// How many bytes are there: the next one to send. 0…``byteCount``.
  package var nextOffset: Int { progress.withLock { $0.byteCount } }

  /// Appends `bytes`.
  /// - Throws: ``StoreError/uploadTooLong(declared:received:)`` when they pass the declared length,
  ///   ``StoreError/storeFull``, ``StoreError/ended``. Nothing is appended then, and the same
  ///   bytes may be tried again.
  package func write(_ bytes: [UInt8]) async throws(StoreError) {
    try await folder.queue.run { [self] () throws(StoreError) in
      try progress.withLock { progress throws(StoreError) in
        guard let incoming = progress.incoming else { throw .ended }
        guard bytes.count <= byteCount - progress.byteCount else {
          throw .uploadTooLong(
            declared: byteCount, received: progress.byteCount + bytes.count)
        }
        try incoming.file.write(bytes, at: progress.byteCount)
        try folder.reached(.uploadWritten)
        progress.digest.update(bytes)
        progress.byteCount += bytes.count
      }
    }
  }

  /// Ends the transfer for now. What is there is kept for a day, if the upload began with its
  /// digest.
  package func suspend() {
    progress.withLock { $0.incoming = nil }
  }

  /// Ends the upload and removes what is there.
  package func abandon() async throws(StoreError) {
    try await folder.queue.run { [self] () throws(StoreError) in
      try progress.withLock { progress throws(StoreError) in
        defer { progress.incoming = nil }
        try progress.incoming?.remove()
      }
    }
  }

  /// Compares the bytes with their digest and puts them on stable storage. Ends the upload, unless
  /// bytes are missing.
  /// - Parameter trailingDigest: the digest that followed the bytes, exactly when the upload began
  ///   without one.
  /// - Throws: ``StoreError/uploadIncomplete(declared:received:)``,
  ///   ``StoreError/digestMismatch(declared:computed:)``; after a mismatch the next upload of the
  ///   same digest starts at its first byte.
  package func seal(trailingDigest: Digest? = nil) async throws(StoreError) -> SealedUpload {
    precondition((digest == nil) != (trailingDigest == nil), "one digest, before or after")
    return try await folder.queue.run { [self] () throws(StoreError) in
      try progress.withLock { progress throws(StoreError) in
        guard let incoming = progress.incoming else { throw .ended }
        guard progress.byteCount == byteCount else {
          throw .uploadIncomplete(declared: byteCount, received: progress.byteCount)
        }
        progress.incoming = nil
        let computed = progress.digest.value
        if let declared = digest ?? trailingDigest, declared != computed {
          try incoming.remove()
          throw .digestMismatch(declared: declared, computed: computed)
        }
        // Under its final name the file must never be without its bytes. A system that failed to
        // write them once may call them written the next time, so they are not trusted again.
        do throws(StoreError) {
          try incoming.file.synchronize()
        } catch {
          try? incoming.remove()
          throw error
        }
        try folder.reached(.uploadSynchronized)
        return SealedUpload(incoming, digest: computed, byteCount: byteCount, folder: folder)
      }
    }
  }
}
