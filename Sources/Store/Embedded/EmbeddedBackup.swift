internal import Foundation
internal import GRDB

// A copy of everything that cannot be made again.

extension EmbeddedLibrary {
  /// Copies the catalog as it is now and all originals into a folder. Works beside a running server.
  ///
  /// The copy is a data folder: serve it, or a copy of it. The bytes of forms are not in it, what is
  /// known of them is. An earlier backup is brought up to date and is whole until its catalog is
  /// replaced; a backup that is cut short is refused by whoever opens it, and can be continued.
  /// - Parameters:
  ///   - path: a folder that is missing (its parent is there), empty, or an earlier backup.
  ///   - report: called for every original that cannot be copied because it is damaged. All others
  ///     are copied.
  /// - Throws: ``StoreError/notBackup(path:)``, ``StoreError/folderInUse(path:)``,
  ///   ``StoreError/storeFull``.
  package func backup(
    to path: String, report: @escaping @Sendable (VerifyFinding) -> Void
  ) async throws(StoreError) -> BackupSummary {
    try await folder.queue.run { [self] () throws(StoreError) in
      let target = try BackupFolder(path)
      let copy = try Self.inCatalog { try copyCatalog(to: target.partialCatalogPath) }
      try folder.reached(.backupCatalogWritten)
      var summary = BackupSummary()
      try copyOriginals(listedIn: copy, to: target, &summary, report)
      try Self.inCatalog { try copy.close() }
      try target.synchronize()
      try folder.reached(.backupSynchronized)
      try target.finish()
      return summary
    }
  }

  private static func inCatalog<Value>(_ body: () throws -> Value) throws(StoreError) -> Value {
    do {
      return try body()
    } catch {
      throw StoreError(catalog: error)
    }
  }

  /// Copies one state of the catalog, without saying that the bytes of forms are there.
  private func copyCatalog(to path: String) throws -> DatabaseQueue {
    try FileSystem.makePrivateFile(path, kind: .catalog)
    let copy = try DatabaseQueue(path: path)
    try catalog.pool.backup(to: copy)
    // One file is all there is to copy and to rename.
    try copy.writeWithoutTransaction { database in
      try database.execute(sql: "PRAGMA journal_mode = DELETE")
      try database.execute(sql: "PRAGMA synchronous = FULL")
    }
    try copy.write { database in
      try database.execute(sql: "DELETE FROM formBlob")
      try database.execute(
        sql: "UPDATE form SET spooledUntil = NULL WHERE spooledUntil IS NOT NULL")
    }
    return copy
  }

  private func copyOriginals(
    listedIn copy: DatabaseQueue, to target: BackupFolder, _ summary: inout BackupSummary,
    _ report: (VerifyFinding) -> Void
  ) throws(StoreError) {
    var last: ImageID?
    while true {
      let images = try Self.inCatalog { try copy.read { try Self.images(after: last, in: $0) } }
      guard let end = images.last else { return }
      last = end.id
      for image in images {
        if try target.originals.byteCount(of: image.digest) == image.byteCount {
          summary.keptCount += 1
          continue
        }
        let state = try folder.originals.copy(
          image.digest, byteCount: image.byteCount, to: target.originals, by: target.copyPath)
        if state == .intact {
          summary.copiedCount += 1
          try folder.reached(.backupOriginalCopied)
        } else {
          summary.damagedCount += 1
          let names = try Self.inCatalog {
            try copy.read { try Self.names(of: image.id, limit: 100, in: $0) }
          }
          report(.damagedOriginal(image.id, isMissing: state == .missing, names: names))
        }
      }
    }
  }
}
