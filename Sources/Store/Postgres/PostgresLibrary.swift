package import Foundation

/// A node's view of a library that any number of nodes share: names, images, kinds of devices,
/// forms and all bytes are in a PostgreSQL database. In the node's own folder are uploads under way,
/// forms that are not stored, and copies of blobs, which the next node does without.
///
/// Statements run on threads of ``PostgresPool``, file work on those of ``BlockingQueue``; Swift's
/// tasks only wait.
package final class PostgresLibrary: OperatorLibrary {
  package var isShared: Bool { true }

  /// Connections to the database.
  let pool: PostgresPool
  /// The node's files.
  let folder: DataFolder
  /// Copies of blobs.
  let cache: BlobCache
  /// Copies that are being fetched.
  let fetches = BlobFetches()
  /// How much is kept.
  let limits: StoreLimits
  /// Who this is.
  let node: [UInt8]
  /// Who wants to know about names.
  let feed = ChangeFeed()
  /// What this node makes.
  let claims: PostgresClaims
  /// Hears of what other nodes change; not in operators' commands.
  private let listener: PostgresListener?
  /// The folder of an operator's command, removed at its end.
  let temporaryPath: String?

  private init(
    _ uri: PostgresURI, folder: DataFolder, limits: StoreLimits, settings: PostgresSettings,
    listens: Bool, temporaryPath: String?
  ) throws(StoreError) {
    self.folder = folder
    self.limits = limits
    self.temporaryPath = temporaryPath
    node = try folder.nodeID()
    cache = try BlobCache(folder, byteLimit: settings.cacheByteLimit)
    pool = PostgresPool(uri, settings: settings)
    claims = PostgresClaims(pool, node: node, lease: settings.lease)
    listener =
      listens ? PostgresListener(uri, settings: settings, node: node, feed: feed) : nil
  }

  deinit {
    listener?.close()
    claims.close()
    feed.close()
    if let temporaryPath { try? FileManager.default.removeItem(atPath: temporaryPath) }
  }

  /// Opens the library as a node. The schema is made where there is none. A database that cannot be
  /// reached is waited for as long as ``PostgresSettings/patience`` says.
  /// - Parameters:
  ///   - uri: the database.
  ///   - path: the node's folder, which is made when it is missing; its parent is there. The caller
  ///     owns it until it closes the library or ends.
  ///   - now: for the age of uploads that nobody resumed.
  ///   - limits: how much is kept, by all nodes together.
  ///   - settings: how the database is used.
  ///   - faults: for tests, see ``FaultPoint``.
  /// - Throws: ``StoreError/folderInUse(path:)``, ``StoreError/embeddedFolder(path:)``,
  ///   ``StoreError/catalogMissing(path:)``, ``StoreError/catalogTooNew``,
  ///   ``StoreError/database(state:message:)``.
  package static func open(
    _ uri: PostgresURI, folder path: String, at now: Date, limits: StoreLimits = StoreLimits(),
    settings: PostgresSettings = PostgresSettings(), faults: FaultHook? = nil
  ) async throws(StoreError) -> PostgresLibrary {
    let queue = BlockingQueue()
    return try await queue.run { () throws(StoreError) in
      let folder = try DataFolder(path, as: .node(at: now), queue: queue, faults: faults)
      let library = try PostgresLibrary(
        uri, folder: folder, limits: limits, settings: settings, listens: true,
        temporaryPath: nil)
      try library.start()
      // A connection of its own, and only when there is a schema to hear of.
      let first = try library.pool.readBlocking { _ throws(StoreError) in
        try PostgresConnection(uri, statementTimeout: settings.statementTimeout)
      }
      try library.listener?.start(first)
      return library
    }
  }

  /// Opens the library for an operator's command, which has a folder of its own for as long as it
  /// runs, beside any nodes or without one. The schema is made where there is none.
  package static func openAsGuest(
    _ uri: PostgresURI, limits: StoreLimits = StoreLimits(),
    settings: PostgresSettings = PostgresSettings()
  ) async throws(StoreError) -> PostgresLibrary {
    let queue = BlockingQueue()
    let path = FileManager.default.temporaryDirectory.path + "/forme-\(randomName())"
    return try await queue.run { () throws(StoreError) in
      do throws(StoreError) {
        let folder = try DataFolder(path, as: .node(at: Date()), queue: queue, faults: nil)
        let library = try PostgresLibrary(
          uri, folder: folder, limits: limits, settings: settings, listens: false,
          temporaryPath: path)
        try library.start()
        return library
      } catch {
        try? FileManager.default.removeItem(atPath: path)
        throw error
      }
    }
  }

  /// Brings the schema up to date, and forgets what an earlier run of this node was doing.
  private func start() throws(StoreError) {
    try pool.writeBlocking { connection throws(StoreError) in
      try PostgresSchema.migrate(connection)
      try PostgresClaims.forget(node: node, in: connection)
      try connection.change(
        "DELETE FROM spooled_form WHERE node = $1::bytea", [.bytes(node)])
    }
  }

  package func nameChanges() -> AsyncStream<NameChange> { feed.changes() }

  /// Tells the other nodes of a change, as soon as the transaction is committed.
  func announce(_ change: NameChange, in connection: PostgresConnection) throws(StoreError) {
    _ = try connection.query(
      "SELECT pg_notify('\(PostgresListener.channel)', $1::text)",
      [.text(PostgresChange(change, by: node).payload)])
  }

  package func sweep(at now: Date) async throws(StoreError) {
    try await folder.queue.run { [self] () throws(StoreError) in
      try folder.incoming.sweep(at: now)
    }
    try await sweepUnusedBytes()
    try await pool.write { connection throws(StoreError) in
      // By the database's clock, like the rows; each is far beyond any use.
      for table in [("receipt", "made_at"), ("claim", "lease_until")] {
        try connection.change(
          "DELETE FROM \(table.0) WHERE \(table.1) < clock_timestamp() - interval '1 hour'")
      }
      try connection.change(
        "DELETE FROM spooled_form WHERE spooled_until < $1::bigint",
        [.integer(Int(now.unixSeconds))])
    }
  }

  package func close() async throws(StoreError) {
    feed.close()
    listener?.close()
    claims.close()
    await pool.close()
    try await folder.queue.run { [self] () throws(StoreError) in
      try folder.unlock()
      if let temporaryPath { try? FileManager.default.removeItem(atPath: temporaryPath) }
    }
  }
}
