package import Foundation
internal import GRDB

/// The library of a single machine: a SQLite catalog, and blobs in files, in one folder that one
/// process owns.
///
/// Reads and small writes run on the database's own threads, everything that touches files on those
/// of ``FileQueue``; Swift's tasks only wait.
package final class EmbeddedLibrary: Library {
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

  private init(folder: DataFolder, catalog: Catalog, limits: StoreLimits) {
    self.folder = folder
    self.catalog = catalog
    self.limits = limits
    nameFeed = NameFeed(catalog)
  }

  /// Opens the library in a folder, which is made when it is missing; its parent is there.
  /// - Parameters:
  ///   - path: the data folder.
  ///   - now: for the age of uploads that nobody resumed.
  ///   - limits: how much is kept.
  ///   - faults: for tests, see ``FaultPoint``.
  /// - Throws: ``StoreError/folderInUse(path:)``, ``StoreError/catalogTooNew``.
  package static func open(
    _ path: String, at now: Date, limits: StoreLimits = StoreLimits(), faults: FaultHook? = nil
  ) async throws(StoreError) -> EmbeddedLibrary {
    let queue = FileQueue()
    return try await queue.run { () throws(StoreError) in
      let folder = try DataFolder(path, at: now, queue: queue, faults: faults)
      let catalog = try Catalog(folder.catalogPath)
      // SQLite syncs what is in its files; their names are synced here.
      try folder.synchronize()
      return EmbeddedLibrary(folder: folder, catalog: catalog, limits: limits)
    }
  }

  package func close() async throws(StoreError) {
    nameFeed.close()
    try await folder.queue.run { [self] () throws(StoreError) in
      try catalog.close()
      try folder.unlock()
    }
  }

  package func sweep(at now: Date) async throws(StoreError) {
    try await folder.queue.run { [self] () throws(StoreError) in
      try folder.incoming.sweep(at: now)
    }
  }
}
