package import Capabilities
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

  private init(folder: DataFolder, catalog: Catalog) {
    self.folder = folder
    self.catalog = catalog
  }

  /// Opens the library in a folder, which is made when it is missing; its parent is there.
  /// - Parameters:
  ///   - path: the data folder.
  ///   - now: for the age of uploads that nobody resumed.
  ///   - faults: for tests, see ``FaultPoint``.
  /// - Throws: ``StoreError/folderInUse(path:)``, ``StoreError/catalogTooNew``.
  package static func open(
    _ path: String, at now: Date, faults: FaultHook? = nil
  ) async throws(StoreError) -> EmbeddedLibrary {
    let queue = FileQueue()
    return try await queue.run { () throws(StoreError) in
      let folder = try DataFolder(path, at: now, queue: queue, faults: faults)
      let catalog = try Catalog(folder.catalogPath)
      // SQLite syncs what is in its files; their names are synced here.
      try folder.synchronize()
      return EmbeddedLibrary(folder: folder, catalog: catalog)
    }
  }

  package func close() async throws(StoreError) {
    try await folder.queue.run { [self] () throws(StoreError) in
      try catalog.close()
      try folder.unlock()
    }
  }

  package func sweepUploads(at now: Date) async throws(StoreError) {
    try await folder.queue.run { [self] () throws(StoreError) in
      try folder.incoming.sweep(at: now)
    }
  }
}

// MARK: Kinds of devices

extension EmbeddedLibrary {
  package func remember(_ capabilities: [Capability]) async throws(StoreError) {
    try await catalog.write { database in
      for capability in capabilities {
        try database.execute(
          sql: "INSERT INTO capability (key, descriptor) VALUES (?, ?) ON CONFLICT DO NOTHING",
          arguments: [Data(capability.formKey.bytes), Data(capability.descriptor)])
      }
    }
  }

  package func capabilities(
    for keys: [FormKey]
  ) async throws(StoreError) -> [FormKey: Capability] {
    try await catalog.read { database in
      var capabilities: [FormKey: Capability] = [:]
      for key in keys {
        let descriptor = try Data.fetchOne(
          database, sql: "SELECT descriptor FROM capability WHERE key = ?",
          arguments: [Data(key.bytes)])
        // One that an older version took and this one refuses is as good as unknown: the device is
        // asked for it again, and told what is wrong with it.
        guard let descriptor,
          let capability = try? Capability(descriptor: Array(descriptor))
        else { continue }
        capabilities[key] = capability
      }
      return capabilities
    }
  }
}
