package import Foundation

// Reading every byte that is stored. The copies of nodes are not looked at: each node compares what
// it uses.

extension PostgresLibrary {
  /// How many rows are looked at in one piece.
  private static let pageCount = 256

  package func verify(
    sweep isSweeping: Bool, at now: Date, report: @escaping @Sendable (VerifyFinding) -> Void
  ) async throws(StoreError) -> VerifySummary {
    try await pool.run { [self] () throws(StoreError) in
      var summary = VerifySummary()
      try verifyOriginals(&summary, report)
      try verifyForms(&summary, report)
      try verifyNames(&summary, removing: isSweeping, at: now, report)
      // Bytes without a row cannot be: the database sees to that.
      return summary
    }
  }

  /// What the database has of a blob.
  private func state(
    of key: BlobCache.Key, byteCount: Int
  ) throws(StoreError) -> BlobFolder.State {
    try pool.readBlocking { connection throws(StoreError) in
      var readCount = 0
      let isRight = try Self.readParts(of: key, byteCount: byteCount, in: connection) {
        (_, bytes) throws(StoreError) in readCount += bytes.count
      }
      if isRight { return .intact }
      return readCount == 0 ? .missing : .damaged
    }
  }

  private func verifyOriginals(
    _ summary: inout VerifySummary, _ report: (VerifyFinding) -> Void
  ) throws(StoreError) {
    var last: ImageID?
    while true {
      let images = try pool.readBlocking { connection throws(StoreError) in
        try connection.query(
          """
          SELECT \(Self.imageColumns) FROM image WHERE id > $1::bytea ORDER BY id LIMIT $2::bigint
          """,
          [.bytes(last?.bytes ?? []), .integer(Self.pageCount)]
        ).map { row throws(StoreError) in try Image(row: row) }
      }
      guard let end = images.last else { return }
      last = end.id
      for image in images {
        let key = BlobCache.Key(kind: .original, digest: image.digest)
        let state = try state(of: key, byteCount: image.byteCount)
        summary.originalCount += 1
        // It may have been removed since the page was read.
        guard state != .intact, let names = try namesIfKnown(image.id) else { continue }
        summary.damagedOriginalCount += 1
        report(.damagedOriginal(image.id, isMissing: state == .missing, names: names))
      }
    }
  }

  /// Names that stand for an image, up to a hundred; `nil` when there is no such image.
  private func namesIfKnown(_ image: ImageID) throws(StoreError) -> [String]? {
    try pool.readBlocking { connection throws(StoreError) in
      guard try Self.image(image, in: connection) != nil else { return nil }
      return try Self.names(of: image, limit: 100, in: connection)
    }
  }

  private func verifyForms(
    _ summary: inout VerifySummary, _ report: (VerifyFinding) -> Void
  ) throws(StoreError) {
    var last: [UInt8] = []
    while true {
      let page = try pool.readBlocking { connection throws(StoreError) in
        try connection.query(
          """
          SELECT digest, byte_count FROM form_blob WHERE digest > $1::bytea
          ORDER BY digest LIMIT $2::bigint
          """,
          [.bytes(last), .integer(Self.pageCount)]
        ).map { row throws(StoreError) in
          (
            digest: try row.value("digest", Digest.init),
            byteCount: try row.integer("byte_count", as: Int.self)
          )
        }
      }
      guard let end = page.last else { return }
      last = end.digest.bytes
      for (digest, byteCount) in page {
        let key = BlobCache.Key(kind: .form, digest: digest)
        let state = try state(of: key, byteCount: byteCount)
        summary.formCount += 1
        guard state != .intact, try giveUpBlocking(digest, PostgresReceipt()) else { continue }
        summary.damagedFormCount += 1
        report(.damagedForm(digest, isMissing: state == .missing))
      }
    }
  }

  private func verifyNames(
    _ summary: inout VerifySummary, removing isRemoving: Bool, at now: Date,
    _ report: (VerifyFinding) -> Void
  ) throws(StoreError) {
    let deadline = Int((now - StoreLimits.unnamedLifetime).unixSeconds)
    var last: (since: Int, image: [UInt8]) = (Int.min, [])
    while true {
      let page = try pool.readBlocking { connection throws(StoreError) in
        try connection.query(
          """
          SELECT unnamed_since, id FROM image
          WHERE unnamed_since <= $1::bigint AND (unnamed_since, id) > ($2::bigint, $3::bytea)
          ORDER BY unnamed_since, id LIMIT $4::bigint
          """,
          [
            .integer(deadline), .integer(last.since), .bytes(last.image),
            .integer(Self.pageCount),
          ]
        ).map { row throws(StoreError) in
          (
            since: try row.integer("unnamed_since", as: Int.self),
            id: try row.value("id", ImageID.init)
          )
        }
      }
      guard let end = page.last else { return }
      last = (end.since, end.id.bytes)
      for (_, image) in page {
        if isRemoving, try !removeUnnamed(image, since: deadline) { continue }
        summary.unnamedImageCount += 1
        report(.unnamedImage(image, isRemoved: isRemoving))
      }
    }
  }

  /// Removes an image with all that was made of it, unless a name stands for it again.
  private func removeUnnamed(_ id: ImageID, since deadline: Int) throws(StoreError) -> Bool {
    let receipt = PostgresReceipt()
    let removed = try pool.writeBlocking { connection throws(StoreError) in
      try receipt.once(connection) { () throws(StoreError) in
        let released = try connection.query(
          "SELECT DISTINCT digest FROM form WHERE image = $1::bytea", [.bytes(id.bytes)]
        ).map { row throws(StoreError) in try row.value("digest", Digest.init) }
        let removed = try connection.change(
          "DELETE FROM image WHERE id = $1::bytea AND unnamed_since <= $2::bigint",
          [.bytes(id.bytes), .integer(deadline)])
        guard removed == 1 else { return nil }
        try Self.release(released, in: connection)
        return 1
      }
    }
    return removed != nil
  }
}
