package import Foundation
internal import GRDB

// The bytes of forms: stored within a limit, and given up for others or because they are damaged.
//
// A file under forms/ and a row in formBlob belong together. The file comes first and goes last, so
// a crash leaves at most a file without a row, which the next start sweeps.

extension EmbeddedLibrary {
  package func addForm(
    _ id: FormID, facts: FormFacts, bytes: SpooledForm, reason: FormReason, mayEvict: Bool,
    at time: Date
  ) async throws(StoreError) -> StoredForm {
    let form = StoredForm(
      id: id, facts: facts, digest: bytes.digest, byteCount: bytes.content.byteCount,
      hasBytes: true)
    return try await folder.queue.run { [self] () throws(StoreError) in
      // A spooled form was never synced, because most of them are never stored.
      func store() throws(StoreError) {
        try bytes.file.file.synchronize()
        try folder.reached(.formSynchronized)
        try publish(form, bytes, reason: reason, mayEvict: mayEvict, at: time)
      }
      do throws(StoreError) {
        try store()
      } catch .storeFull where mayEvict {
        // The disk is full before the limit is reached.
        try freeSpaceBlocking(byteCount: form.byteCount)
        try store()
      }
      return form
    }
  }

  // The order is that of `commit`: bytes, their name, its folder, the rows, the caller.
  private func publish(
    _ form: StoredForm, _ bytes: SpooledForm, reason: FormReason, mayEvict: Bool, at time: Date
  ) throws(StoreError) {
    let victims: [Digest]
    do throws(StoreError) {
      victims = try folder.publishing { () throws(StoreError) in
        try catalog.readBlocking { try checkRoom(for: form, mayEvict: mayEvict, in: $0) }
        do throws(StoreError) {
          try folder.forms.publish(bytes.file.path, as: form.digest) { () throws(StoreError) in
            try folder.reached(.formRenamed)
          }
        } catch  where error.isMissingFile {
          // The same spooled bytes were added before, and are where they should be.
          guard try isStored(form.digest) else { throw error }
        }
        try folder.reached(.formDurable)
        return try catalog.writeBlocking { database in
          try Self.insert(form, reason: reason, spooledUntil: nil, at: time, into: database)
          try Self.insertBytes(of: form, at: time, into: database)
          let victims = try makeRoom(for: form, mayEvict: mayEvict, in: database)
          try folder.reached(.formWritten)
          return victims
        }
      }
    } catch {
      withdraw(bytes)
      throw error
    }
    try folder.reached(.formCommitted)
    guard !victims.isEmpty else { return }
    try folder.reached(.evictionCommitted)
    // The form is stored. A file that cannot be removed now is swept later.
    try? removeUnknownForms(victims)
  }

  /// Puts a form's bytes back into the spool when they have a name that no row knows.
  private func withdraw(_ bytes: SpooledForm) {
    // What fails here is swept later, and the caller learns of the first failure.
    try? folder.removing { () throws(StoreError) in
      guard try !isStored(bytes.digest) else { return }
      try folder.forms.withdraw(bytes.digest, to: bytes.file.path)
    }
  }

  private static func insertBytes(
    of form: StoredForm, at time: Date, into database: Database
  ) throws {
    try database.execute(
      sql: """
        INSERT INTO formBlob (digest, byteCount, usedAt) VALUES (?, ?, ?)
        ON CONFLICT (digest) DO UPDATE SET usedAt = max(usedAt, excluded.usedAt)
        """,
      arguments: [Data(form.digest.bytes), form.byteCount, time.unixMilliseconds])
  }

  /// Whether the catalog says that bytes are there.
  func isStored(_ digest: Digest) throws(StoreError) -> Bool {
    try catalog.readBlocking { try Self.isStored(digest, in: $0) }
  }

  private static func isStored(_ digest: Digest, in database: Database) throws -> Bool {
    try exists(
      "SELECT EXISTS (SELECT 1 FROM formBlob WHERE digest = ?)", Data(digest.bytes), in: database)
  }

  // MARK: Room

  /// Bytes of all stored forms.
  static func formByteCount(in database: Database) throws -> Int {
    try Int.fetchOne(database, sql: "SELECT total FROM account WHERE name = 'formBytes'") ?? 0
  }

