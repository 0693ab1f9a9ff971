internal import Synchronization

/// A picture that was received whole, matches its digest and is on stable storage, but is not
/// registered: decode it, then give it to ``Library/commit(_:name:picture:at:)``, or discard it.
///
/// Dropping it keeps the bytes of a resumable upload: the next one has nothing left to send.
package final class SealedUpload: Sendable {
  /// SHA-256 of the bytes.
  package let digest: Digest
  /// The bytes.
  package let content: BlobFile

  private let folder: DataFolder
  private let incoming: Mutex<IncomingFile?>

  init(_ incoming: IncomingFile, digest: Digest, byteCount: Int, folder: DataFolder) {
    self.digest = digest
    self.folder = folder
    content = BlobFile(incoming.file, byteCount: byteCount)
    self.incoming = Mutex(incoming)
  }

  /// The id that the image will have.
  package var imageID: ImageID { ImageID(digest) }

  /// Gives the bytes to whoever sends the same picture next, although somebody may still be reading
  /// them here; what was registered or discarded is not concerned. Otherwise they are free when the
  /// last reference goes, and nobody can say when a thread that decodes lets go of its own.
  package func suspend() {
    // What fails here is locked until the file is closed.
    try? take()?.file.unlock()
  }

  /// Removes the bytes, because the picture is refused.
  package func discard() async throws(StoreError) {
    try await folder.queue.run { [self] () throws(StoreError) in
      try take()?.remove()
    }
  }

  /// The file, for the one who registers or discards it; `nil` when that was done before.
  func take() -> IncomingFile? {
    incoming.withLock { incoming in
      defer { incoming = nil }
      return incoming
    }
  }
}
