#if canImport(Musl)
  internal import Musl
#else
  internal import Glibc
#endif
internal import Foundation

// Every call into the C library that this module makes. Foundation's FileHandle has neither pread
// nor a synchronisation of folders, so the few calls are made here, and `unsafe` stands in no other
// file of the module: pointers go no further than the call that they are made for.

/// An open file. Closed when the last reference goes.
final class OpenFile: Sendable {
  /// How a file is opened.
  enum Access {
    /// To read; the file is there.
    case read
    /// To read and write; it is made when it is not there.
    case update
    /// To read and write; it is an error when it is there.
    case create
  }

  private let descriptor: Int32
  /// What errors say it is.
  let kind: FileKind

  /// Lends the descriptor; it stays open at least until `body` returns.
  func withDescriptor<Value, Failure: Error>(
    _ body: (Int32) throws(Failure) -> Value
  ) throws(Failure) -> Value {
    try withExtendedLifetime(self) { () throws(Failure) in try body(descriptor) }
  }

  /// Opens `path`; a symbolic link in its last place is refused.
  init(_ path: String, _ access: Access, kind: FileKind) throws(StoreError) {
    let flags =
      switch access {
      case .read: O_RDONLY
      case .update: O_RDWR | O_CREAT
      case .create: O_RDWR | O_CREAT | O_EXCL
      }
    self.kind = kind
    descriptor = try FileSystem.check(.open, kind) {
      // The group may read, for backups; others see nothing.
      unsafe open(path, flags | O_CLOEXEC | O_NOFOLLOW, 0o640)
    }
  }

  deinit {
    _ = close(descriptor)
  }

  /// Reads at most `count` bytes from byte `offset`; fewer only at the end of the file.
  func read(at offset: Int, count: Int) throws(StoreError) -> [UInt8] {
    var bytes = [UInt8](repeating: 0, count: count)
    var done = 0
    while done < count {
      let readCount = try FileSystem.check(.read, kind) {
        unsafe bytes.withUnsafeMutableBytes { buffer in
          unsafe pread(
            descriptor, buffer.baseAddress.map { unsafe $0 + done }, count - done, offset + done)
        }
      }
      if readCount == 0 { break }
      done += readCount
    }
    bytes.removeLast(count - done)
    return bytes
  }

  /// Writes all of `bytes` at byte `offset`.
  func write(_ bytes: [UInt8], at offset: Int) throws(StoreError) {
    var done = 0
    while done < bytes.count {
      done += try FileSystem.check(.write, kind) {
        unsafe bytes.withUnsafeBytes { buffer in
          unsafe pwrite(
            descriptor, buffer.baseAddress.map { unsafe $0 + done }, bytes.count - done,
            offset + done)
        }
      }
    }
  }

  /// Cuts the file to its first `byteCount` bytes.
  func truncate(to byteCount: Int) throws(StoreError) {
    _ = try FileSystem.check(.truncate, kind) { ftruncate(descriptor, byteCount) }
  }

  /// Returns when the bytes of the file are on stable storage. Its name is not: that is the
  /// folder's, ``FileSystem/synchronizeFolder(_:)``.
  func synchronize() throws(StoreError) {
    _ = try FileSystem.check(.synchronize, kind) { fsync(descriptor) }
  }

  /// Length in bytes.
  func byteCount() throws(StoreError) -> Int {
    var status = stat()
    _ = try FileSystem.check(.status, kind) { unsafe fstat(descriptor, &status) }
    return Int(status.st_size)
  }

  /// Whether `path` names this very file: it was neither removed nor renamed since it was opened.
  func isNamed(_ path: String) throws(StoreError) -> Bool {
    var own = stat()
    _ = try FileSystem.check(.status, kind) { unsafe fstat(descriptor, &own) }
    guard let named = try FileSystem.status(path, kind: kind) else { return false }
    return own.st_dev == named.st_dev && own.st_ino == named.st_ino
  }

  /// Takes the exclusive lock of the file, until ``unlock()`` or until it is closed.
  /// - Returns: false when somebody else has it.
  func lock() throws(StoreError) -> Bool {
    do {
      _ = try FileSystem.check(.lock, kind) { flock(descriptor, LOCK_EX | LOCK_NB) }
      return true
    } catch .file(.lock, _, code: EWOULDBLOCK) {
      return false
    }
  }

  /// How a file is locked.
  enum Lock {
    /// With others who share it.
    case shared
    /// Alone.
    case exclusive
  }

  /// Waits for a lock of the file; it is held until the file is closed.
  func wait(for lock: Lock) throws(StoreError) {
    _ = try FileSystem.check(.lock, kind) {
      flock(descriptor, lock == .shared ? LOCK_SH : LOCK_EX)
    }
  }

  /// Gives the lock back.
  func unlock() throws(StoreError) {
    _ = try FileSystem.check(.lock, kind) { flock(descriptor, LOCK_UN) }
  }
}

/// What is done with paths.
enum FileSystem {
  /// The errno of a file that is not there.
  static let missingCode = ENOENT

  /// Makes a folder unless it is there.
  /// - Returns: true when it was made; its parent then wants ``synchronizeFolder(_:)``.
  static func makeFolder(_ path: String) throws(StoreError) -> Bool {
    do {
      _ = try check(.makeFolder, .folder) { unsafe mkdir(path, 0o750) }
      return true
    } catch .file(.makeFolder, _, code: EEXIST) {
      return false
    }
  }

