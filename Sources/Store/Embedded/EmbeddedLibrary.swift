package import Foundation
internal import GRDB

/// The library of a single machine: a SQLite catalog, and blobs in files, in one folder that one
/// server owns. Operators' programs may use it at the same time, as guests.
///
/// Reads and small writes run on the database's own threads, everything that touches files on those
/// of ``BlockingQueue``; Swift's tasks only wait.
package final class EmbeddedLibrary: OperatorLibrary {
  // The database first: it is closed before the folder's lock is released.
  /// The database.
  let catalog: Catalog
  /// The files.
  let folder: DataFolder
  /// How much is kept.
  let limits: StoreLimits
  /// Forms that are open.
  let pins = PinTable()
  /// Who wants to know about names.
  let nameFeed: NameFeed

  package var isShared: Bool { false }

  private init(folder: DataFolder, catalog: Catalog, limits: StoreLimits) {
    self.folder = folder
    self.catalog = catalog
    self.limits = limits
    nameFeed = NameFeed(catalog)
  }

  /// Opens the library in a folder, which is made when it is missing; its parent is there. The
  /// caller owns the folder until it closes the library or ends. What earlier processes left half
  /// done is removed.
  /// - Parameters:
  ///   - path: the data folder.
  ///   - now: for the age of uploads that nobody resumed.
  ///   - limits: how much is kept.
  ///   - faults: for tests, see ``FaultPoint``.
  ///   - trace: for tests, every statement that SQLite runs.
  /// - Throws: ``StoreError/folderInUse(path:)``, ``StoreError/catalogTooNew``,
  ///   ``StoreError/catalogMissing(path:)``.
  package static func open(
    _ path: String, at now: Date, limits: StoreLimits = StoreLimits(), faults: FaultHook? = nil,
    trace: (@Sendable (String) -> Void)? = nil
  ) async throws(StoreError) -> EmbeddedLibrary {
    let queue = BlockingQueue()
    return try await queue.run { () throws(StoreError) in
      let folder = try DataFolder(path, as: .owner(at: now), queue: queue, faults: faults)
      try FileSystem.makePrivateFile(folder.catalogPath, kind: .catalog)
      let catalog = try Catalog(folder.catalogPath, trace: trace)
      try catalog.migrate()
      // SQLite syncs what is in its files; their names are synced here.
      try folder.synchronize()
      let library = EmbeddedLibrary(folder: folder, catalog: catalog, limits: limits)
      try library.forgetSpooledForms()
      try library.sweepBlocking(at: now)
      return library
    }
  }

  /// Opens a library that is there, beside a server that owns it or without one. Nothing is made
  /// and nothing swept. A guest registers pictures, looks and verifies; it makes no forms, because
  /// the next owner takes a guest's spool for a leftover.
  /// - Parameters:
  ///   - path: the data folder.
  ///   - faults: for tests, see ``FaultPoint``.
  /// - Throws: ``StoreError/noLibrary(path:)``, ``StoreError/catalogMissing(path:)``,
  ///   ``StoreError/catalogTooNew``; ``StoreError/folderInUse(path:)`` when a server of an older
  ///   version owns it.
  package static func openAsGuest(
    _ path: String, faults: FaultHook? = nil
  ) async throws(StoreError) -> EmbeddedLibrary {
    let queue = BlockingQueue()
    return try await queue.run { () throws(StoreError) in
      let folder = try DataFolder(path, as: .guest, queue: queue, faults: faults)
      let catalog = try Catalog(folder.catalogPath)
      if try !catalog.isMigrated() {
        try folder.owning { () throws(StoreError) in try catalog.migrate() }
      }
      return EmbeddedLibrary(folder: folder, catalog: catalog, limits: StoreLimits())
    }
  }

  package func close() async throws(StoreError) {
    nameFeed.close()
    try await folder.queue.run { [self] () throws(StoreError) in
      try catalog.close()
      try folder.unlock()
    }
  }
}