  /// Refuses a form that cannot be stored, before its file is touched.
  private func checkRoom(for form: StoredForm, mayEvict: Bool, in database: Database) throws {
    guard try !Self.isStored(form.digest, in: database) else { return }
    let taken = mayEvict ? 0 : try Self.formByteCount(in: database)
    guard form.byteCount <= limits.formByteLimit - taken else {
      throw StoreError.formsFull(byteCount: form.byteCount, limit: limits.formByteLimit)
    }
  }

  /// Takes the rows of the least recently used forms until all bytes are within the limit again.
  /// - Returns: whose rows were taken; their files go when this is committed.
  private func makeRoom(
    for form: StoredForm, mayEvict: Bool, in database: Database
  ) throws -> [Digest] {
    let excess = try Self.formByteCount(in: database) - limits.formByteLimit
    guard excess > 0 else { return [] }
    let victims = mayEvict ? try leastUsed(excess, sparing: form.digest, in: database) : nil
    guard let victims, victims.byteCount >= excess else {
      throw StoreError.formsFull(byteCount: form.byteCount, limit: limits.formByteLimit)
    }
    for digest in victims.digests { try Self.deleteBytes(of: digest, in: database) }
    return victims.digests
  }

  /// The least recently used forms that have at least `byteCount` bytes together, as far as there
  /// are so many that nobody has open.
  private func leastUsed(
    _ byteCount: Int, sparing spared: Digest?, in database: Database
  ) throws -> (digests: [Digest], byteCount: Int) {
    var digests: [Digest] = []
    var total = 0
    var last = (usedAt: Int64.min, digest: Data())
    while total < byteCount {
      let rows = try Row.fetchAll(
        database,
        sql: """
          SELECT usedAt, digest, byteCount FROM formBlob WHERE (usedAt, digest) > (?, ?)
          ORDER BY usedAt, digest LIMIT 64
          """,
        arguments: [last.usedAt, last.digest])
      if rows.isEmpty { break }
      for row in rows where total < byteCount {
        let digest = try row.value("digest", Digest.init)
        last = (try row.value("usedAt"), Data(digest.bytes))
        if digest == spared || pins.isPinned(digest) { continue }
        digests.append(digest)
        total += try row.value("byteCount", as: Int.self)
      }
    }
    return (digests, total)
  }

  /// Takes the row of bytes; their file goes after that is committed.
  static func deleteBytes(of digest: Digest, in database: Database) throws {
    try database.execute(
      sql: "DELETE FROM formBlob WHERE digest = ?", arguments: [Data(digest.bytes)])
  }

  /// Removes the files of forms that have no row.
  func removeUnknownForms(_ digests: [Digest]) throws(StoreError) {
    try folder.removing { () throws(StoreError) in
      for digest in digests where try !isStored(digest) { try folder.forms.remove(digest) }
    }
  }

  package func freeSpace(byteCount: Int) async throws(StoreError) {
    try await folder.queue.run { [self] () throws(StoreError) in
      try freeSpaceBlocking(byteCount: byteCount)
    }
  }

  private func freeSpaceBlocking(byteCount: Int) throws(StoreError) {
    try folder.removing { () throws(StoreError) in
      let victims = try catalog.readBlocking {
        try leastUsed(max(byteCount, Self.leastFreedByteCount), sparing: nil, in: $0).digests
      }
      // Where nothing can be written not even a row can be deleted: here the files go first. A row
      // that a crash leaves behind is found by the next start.
      for digest in victims { try folder.forms.remove(digest) }
      try catalog.writeBlocking { database in
        for digest in victims { try Self.deleteBytes(of: digest, in: database) }
      }
    }
  }

  /// What is freed at least on a full disk, so that the catalog has room to say so too.
  private static let leastFreedByteCount = 1_048_576

  /// Gives up the bytes of a form that are missing or changed.
  /// - Returns: false when nobody claims any more that they are there, or they are made again.
  func giveUp(_ digest: Digest, byteCount: Int) throws(StoreError) -> Bool {
    try folder.removing { () throws(StoreError) in
      // They may have been evicted, or made again, since they were looked at.
      guard try isStored(digest) else { return false }
      if try folder.forms.state(of: digest, byteCount: byteCount) == .intact { return false }
      try catalog.writeBlocking { try Self.deleteBytes(of: digest, in: $0) }
      try folder.forms.remove(digest)
      return true
    }
  }
}
