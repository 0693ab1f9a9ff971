internal import Capabilities
internal import Synchronization

/// Files named by the SHA-256 of their bytes: `ab/cdef…`, so that no folder grows too large.
final class BlobFolder: Sendable {
  /// How many verified digests are remembered; then all are forgotten and verified again.
  private static let verifiedLimit = 65_536

  private let path: String
  private let kind: FileKind
  /// What was verified since start.
  private let verified = Mutex<Set<Digest>>([])

  /// Opens the folder, and makes it with all its subfolders where they are missing, so that writing
  /// a blob never has to.
  init(_ path: String, kind: FileKind) throws(StoreError) {
    self.path = path
    self.kind = kind
    _ = try FileSystem.makeFolder(path)
    var isChanged = false
    for byte in UInt8.min...UInt8.max {
      isChanged = try FileSystem.makeFolder("\(path)/\(hexadecimal([byte]))") || isChanged
    }
    // A blob must not be lost with a subfolder that a crash forgets.
    if isChanged { try FileSystem.synchronizeFolder(path) }
  }

  /// Gives a file its place as the blob of this digest. The file's bytes are on stable storage
  /// already, and digest to `digest`; a blob of that name is replaced by the same bytes, which
  /// repairs a damaged one.
  /// - Parameter renamed: called when the name is given and not yet safe.
  func publish(
    _ source: String, as digest: Digest, renamed: () throws(StoreError) -> Void
  ) throws(StoreError) {
    // Renaming is one step: whoever opens the name finds all bytes or none.
    try FileSystem.rename(source, to: file(digest), kind: kind)
    try renamed()
    // The row that points here is committed next; it must not outlive the name. The folder that the
    // file came from needs no care: a name that comes back there is swept.
    try FileSystem.synchronizeFolder(subfolder(digest))
  }

  /// Gives a file its place as the blob of this digest, of which there is another copy elsewhere:
  /// what a crash leaves of it is compared with its digest before it is used.
  func place(_ source: String, as digest: Digest) throws(StoreError) {
    _ = verified.withLock { $0.remove(digest) }
    try FileSystem.rename(source, to: file(digest), kind: kind)
  }

  /// Opens a blob, and compares it with its name when that was not done since start.
  /// - Returns: `nil` when it is gone, or its bytes are not those it was stored with.
  func open(
    _ digest: Digest, byteCount: Int, pin: PinTable.Pin? = nil
  ) throws(StoreError) -> BlobFile? {
    let file: OpenFile
    do {
      file = try OpenFile(self.file(digest), .read, kind: kind)
    } catch  where error.isMissingFile {
      return nil
    }
    // Later changes of length are found by every read; those of bytes by the next start.
    guard try file.byteCount() == byteCount else { return nil }
    let blob = BlobFile(file, byteCount: byteCount, pin: pin)
    if verified.withLock({ $0.contains(digest) }) { return blob }
    do {
      guard try blob.computeDigest().value == digest else { return nil }
    } catch .file(.read, _, _) {
      // A sector that the disk cannot read any more.
      return nil
    }
    verified.withLock { verified in
      if verified.count >= Self.verifiedLimit { verified.removeAll() }
      verified.insert(digest)
    }
    return blob
  }

  /// Takes back a name that was given and that nothing knows: the file is again where it came from.
  func withdraw(_ digest: Digest, to source: String) throws(StoreError) {
    try FileSystem.rename(file(digest), to: source, kind: kind)
  }

  /// Removes a blob; one that is not there counts as removed.
  func remove(_ digest: Digest) throws(StoreError) {
    _ = verified.withLock { $0.remove(digest) }
    try FileSystem.remove(file(digest), kind: kind)
  }

  // MARK: Upkeep

  /// What a look at all bytes of a blob says.
  enum State {
    case intact, damaged, missing
  }

  /// Reads a blob and compares it with its name, whatever was found before.
  func state(of digest: Digest, byteCount: Int) throws(StoreError) -> State {
    guard try self.byteCount(of: digest) != nil else { return .missing }
    _ = verified.withLock { $0.remove(digest) }
    return try open(digest, byteCount: byteCount) == nil ? .damaged : .intact
  }

  /// Length of a blob in bytes; `nil` when it is not there.
  func byteCount(of digest: Digest) throws(StoreError) -> Int? {
    do {
      return try OpenFile(file(digest), .read, kind: kind).byteCount()
    } catch  where error.isMissingFile {
      return nil
    }
  }

  /// The blobs whose digests begin with a byte, and their lengths. Files that no blob is named like
  /// are left out.
  func blobs(startingWith byte: UInt8) throws(StoreError) -> [Digest: Int] {
    let start = hexadecimal([byte])
    var blobs: [Digest: Int] = [:]
    for entry in try FileSystem.files(in: "\(path)/\(start)") {
      guard let digest = bytes(hexadecimal: start + entry.name).flatMap(Digest.init) else {
        continue
      }
      blobs[digest] = entry.byteCount
    }
    return blobs
  }

  /// Copies a blob to another folder, compared with its name on the way. Its bytes are then on
  /// stable storage; its name is after ``synchronizeSubfolders()`` there.
  /// - Parameter temporaryPath: where the copy is made; on the file system of `target`.
  /// - Returns: what was found here; only what is intact was copied.
  func copy(
    _ digest: Digest, byteCount: Int, to target: BlobFolder, by temporaryPath: String
  ) throws(StoreError) -> State {
    let source: OpenFile
    do {
      source = try OpenFile(file(digest), .read, kind: kind)
    } catch  where error.isMissingFile {
      return .missing
    }
    guard try source.byteCount() == byteCount else { return .damaged }
    let copy = try OpenFile(temporaryPath, .create, kind: kind)
    var hash = RunningDigest()
    var isComplete = true
    do {
      try BlobFile(source, byteCount: byteCount).forEachChunk {
        (offset, bytes) throws(StoreError) in
        hash.update(bytes)
        try copy.write(bytes, at: offset)
      }
    } catch .file(.read, _, _) {
      isComplete = false
    }
    guard isComplete, hash.value == digest else {
      try FileSystem.remove(temporaryPath, kind: kind)
      return .damaged
    }
    try copy.synchronize()
    try FileSystem.rename(temporaryPath, to: target.file(digest), kind: kind)
    return .intact
  }

  /// Returns when all names of blobs are on stable storage.
  func synchronizeSubfolders() throws(StoreError) {
    for byte in UInt8.min...UInt8.max {
      try FileSystem.synchronizeFolder("\(path)/\(hexadecimal([byte]))")
    }
    try FileSystem.synchronizeFolder(path)
  }

  private func subfolder(_ digest: Digest) -> String {
    "\(path)/\(digest.description.prefix(2))"
  }

  private func file(_ digest: Digest) -> String {
    "\(subfolder(digest))/\(digest.description.dropFirst(2))"
  }
}
