internal import Capabilities
internal import Foundation

/// The folders of one node's files, owned by one process at a time.
///
///     DATA/lock              held while the process runs
///     DATA/gate              see ``publishing(_:)``
///     DATA/originals/ab/…    by SHA-256
///     DATA/forms/ab/…        by SHA-256
///     DATA/incoming/         uploads under way
///     DATA/spool/            forms that are not stored
///     DATA/node              only of a node of a shared store: who it is; the blobs are caches then
final class DataFolder: Sendable {
  /// Where blocking work on these files runs.
  let queue: BlockingQueue
  /// Blobs of registered pictures.
  let originals: BlobFolder
  /// Blobs of forms.
  let forms: BlobFolder
  /// Uploads under way.
  let incoming: Incoming

  /// How a process uses the folder.
  enum Role {
    /// Makes it, cleans it, and is the only owner. Uploads have an age then.
    case owner(at: Date)
    /// Works in a folder that is there, beside an owner or without.
    case guest
    /// Is the only owner of a folder that holds nothing which is not elsewhere too, but uploads.
    case node(at: Date)

    /// When the only owner opens the folder.
    var ownedAt: Date? {
      switch self {
      case .owner(let now), .node(let now): now
      case .guest: nil
      }
    }
  }

  private let path: String
  private let faults: FaultHook?
  /// Released by the system even when the process is killed.
  private let lock: OpenFile

  /// Opens the folder. The owner makes it where it is missing, takes its lock, and removes what
  /// earlier processes left half done. Blocks.
  /// - Parameters:
  ///   - path: the folder; its parent is there.
  ///   - role: what the caller is.
  /// - Throws: ``StoreError/folderInUse(path:)``, ``StoreError/catalogMissing(path:)``, and for a
  ///   guest ``StoreError/noLibrary(path:)``; ``StoreError/embeddedFolder(path:)`` and
  ///   ``StoreError/nodeFolder(path:)`` when it is of the other sort.
  init(
    _ path: String, as role: Role, queue: BlockingQueue, faults: FaultHook?
  ) throws(StoreError) {
    self.path = path
    self.queue = queue
    self.faults = faults
    try Self.checkCatalog(of: path, as: role)
    if role.ownedAt != nil, try FileSystem.makeFolder(path) {
      try FileSystem.synchronizeFolder("\(path)/..")
    }
    lock = try OpenFile("\(path)/lock", .update, kind: .lock)
    if role.ownedAt != nil { try Self.own(lock, of: path) }
    if case .node = role { try Self.makeMark("\(path)/\(Self.nodeMark)") }

    originals = try BlobFolder("\(path)/originals", kind: .original)
    forms = try BlobFolder("\(path)/forms", kind: .form)
    incoming = try Incoming("\(path)/incoming")
    _ = try FileSystem.makeFolder("\(path)/spool")
    // A crash must not forget originals/ or forms/ with all that is in them.
    try FileSystem.synchronizeFolder(path)
    if let now = role.ownedAt { try clean(at: now) }
  }

  private func clean(at now: Date) throws(StoreError) {
    // What is served from now on must never be overwritten by a backup again.
    try FileSystem.remove("\(path)/\(Self.backupMark)", kind: .catalog)
    try incoming.sweep(at: now)
    // Nobody but the process that made a spool file knows it.
    for entry in try FileSystem.files(in: "\(path)/spool") {
      try FileSystem.remove("\(path)/spool/\(entry.name)", kind: .spool)
    }
  }

  /// The file that tells a backup, finished or not, from a folder that was served.
  static let backupMark = "backup"

  /// The file that holds the id of a node of a shared store.
  private static let nodeMark = "node"

  private static func makeMark(_ path: String) throws(StoreError) {
    let mark = try OpenFile(path, .update, kind: .node)
    // One that a crash has cut is made again.
    if try mark.byteCount() == 16 { return }
    try mark.truncate(to: 0)
    try mark.write((0..<16).map { _ in UInt8.random(in: .min ... .max) }, at: 0)
    try mark.synchronize()
  }

  /// The 16 bytes that tell a node from all others, for as long as it has this folder.
  func nodeID() throws(StoreError) -> [UInt8] {
    try OpenFile("\(path)/\(Self.nodeMark)", .read, kind: .node).read(at: 0, count: 16)
  }

  /// Pictures without a catalog would all be swept as orphans, so such a folder is refused.
  private static func checkCatalog(of path: String, as role: Role) throws(StoreError) {
    let isOfNode = try FileSystem.isThere("\(path)/\(nodeMark)")
    if case .node = role {
      if isOfNode { return }
      for name in ["catalog.sqlite", backupMark] where try FileSystem.isThere("\(path)/\(name)") {
        throw .embeddedFolder(path: path)
      }
    } else if isOfNode {
      throw .nodeFolder(path: path)
    }
    if try FileSystem.isThere("\(path)/catalog.sqlite") { return }
    if try FileSystem.isThere("\(path)/\(backupMark)") { throw .catalogMissing(path: path) }
    if case .guest = role { throw .noLibrary(path: path) }
    for byte in UInt8.min...UInt8.max {
      let subfolder = "\(path)/originals/\(hexadecimal([byte]))"
      guard try FileSystem.isThere(subfolder) else { continue }
      guard try FileSystem.names(in: subfolder).isEmpty else { throw .catalogMissing(path: path) }
    }
  }

  private static func own(_ lock: OpenFile, of path: String) throws(StoreError) {
    guard try lock.lock() else { throw .folderInUse(path: path) }
  }

  /// Runs what only an owner may do, for a guest that finds no owner.
  /// - Throws: ``StoreError/folderInUse(path:)``.
  func owning(_ body: () throws(StoreError) -> Void) throws(StoreError) {
    try Self.own(lock, of: path)
    defer { try? lock.unlock() }
    try body()
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
    try SpoolFile(makeTemporaryFile())
  }

  /// Makes a file that is removed when nobody uses it, unless it is renamed. Blocks.
  func makeTemporaryFile() throws(StoreError) -> TemporaryFile {
    try TemporaryFile(in: "\(path)/spool")
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
