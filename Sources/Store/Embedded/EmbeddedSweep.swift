package import Foundation
internal import GRDB

// Removing what belongs to nothing. Looking is done while everything goes on; before anything is
// removed it is looked at once more, when nobody can be between a file and its row.

extension EmbeddedLibrary {
  package func sweep(at now: Date) async throws(StoreError) {
    try await folder.queue.run { [self] () throws(StoreError) in try sweepBlocking(at: now) }
  }

  /// Removes uploads that nobody resumes, bytes that no form has, files that no row knows, and rows
  /// of bytes that are gone. Reads no file.
  func sweepBlocking(at now: Date) throws(StoreError) {
    try folder.incoming.sweep(at: now)
    try sweepUnusedBytes()
    for byte in UInt8.min...UInt8.max {
      let orphans = try orphans(among: .original, startingWith: byte)
      if !orphans.isEmpty { _ = try removeOrphans(orphans, among: .original) }
      try sweepForms(startingWith: byte)
    }
  }

  /// Forgets what another run of the program had in its spool.
  func forgetSpooledForms() throws(StoreError) {
    try catalog.writeBlocking { database in
      try database.execute(
        sql: "UPDATE form SET spooledUntil = NULL WHERE spooledUntil IS NOT NULL")
    }
  }

  /// How many rows are looked at in one piece.
  static let pageCount = 256

  /// Removes bytes that have no form any more, because their kind of device was forgotten or
  /// another version of the renderer made others.
  private func sweepUnusedBytes() throws(StoreError) {
    // When its last form went its time of use was set to 0, so all of them come first.
    while true {
      let unused = try catalog.writeBlocking { database in
        let digests = try Data.fetchAll(
          database,
          sql: """
            SELECT digest FROM formBlob WHERE usedAt = 0
              AND NOT EXISTS (SELECT 1 FROM form WHERE form.digest = formBlob.digest)
            ORDER BY digest LIMIT ?
            """,
          arguments: [Self.pageCount]
        ).compactMap { Digest(Array($0)) }
        for digest in digests { try Self.deleteBytes(of: digest, in: database) }
        return digests
      }
      if unused.isEmpty { return }
      try folder.reached(.sweepCommitted)
      try removeUnknownForms(unused)
    }
  }

  private func sweepForms(startingWith byte: UInt8) throws(StoreError) {
    let files = try folder.forms.blobs(startingWith: byte)
    let rows = try formByteCounts(startingWith: byte)
    let orphans = files.keys.filter { rows[$0] == nil }
    let lost = rows.filter { files[$0.key] != $0.value }
    if !orphans.isEmpty { _ = try removeOrphans(orphans, among: .form) }
    for (digest, byteCount) in lost { try giveUpIfLost(digest, byteCount: byteCount) }
  }

  /// Removes the row of bytes whose file is gone or has another length.
  private func giveUpIfLost(_ digest: Digest, byteCount: Int) throws(StoreError) {
    try folder.removing { () throws(StoreError) in
      guard try folder.forms.byteCount(of: digest) != byteCount else { return }
      try catalog.writeBlocking { try Self.deleteBytes(of: digest, in: $0) }
      try folder.forms.remove(digest)
    }
  }

  // MARK: Files without a row

  /// The blobs of one subfolder that no row knows; some of them may be about to get one.
  func orphans(
    among kind: BlobKind, startingWith byte: UInt8
  ) throws(StoreError) -> [Digest] {
    // The files first: what was there then has its row now, unless it is being published.
    let files = try folder.blobs(kind).blobs(startingWith: byte)
    if files.isEmpty { return [] }
    let rows =
      switch kind {
      case .original: try originalDigests(startingWith: byte)
      case .form: Set(try formByteCounts(startingWith: byte).keys)
      }
    return files.keys.filter { !rows.contains($0) }
  }

  /// Removes those of the blobs that still have no row.
  /// - Parameter isRemoving: false only looks.
  /// - Returns: them.
  func removeOrphans(
    _ candidates: [Digest], among kind: BlobKind, isRemoving: Bool = true
  ) throws(StoreError) -> [Digest] {
    var orphans: [Digest] = []
    // By pieces, so that those who register wait for a short time only.
    for start in stride(from: 0, to: candidates.count, by: Self.pageCount) {
      let piece = candidates[start..<min(start + Self.pageCount, candidates.count)]
      try folder.removing { () throws(StoreError) in
        for digest in piece where try !isKnown(digest, among: kind) {
          if isRemoving { try folder.blobs(kind).remove(digest) }
          orphans.append(digest)
        }
      }
    }
    return orphans
  }

  private func isKnown(_ digest: Digest, among kind: BlobKind) throws(StoreError) -> Bool {
    switch kind {
    case .form: try isStored(digest)
    case .original:
      try catalog.readBlocking { database in
        try Self.exists(
          "SELECT EXISTS (SELECT 1 FROM image WHERE digest = ?)", Data(digest.bytes),
          in: database)
      }
    }
  }

  private func originalDigests(startingWith byte: UInt8) throws(StoreError) -> Set<Digest> {
    try catalog.readBlocking { database in
      let digests = try Data.fetchAll(
        database, sql: "SELECT digest FROM image WHERE digest BETWEEN ? AND ?",
        arguments: Self.digests(startingWith: byte))
      return Set(digests.compactMap { Digest(Array($0)) })
    }
  }

  private func formByteCounts(startingWith byte: UInt8) throws(StoreError) -> [Digest: Int] {
    try catalog.readBlocking { database in
      let rows = try Row.fetchAll(
        database, sql: "SELECT digest, byteCount FROM formBlob WHERE digest BETWEEN ? AND ?",
        arguments: Self.digests(startingWith: byte))
      var byteCounts: [Digest: Int] = [:]
      for row in rows {
        byteCounts[try row.value("digest", Digest.init)] = try row.value("byteCount", as: Int.self)
      }
      return byteCounts
    }
  }

  /// The first and the last digest that begin with a byte.
  private static func digests(startingWith byte: UInt8) -> StatementArguments {
    [
      Data([byte]),
      Data([byte] + [UInt8](repeating: 0xFF, count: Digest.byteCount - 1)),
    ]
  }
}
