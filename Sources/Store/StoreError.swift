package import Capabilities

/// Why the store could not do what was asked. No case carries a path, except those that only an
/// operator meets, so the description of any other may be sent to a device.
package enum StoreError: Error, Hashable, Sendable {
  /// Another process owns the data folder.
  case folderInUse(path: String)
  /// The catalog was written by a newer program.
  case catalogTooNew
  /// No space is left on the disk, or none of the quota.
  case storeFull
  /// The bytes of all forms would pass their limit.
  case formsFull(byteCount: Int, limit: Int)
  /// There is no library in this folder.
  case noLibrary(path: String)
  /// Pictures are in this folder and no catalog that knows them: it is part of a backup that was
  /// cut, or the catalog was lost. Nothing was changed.
  case catalogMissing(path: String)
  /// An embedded library is in this folder, and a node of a shared store needs one of its own.
  case embeddedFolder(path: String)
  /// This is the folder of a node of a shared store, and no embedded library.
  case nodeFolder(path: String)
  /// A backup would overwrite what is no backup.
  case notBackup(path: String)
  /// The system refused a file operation; `code` is its errno.
  case file(FileOperation, FileKind, code: Int32)
  /// SQLite refused; `code` is its extended result code.
  case catalog(code: Int32, message: String)
  /// PostgreSQL refused or could not be reached; `state` is its SQLSTATE. The message names no
  /// password, but may name hosts and users: it is for operators, and not in the description.
  case database(state: String, message: String)
  /// The catalog holds a value that this program never writes.
  case catalogDamaged(column: String)
  /// The task was cancelled; nothing was changed.
  case cancelled
  /// The same identity is uploading the same digest already.
  case uploadBusy
  /// The upload was suspended, sealed or committed, or the spool file finished, before.
  case ended
  /// An upload declares a length that is not allowed.
  case uploadLength(declared: Int, limit: Int)
  /// More bytes came than were declared.
  case uploadTooLong(declared: Int, received: Int)
  /// The upload was to be sealed before all bytes came.
  case uploadIncomplete(declared: Int, received: Int)
  /// The bytes that came are not those that were announced.
  case digestMismatch(declared: Digest, computed: Digest)
  /// Two different pictures share the first half of their SHA-256.
  case imageCollision(ImageID)
  /// No image has this id.
  case unknownImage(ImageID)
  /// No capability was remembered for this form key.
  case unknownCapability(FormKey)
  /// A key has this id already, in force or revoked.
  case keyExists(AccessKeyID)
  /// The original of a registered image is gone or no longer digests to its name. Registering the
  /// same picture again repairs it.
  case originalDamaged(ImageID)
}

/// What was tried with a file.
package enum FileOperation: String, Sendable {
  case open, read, write, truncate, synchronize, rename, remove, list, lock, makeFolder, status
}

/// What kind of file it was tried with.
package enum FileKind: String, Sendable {
  case folder, lock, catalog, upload, spool, original, form, node
}

extension StoreError {
  /// True when a file or folder was not there.
  var isMissingFile: Bool {
    if case .file(_, _, code: FileSystem.missingCode) = self { true } else { false }
  }
}

extension StoreError {
  /// What an operator is told: the description, and what a database said.
  package var detail: String {
    if case .database(let state, let message) = self {
      "PostgreSQL: \(message) (\(state))"
    } else {
      description
    }
  }
}

extension StoreError: CustomStringConvertible {
  /// One line: what was declared, what was allowed, what is wrong.
  package var description: String {
    switch self {
    case .folderInUse(let path): "another process owns the data folder \(path)"
    case .catalogTooNew: "the catalog was written by a newer program"
    case .storeFull: "the store is full"
    case .formsFull(let byteCount, let limit):
      "a form of \(byteCount) bytes does not fit, all forms together may have \(limit)"
    case .noLibrary(let path): "there is no library in \(path)"
    case .catalogMissing(let path):
      "\(path) holds pictures and no catalog: an unfinished backup, or the catalog was lost"
    case .embeddedFolder(let path):
      "\(path) holds an embedded library: a node of a shared store needs a folder of its own"
    case .nodeFolder(let path):
      "\(path) belongs to a node of a shared store, and is no embedded library"
    case .notBackup(let path): "\(path) is neither empty nor a backup"
    case .file(let operation, let kind, let code): "\(operation) of \(kind) file: errno \(code)"
    case .catalog(let code, let message): "catalog: \(message) (SQLite \(code))"
    case .database(let state, _) where state.hasPrefix("08") || state.hasPrefix("57P"):
      "the database cannot be reached (\(state))"
    case .database(let state, _): "the database refused (\(state))"
    case .catalogDamaged(let column): "the catalog's \(column) holds an impossible value"
    case .cancelled: "cancelled"
    case .uploadBusy: "the same picture is being uploaded already"
    case .ended: "the upload or spool file has ended"
    case .uploadLength(let declared, let limit):
      "a picture of \(declared) bytes, allowed are 1…\(limit)"
    case .uploadTooLong(let declared, let received):
      "\(received) bytes came, declared were \(declared)"
    case .uploadIncomplete(let declared, let received):
      "only \(received) bytes came, declared were \(declared)"
    case .digestMismatch(let declared, let computed):
      "the bytes digest to \(computed), declared was \(declared)"
    case .imageCollision(let id): "another picture has the image id \(id)"
    case .unknownImage(let id): "no image \(id)"
    case .unknownCapability(let key): "no capability for form key \(key)"
    case .keyExists(let id): "there is a key \(id) already"
    case .originalDamaged(let id): "the original of image \(id) is damaged"
    }
  }
}