  /// Makes an empty file that only its owner and its group may read, unless there is a file. SQLite
  /// takes an empty one for a new database, and would make one that everybody may read.
  static func makePrivateFile(_ path: String, kind: FileKind) throws(StoreError) {
    // To open and close a database's file behind SQLite's back would drop the locks of this process.
    guard try !isThere(path) else { return }
    _ = try OpenFile(path, .create, kind: kind)
  }

  /// Returns when the names in a folder are on stable storage: files made, renamed or removed there
  /// before. Without it a crash may forget a rename that the program has seen.
  static func synchronizeFolder(_ path: String) throws(StoreError) {
    let descriptor = try check(.open, .folder) {
      unsafe open(path, O_RDONLY | O_DIRECTORY | O_CLOEXEC)
    }
    defer { _ = close(descriptor) }
    _ = try check(.synchronize, .folder) { fsync(descriptor) }
  }

  /// Gives a file another name in one step; a file of that name is replaced.
  static func rename(
    _ path: String, to newPath: String, kind: FileKind
  ) throws(StoreError) {
    #if canImport(Musl)
      _ = try check(.rename, kind) { unsafe Musl.rename(path, newPath) }
    #else
      _ = try check(.rename, kind) { unsafe Glibc.rename(path, newPath) }
    #endif
  }

  /// Removes a file. One that is not there counts as removed.
  static func remove(_ path: String, kind: FileKind) throws(StoreError) {
    do {
      _ = try check(.remove, kind) { unsafe unlink(path) }
    } catch .file(.remove, _, code: missingCode) {
      return
    }
  }

  /// Whether something of this name is there, a dangling link included.
  static func isThere(_ path: String) throws(StoreError) -> Bool {
    try status(path, kind: .folder) != nil
  }

  /// What the system says of `path` itself, also where it is a link; `nil` when it is not there.
  fileprivate static func status(_ path: String, kind: FileKind) throws(StoreError) -> stat? {
    var status = stat()
    do {
      _ = try check(.status, kind) { unsafe lstat(path, &status) }
    } catch .file(.status, _, code: missingCode) {
      return nil
    }
    return status
  }

  /// A file in a folder.
  struct Entry {
    /// Its name, without the folder.
    let name: String
    /// Its length.
    let byteCount: Int
    /// When its bytes were last written.
    let modifiedAt: Date
  }

  /// The regular files in a folder, in no order; folders and links are left out. A file that is
  /// removed meanwhile may be left out too.
  static func files(in folder: String) throws(StoreError) -> [Entry] {
    var entries: [Entry] = []
    for name in try names(in: folder) {
      guard let status = try status("\(folder)/\(name)", kind: .folder),
        status.st_mode & S_IFMT == S_IFREG
      else { continue }
      let seconds = Double(status.st_mtim.tv_sec) + Double(status.st_mtim.tv_nsec) / 1e9
      entries.append(
        Entry(
          name: name, byteCount: Int(status.st_size),
          modifiedAt: Date(timeIntervalSince1970: seconds)))
    }
    return entries
  }

  /// The names of everything in a folder, in no order, without `.` and `..`.
  static func names(in folder: String) throws(StoreError) -> [String] {
    guard let stream = unsafe opendir(folder) else {
      throw failure(.list, .folder, code: errno)
    }
    defer { _ = unsafe closedir(stream) }
    var names: [String] = []
    while true {
      errno = 0
      guard let record = unsafe readdir(stream) else {
        guard errno == 0 else { throw failure(.list, .folder, code: errno) }
        return names
      }
      let name = unsafe withUnsafeBytes(of: &record.pointee.d_name) { bytes in
        unsafe String(decoding: bytes.prefix { $0 != 0 }, as: UTF8.self)
      }
      if name != "." && name != ".." { names.append(name) }
    }
  }

  /// Ends this process at once, as the loss of power would.
  static func killOwnProcess() {
    _ = kill(getpid(), SIGKILL)
  }

  /// Calls the system until no signal interrupts it, and turns -1 into an error.
  fileprivate static func check<Result: FixedWidthInteger>(
    _ operation: FileOperation, _ kind: FileKind, _ call: () -> Result
  ) throws(StoreError) -> Result {
    while true {
      let result = call()
      if result != -1 { return result }
      let code = errno
      if code != EINTR { throw failure(operation, kind, code: code) }
    }
  }

  private static func failure(
    _ operation: FileOperation, _ kind: FileKind, code: Int32
  ) -> StoreError {
    switch code {
    case ENOSPC, EDQUOT: .storeFull
    default: .file(operation, kind, code: code)
    }
  }
}

/// How many files and connections this process may have open.
package enum OpenFileLimit {
  /// Raises the limit as far as the system lets everybody.
  /// - Returns: the limit in force.
  package static func raise() -> Int {
    var limit = rlimit()
    guard unsafe getrlimit(kind, &limit) == 0 else { return 0 }
    var raised = limit
    raised.rlim_cur = limit.rlim_max
    let isRaised = unsafe setrlimit(kind, &raised) == 0
    return Int(clamping: isRaised ? raised.rlim_cur : limit.rlim_cur)
  }

  #if canImport(Musl)
    private static let kind = RLIMIT_NOFILE
  #else
    private static let kind = __rlimit_resource_t(RLIMIT_NOFILE.rawValue)
  #endif
}
