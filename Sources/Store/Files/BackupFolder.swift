/// The folder that a backup is written into: a data folder in the making.
///
/// It has a mark from its first moment until it is served, and gets its catalog last: with the mark
/// and without a catalog it is part of a backup, and with both it is whole.
final class BackupFolder {
  /// The originals that were copied.
  let originals: BlobFolder

  private let path: String
  private let lock: OpenFile

  /// Prepares a folder that is missing, empty or an earlier backup.
  /// - Throws: ``StoreError/notBackup(path:)``; ``StoreError/folderInUse(path:)`` when another
  ///   backup goes there, or a server runs on it.
  init(_ path: String) throws(StoreError) {
    self.path = path
    if try FileSystem.makeFolder(path) { try FileSystem.synchronizeFolder("\(path)/..") }
    let mark = "\(path)/\(DataFolder.backupMark)"
    if try !FileSystem.isThere(mark), try !FileSystem.names(in: path).isEmpty {
      throw .notBackup(path: path)
    }
    // The mark first: from here on nobody takes the folder for anything else.
    let file = try OpenFile(mark, .update, kind: .catalog)
    try file.synchronize()
    lock = try OpenFile("\(path)/lock", .update, kind: .lock)
    guard try lock.lock() else { throw .folderInUse(path: path) }
    try FileSystem.synchronizeFolder(path)
    originals = try BlobFolder("\(path)/originals", kind: .original)
    try removePartialCatalog()
    try FileSystem.remove(copyPath, kind: .original)
  }

  /// Where the catalog is written.
  var partialCatalogPath: String { "\(catalogPath).partial" }

  /// Where one original at a time is written.
  var copyPath: String { "\(path)/copy.partial" }

  private var catalogPath: String { "\(path)/catalog.sqlite" }

  private func removePartialCatalog() throws(StoreError) {
    for suffix in ["", "-journal", "-wal", "-shm"] {
      try FileSystem.remove(partialCatalogPath + suffix, kind: .catalog)
    }
  }

  /// Puts the catalog and the names of all originals on stable storage.
  func synchronize() throws(StoreError) {
    try OpenFile(partialCatalogPath, .read, kind: .catalog).synchronize()
    try originals.synchronizeSubfolders()
    try FileSystem.synchronizeFolder(path)
  }

  /// Gives the catalog its name. The backup is whole from here on.
  func finish() throws(StoreError) {
    // What belongs to the catalog of an earlier backup must not be taken for a part of this one.
    for suffix in ["-journal", "-wal", "-shm"] {
      try FileSystem.remove(catalogPath + suffix, kind: .catalog)
    }
    try FileSystem.rename(partialCatalogPath, to: catalogPath, kind: .catalog)
    try FileSystem.synchronizeFolder(path)
  }
}
