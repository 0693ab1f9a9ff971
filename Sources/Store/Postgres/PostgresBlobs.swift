internal import Foundation

// Blobs: in rows of at most a mebibyte in the database, and as copies in the node's folder.

/// How the bytes of a blob are cut into rows.
enum BlobParts {
  /// Bytes of every part but the last.
  static let byteCount = 1_048_576

  /// How many parts a blob has; none when it is empty.
  static func count(of blobByteCount: Int) -> Int {
    blobByteCount / byteCount + (blobByteCount % byteCount == 0 ? 0 : 1)
  }
}

extension BlobKind {
  // What is there already and damaged is mended; what is right is not written again.
  fileprivate var insertPartSQL: String {
    """
    INSERT INTO \(partTable) (digest, part, bytes) VALUES ($1::bytea, $2::integer, $3::bytea)
    ON CONFLICT (digest, part) DO UPDATE SET bytes = excluded.bytes
    WHERE \(partTable).bytes <> excluded.bytes
    """
  }

  fileprivate var partSQL: String {
    "SELECT bytes FROM \(partTable) WHERE digest = $1::bytea AND part = $2::integer"
  }

  private var partTable: String {
    switch self {
    case .original: "original_part"
    case .form: "form_part"
    }
  }
}

extension PostgresLibrary {
  /// Writes the parts of a blob, whose row is there.
  static func insertParts(
    of content: BlobFile, as key: BlobCache.Key, in connection: PostgresConnection
  ) throws(StoreError) {
    for part in 0..<BlobParts.count(of: content.byteCount) {
      let bytes = try content.read(at: part * BlobParts.byteCount, count: BlobParts.byteCount)
      try connection.change(
        key.kind.insertPartSQL, [.bytes(key.digest.bytes), .integer(part), .bytes(bytes)])
    }
  }

  /// Reads the parts of a blob in order.
  /// - Returns: whether they are those of `digest`; where not, `body` has seen wrong bytes.
  static func readParts(
    of key: BlobCache.Key, byteCount: Int, in connection: PostgresConnection,
    _ body: (Int, [UInt8]) throws(StoreError) -> Void
  ) throws(StoreError) -> Bool {
    var digest = RunningDigest()
    var offset = 0
    for part in 0..<BlobParts.count(of: byteCount) {
      let row = try connection.query(
        key.kind.partSQL, [.bytes(key.digest.bytes), .integer(part)]
      ).first
      guard let bytes = try row?.bytes("bytes"),
        bytes.count == min(BlobParts.byteCount, byteCount - offset)
      else { return false }
      digest.update(bytes)
      try body(offset, bytes)
      offset += bytes.count
    }
    return digest.value == key.digest
  }

  /// A blob from the node's copies or, where there is none, from the database, of which a copy then
  /// stays.
  /// - Returns: `nil` when the database has no such bytes, or not these.
  func openBlob(_ key: BlobCache.Key, byteCount: Int) async throws(StoreError) -> BlobFile? {
    let copy = try await folder.queue.run { [self] () throws(StoreError) in
      try cache.open(key, byteCount: byteCount)
    }
    if let copy { return copy }
    return try await fetches.run(key) { [self] () async throws(StoreError) in
      try await pool.run { [self] () throws(StoreError) in
        do throws(StoreError) {
          return try fetch(key, byteCount: byteCount)
        } catch .storeFull {
          try cache.free(byteCount: max(byteCount, Self.leastFreedByteCount))
          return try fetch(key, byteCount: byteCount)
        }
      }
    }
  }

  /// What is freed at least on a full disk.
  static let leastFreedByteCount = 1_048_576

  private func fetch(_ key: BlobCache.Key, byteCount: Int) throws(StoreError) -> BlobFile? {
    // Before it is a copy, so that it does not go before it is read.
    let pin = cache.pins.pin(key.digest)
    let temporary = try pool.readBlocking { connection throws(StoreError) -> TemporaryFile? in
      let temporary = try folder.makeTemporaryFile()
      let isRight = try Self.readParts(of: key, byteCount: byteCount, in: connection) {
        (offset, bytes) throws(StoreError) in try temporary.file.write(bytes, at: offset)
      }
      return isRight ? temporary : nil
    }
    guard let temporary else { return nil }
    // A copy that cannot be kept is still good for this once.
    try? cache.place(temporary.path, as: key, byteCount: byteCount)
    return BlobFile(temporary.file, byteCount: byteCount, pin: pin)
  }
}

/// Blobs that are being fetched: whoever wants one that is on its way waits for it.
actor BlobFetches {
  private var running: [BlobCache.Key: Task<Result<BlobFile?, StoreError>, Never>] = [:]

  /// Runs `fetch`, or joins the one that runs.
  func run(
    _ key: BlobCache.Key, _ fetch: @escaping @Sendable () async throws(StoreError) -> BlobFile?
  ) async throws(StoreError) -> BlobFile? {
    if let task = running[key] { return try await task.value.get() }
    let task = Task {
      do throws(StoreError) {
        return Result<BlobFile?, StoreError>.success(try await fetch())
      } catch {
        return .failure(error)
      }
    }
    running[key] = task
    let result = await task.value
    running[key] = nil
    return try result.get()
  }
}
