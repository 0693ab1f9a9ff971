internal import Synchronization

/// The blobs that somebody has open, so that they are not evicted under a transfer.
final class PinTable: Sendable {
  private let counts = Mutex<[Digest: Int]>([:])

  /// Pins a blob until the last reference to the result goes.
  func pin(_ digest: Digest) -> Pin {
    counts.withLock { $0[digest, default: 0] += 1 }
    return Pin(digest, in: self)
  }

  /// True while somebody has a pin on the blob.
  func isPinned(_ digest: Digest) -> Bool {
    counts.withLock { $0[digest] != nil }
  }

  fileprivate func release(_ digest: Digest) {
    counts.withLock { counts in
      let count = counts[digest, default: 0] - 1
      counts[digest] = count > 0 ? count : nil
    }
  }

  /// One pin on one blob.
  final class Pin: Sendable {
    private let digest: Digest
    private let table: PinTable

    fileprivate init(_ digest: Digest, in table: PinTable) {
      self.digest = digest
      self.table = table
    }

    deinit {
      table.release(digest)
    }
  }
}
