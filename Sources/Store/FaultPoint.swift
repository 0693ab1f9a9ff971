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
}

/// Called at every ``FaultPoint`` when set. It may end the process, or throw, and then the write
/// fails there as if the disk had failed.
package typealias FaultHook = @Sendable (FaultPoint) throws(StoreError) -> Void
