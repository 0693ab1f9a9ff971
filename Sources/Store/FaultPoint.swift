internal import Synchronization

/// The instants of a write at which a crash must leave all of it or an orphan. Tests and a crash
/// harness stop there; see ``FaultHook``.
package enum FaultPoint: String, CaseIterable, Sendable, Codable {
  /// Some bytes of an upload are in its file.
  case uploadWritten
  /// A complete and verified upload is on stable storage, still in incoming/.
  case uploadSynchronized
  /// The original has its final name; the folder may still forget it.
  case originalRenamed
  /// The original is on stable storage under its final name; no row knows it.
  case originalDurable
  /// The rows of a registration are written and not committed.
  case registrationWritten
  /// The registration is on stable storage; nobody was told.
  case registrationCommitted
  /// The bytes of a form are on stable storage, still in spool/.
  case formSynchronized
  /// The form has its final name; the folder may still forget it.
  case formRenamed
  /// The form is on stable storage under its final name; no row knows it.
  case formDurable
  /// The rows of a form are written and not committed.
  case formWritten
  /// The form is on stable storage; nobody was told.
  case formCommitted
  /// Evicted forms have no rows any more; their files are there.
  case evictionCommitted
  /// Bytes that no form has were taken from the catalog; their files are there.
  case sweepCommitted
  /// An image that no name stands for was taken from the catalog; its original is there.
  case imageRemoved
  /// A backup has its catalog, under a name that nobody opens.
  case backupCatalogWritten
  /// A backup has one more original.
  case backupOriginalCopied
  /// All of a backup is on stable storage; its catalog has not its name.
  case backupSynchronized
}

/// Called at every ``FaultPoint`` when set. It may end the process, or throw, and then the write
/// fails there as if the disk had failed.
package typealias FaultHook = @Sendable (FaultPoint) throws(StoreError) -> Void

extension FaultPoint {
  /// A hook that kills this process, as a crash would, when a point is reached for the `count`-th
  /// time.
  package static func crash(at point: FaultPoint, count: Int) -> FaultHook {
    let arrivals = Arrivals()
    return { reached throws(StoreError) in
      if reached == point, arrivals.next() == count { FileSystem.killOwnProcess() }
    }
  }

  private final class Arrivals: Sendable {
    private let count = Mutex(0)

    /// 1 for the first, and so on.
    func next() -> Int {
      count.withLock { count in
        count += 1
        return count
      }
    }
  }
}
