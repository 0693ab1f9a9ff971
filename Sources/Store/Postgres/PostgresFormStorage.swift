package import Foundation

// The bytes of forms: stored within a limit, and given up for others or because they are damaged.
//
// All transactions lock in one order: rows of blobs, then the account. Whoever has the account waits
// for nobody: forms that are busy are passed over when others have to go. So none waits in a circle.

extension PostgresLibrary {
  package func addForm(
    _ id: FormID, facts: FormFacts, bytes: SpooledForm, reason: FormReason, mayEvict: Bool,
    at time: Date
  ) async throws(StoreError) -> StoredForm {
    let form = StoredForm(
      id: id, facts: facts, digest: bytes.digest, byteCount: bytes.content.byteCount,
      hasBytes: true)
    return try await pool.run { [self] () throws(StoreError) in
      try pool.writeBlocking { connection throws(StoreError) in
        try checkRoom(for: form, mayEvict: mayEvict, in: connection)
        let released = try Self.insert(form, reason: reason, at: time, into: connection)
        try Self.note(form.id, spooledUntil: nil, by: node, in: connection)
        let isNew = try Self.insertBlob(of: form, at: time, into: connection)
        let key = BlobCache.Key(kind: .form, digest: form.digest)
        try Self.insertParts(of: bytes.content, as: key, in: connection)
        try Self.release(released, in: connection)
        if isNew { try makeRoom(for: form, mayEvict: mayEvict, in: connection) }
        try folder.reached(.formWritten)
      }
      try folder.reached(.formCommitted)
      // The form is stored; a copy that cannot be kept is fetched when it is wanted.
      try? cache.place(
        bytes.file.path, as: BlobCache.Key(kind: .form, digest: form.digest),
        byteCount: form.byteCount)
      return form
    }
  }

  /// Refuses a form that cannot be stored, before its bytes are sent.
  private func checkRoom(
    for form: StoredForm, mayEvict: Bool, in connection: PostgresConnection
  ) throws(StoreError) {
    let row = try connection.query(
      """
      SELECT total, EXISTS (SELECT 1 FROM form_blob WHERE digest = $1::bytea) AS is_stored
      FROM account WHERE name = 'form_bytes'
      """,
      [.bytes(form.digest.bytes)]
    ).first
    guard let row else { throw .catalogDamaged(column: "total") }
    if try row.flag("is_stored") { return }
    let taken: Int = mayEvict ? 0 : try row.integer("total")
    guard form.byteCount <= limits.formByteLimit - taken else {
      throw .formsFull(byteCount: form.byteCount, limit: limits.formByteLimit)
    }
  }

  /// Writes the row of a form's bytes, and keeps it from going until the transaction ends.
  /// - Returns: false when it was there.
  private static func insertBlob(
    of form: StoredForm, at time: Date, into connection: PostgresConnection
  ) throws(StoreError) -> Bool {
    let digest = PostgresValue.bytes(form.digest.bytes)
    let usedAt = PostgresValue.integer(Int(time.unixMilliseconds))
    while true {
      let added = try connection.change(
        """
        INSERT INTO form_blob (digest, byte_count, used_at)
        VALUES ($1::bytea, $2::bigint, $3::bigint) ON CONFLICT (digest) DO NOTHING
        """,
        [digest, .integer(form.byteCount), usedAt])
      if added == 1 { return true }
      let kept = try connection.change(
        """
        UPDATE form_blob SET used_at = greatest(used_at, $2::bigint) WHERE digest = $1::bytea
        """,
        [digest, usedAt])
      // Where it went between the two, it is written once more.
      if kept == 1 { return false }
    }
  }

  /// Says of bytes that no form has any more that they go first. Those that somebody is busy with
  /// are not unused.
  static func release(
    _ digests: [Digest], in connection: PostgresConnection
  ) throws(StoreError) {
    guard !digests.isEmpty else { return }
    try connection.change(
      """
      UPDATE form_blob SET used_at = 0 WHERE digest IN (
        SELECT digest FROM form_blob WHERE digest = ANY ($1::bytea[])
          AND NOT EXISTS (SELECT 1 FROM form WHERE form.digest = form_blob.digest)
        FOR UPDATE SKIP LOCKED)
      """,
      [.list(digests.map(\.bytes))])
  }

  // MARK: Room

  /// Adds a form's bytes to the sum, and takes the least recently used forms until that is within
  /// the limit again. The last thing that its transaction does.
  private func makeRoom(
    for form: StoredForm, mayEvict: Bool, in connection: PostgresConnection
  ) throws(StoreError) {
    let total = try Self.add(form.byteCount, in: connection)
    let excess = total - limits.formByteLimit
    guard excess > 0 else { return }
    let victims =
      mayEvict ? try leastUsed(excess, sparing: form.digest, in: connection) : nil
    guard let victims, victims.byteCount >= excess else {
      throw .formsFull(byteCount: form.byteCount, limit: limits.formByteLimit)
    }
    try Self.deleteBytes(of: victims.digests, in: connection)
  }

