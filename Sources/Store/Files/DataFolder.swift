internal import Foundation

/// The folders of one node's files, owned by one process at a time.
///
///     DATA/lock              held while the process runs
///     DATA/gate              see ``publishing(_:)``
///     DATA/originals/ab/…    by SHA-256
///     DATA/forms/ab/…        by SHA-256
///     DATA/incoming/         uploads under way
///     DATA/spool/            forms that are not stored
final class DataFolder: Sendable {
  /// Where blocking work on these files runs.
  let queue: FileQueue
  /// Blobs of registered pictures.
  let originals: BlobFolder
  /// Blobs of forms.
  let forms: BlobFolder
  /// Uploads under way.
  let incoming: Incoming

  private let path: String
  private let faults: FaultHook?
  /// Released by the system even when the process is killed.
  private let lock: OpenFile

  /// Opens or makes the folder, takes its lock, and removes what earlier processes left half done.
  /// Blocks.
  /// - Parameters:
  ///   - path: the folder; its parent is there.
  ///   - now: for the age of uploads.
  /// - Throws: ``StoreError/folderInUse(path:)``.
  init(
    _ path: String, at now: Date, queue: FileQueue, faults: FaultHook?
  ) throws(StoreError) {
    self.path = path
    self.queue = queue
    self.faults = faults
    if try FileSystem.makeFolder(path) { try FileSystem.synchronizeFolder("\(path)/..") }
    lock = try OpenFile("\(path)/lock", .update, kind: .lock)
    guard try lock.lock() else { throw .folderInUse(path: path) }

    originals = try BlobFolder("\(path)/originals", kind: .original)
    forms = try BlobFolder("\(path)/forms", kind: .form)
    incoming = try Incoming("\(path)/incoming")
    _ = try FileSystem.makeFolder("\(path)/spool")
    // A crash must not forget originals/ or forms/ with all that is in them.
    try FileSystem.synchronizeFolder(path)

    try incoming.sweep(at: now)
    // Nobody but the process that made a spool file knows it.
    for entry in try FileSystem.files(in: "\(path)/spool") {
      try FileSystem.remove("\(path)/spool/\(entry.name)", kind: .spool)
    }
  }

  /// Where the embedded library keeps its catalog.
  var catalogPath: String { "\(path)/catalog.sqlite" }

  /// Returns when the names directly in the folder are on stable storage.
  func synchronize() throws(StoreError) {
    try FileSystem.synchronizeFolder(path)
  }

  /// Begins or resumes an upload. Blocks to read what is there of it.
  func beginUpload(
    identity: [UInt8], digest: Digest?, byteCount: Int
  ) throws(StoreError) -> Upload {
    guard (1...Upload.byteLimit).contains(byteCount) else {
      throw .uploadLength(declared: byteCount, limit: Upload.byteLimit)
    }
    return try Upload(
      incoming.file(identity: identity, digest: digest), digest: digest, byteCount: byteCount,
      folder: self)
  }

  /// Makes a file in the spool. Blocks.
  func makeSpoolFile() throws(StoreError) -> SpoolFile {
    try SpoolFile(TemporaryFile(in: "\(path)/spool"))
  }

  /// Gives the folder free for another process.
  func unlock() throws(StoreError) {
    try lock.unlock()
  }

  /// Runs `body`, which gives a file its final name and commits the row that knows it, while nobody
  /// removes files that no row knows, in this process or another.
  func publishing<Value>(_ body: () throws(StoreError) -> Value) throws(StoreError) -> Value {
    try withGate(.shared, body)
  }

  /// Runs `body`, which removes files that no row knows, while nobody publishes one. It is short,
  /// because everybody waits for it, and it looks for the row once more.
  func removing<Value>(_ body: () throws(StoreError) -> Value) throws(StoreError) -> Value {
    try withGate(.exclusive, body)
  }

  // Opened anew each time: a lock belongs to an open file, so threads exclude each other as
  // processes do, and one that is killed leaves no lock. Whoever holds it may wait for the catalog;
  // nobody waits for it within a transaction.
  private func withGate<Value>(
    _ lock: OpenFile.Lock, _ body: () throws(StoreError) -> Value
  ) throws(StoreError) -> Value {
    let gate = try OpenFile("\(path)/gate", .update, kind: .lock)
    try gate.wait(for: lock)
    return try withExtendedLifetime(gate, body)
  }

  /// Stops here when a test wants it.
  func reached(_ point: FaultPoint) throws(StoreError) {
    try faults?(point)
  }
}