  /// Changes the sum of all bytes, and keeps others from changing it until the transaction ends.
  private static func add(
    _ byteCount: Int, in connection: PostgresConnection
  ) throws(StoreError) -> Int {
    let row = try connection.query(
      """
      UPDATE account SET total = total + $1::bigint WHERE name = 'form_bytes' RETURNING total
      """,
      [.integer(byteCount)]
    ).first
    guard let row else { throw .catalogDamaged(column: "total") }
    return try row.integer("total")
  }

  /// The least recently used forms that have at least `byteCount` bytes together, as far as there
  /// are so many that nobody is busy with, here or elsewhere.
  private func leastUsed(
    _ byteCount: Int, sparing spared: Digest, in connection: PostgresConnection
  ) throws(StoreError) -> (digests: [Digest], byteCount: Int) {
    var digests: [Digest] = []
    var total = 0
    var last: (usedAt: Int, digest: [UInt8]) = (-1, [])
    while total < byteCount {
      let rows = try connection.query(
        """
        SELECT used_at, digest, byte_count FROM form_blob
        WHERE (used_at, digest) > ($1::bigint, $2::bytea)
        ORDER BY used_at, digest LIMIT 64 FOR UPDATE SKIP LOCKED
        """,
        [.integer(last.usedAt), .bytes(last.digest)])
      if rows.isEmpty { break }
      for row in rows where total < byteCount {
        let digest = try row.value("digest", Digest.init)
        last = (try row.integer("used_at"), digest.bytes)
        if digest == spared || cache.pins.isPinned(digest) { continue }
        digests.append(digest)
        total += try row.integer("byte_count", as: Int.self)
      }
    }
    return (digests, total)
  }

  /// Takes bytes and their part of the sum. Their rows are locked already.
  private static func deleteBytes(
    of digests: [Digest], in connection: PostgresConnection
  ) throws(StoreError) {
    let rows = try connection.query(
      "DELETE FROM form_blob WHERE digest = ANY ($1::bytea[]) RETURNING byte_count",
      [.list(digests.map(\.bytes))])
    var byteCount = 0
    for row in rows { byteCount += try row.integer("byte_count", as: Int.self) }
    _ = try add(-byteCount, in: connection)
  }

  package func freeSpace(byteCount: Int) async throws(StoreError) {
    try await folder.queue.run { [self] () throws(StoreError) in
      try cache.free(byteCount: max(byteCount, Self.leastFreedByteCount))
    }
  }

  // MARK: Upkeep

  /// Gives up the bytes of a form that are missing or changed.
  /// - Returns: false when nobody claims any more that they are there, or they are made again.
  func giveUp(_ digest: Digest) async throws(StoreError) -> Bool {
    let receipt = PostgresReceipt()
    return try await pool.run { [self] () throws(StoreError) in
      try giveUpBlocking(digest, receipt)
    }
  }

  /// Like ``giveUp(_:)``, on a thread of the pool.
  func giveUpBlocking(_ digest: Digest, _ receipt: PostgresReceipt) throws(StoreError) -> Bool {
    let given = try pool.writeBlocking { connection throws(StoreError) in
      try receipt.once(connection) { () throws(StoreError) in
        // They may have been evicted, or made again, since they were looked at.
        let row = try connection.query(
          "SELECT byte_count FROM form_blob WHERE digest = $1::bytea FOR UPDATE",
          [.bytes(digest.bytes)]
        ).first
        guard let row else { return nil }
        let key = BlobCache.Key(kind: .form, digest: digest)
        let isRight = try Self.readParts(
          of: key, byteCount: try row.integer("byte_count"), in: connection
        ) { (_, _) throws(StoreError) in }
        if isRight { return nil }
        try Self.deleteBytes(of: [digest], in: connection)
        return 1
      }
    }
    return given != nil
  }

  /// Removes bytes that have no form any more, because their kind of device was forgotten or
  /// another version of the renderer made others.
  func sweepUnusedBytes() async throws(StoreError) {
    while true {
      let count = try await pool.write { connection throws(StoreError) in
        let unused = try connection.query(
          """
          SELECT digest FROM form_blob
          WHERE NOT EXISTS (SELECT 1 FROM form WHERE form.digest = form_blob.digest)
          ORDER BY used_at, digest LIMIT 256 FOR UPDATE SKIP LOCKED
          """
        ).map { row throws(StoreError) in try row.value("digest", Digest.init) }
        if !unused.isEmpty { try Self.deleteBytes(of: unused, in: connection) }
        return unused.count
      }
      if count == 0 { return }
    }
  }
}
