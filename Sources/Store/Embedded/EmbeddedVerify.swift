package import Foundation
internal import GRDB

// Reading every byte that is stored.

extension EmbeddedLibrary {
  package func verify(
    sweep isSweeping: Bool, at now: Date, report: @escaping @Sendable (VerifyFinding) -> Void
  ) async throws(StoreError) -> VerifySummary {
    try await folder.queue.run { [self] () throws(StoreError) in
      var summary = VerifySummary()
      try verifyOriginals(&summary, report)
      try verifyForms(&summary, report)
      try verifyNames(&summary, removing: isSweeping, at: now, report)
      try findOrphans(&summary, removing: isSweeping, report)
      return summary
    }
  }

  private func verifyOriginals(
    _ summary: inout VerifySummary, _ report: (VerifyFinding) -> Void
  ) throws(StoreError) {
    var last: ImageID?
    while true {
      let images = try images(after: last)
      guard let end = images.last else { return }
      last = end.id
      for image in images {
        let state = try folder.originals.state(of: image.digest, byteCount: image.byteCount)
        summary.originalCount += 1
        // It may have been removed since the page was read.
        guard state != .intact, let names = try namesIfKnown(image.id) else { continue }
        summary.damagedOriginalCount += 1
        report(.damagedOriginal(image.id, isMissing: state == .missing, names: names))
      }
    }
  }

  /// A page of all images, in the order of their ids.
  func images(after: ImageID?) throws(StoreError) -> [Image] {
    try catalog.readBlocking { try Self.images(after: after, in: $0) }
  }

  /// A page of all images of a database, in the order of their ids.
  static func images(after: ImageID?, in database: Database) throws -> [Image] {
    try Row.fetchAll(
      database,
      sql: """
        SELECT id, digest, byteCount, format, width, height FROM image WHERE id > ?
        ORDER BY id LIMIT ?
        """,
      arguments: [Data(after?.bytes ?? []), pageCount]
    ).map { try Image(row: $0) }
  }

  /// Names that stand for an image, up to a hundred; `nil` when there is no such image.
  private func namesIfKnown(_ image: ImageID) throws(StoreError) -> [String]? {
    try catalog.readBlocking { database in
      guard try Self.image(image, in: database) != nil else { return nil }
      return try Self.names(of: image, limit: 100, in: database)
    }
  }

  private func verifyForms(
    _ summary: inout VerifySummary, _ report: (VerifyFinding) -> Void
  ) throws(StoreError) {
    var last = Data()
    while true {
      let page = try catalog.readBlocking { database in
        try Row.fetchAll(
          database,
          sql: "SELECT digest, byteCount FROM formBlob WHERE digest > ? ORDER BY digest LIMIT ?",
          arguments: [last, Self.pageCount]
        ).map {
          (
            digest: try $0.value("digest", Digest.init),
            byteCount: try $0.value("byteCount", as: Int.self)
          )
        }
      }
      guard let end = page.last else { return }
      last = Data(end.digest.bytes)
      for (digest, byteCount) in page {
        let state = try folder.forms.state(of: digest, byteCount: byteCount)
        summary.formCount += 1
        guard state != .intact, try giveUp(digest, byteCount: byteCount) else { continue }
        summary.damagedFormCount += 1
        report(.damagedForm(digest, isMissing: state == .missing))
      }
    }
  }

  private func verifyNames(
    _ summary: inout VerifySummary, removing isRemoving: Bool, at now: Date,
    _ report: (VerifyFinding) -> Void
  ) throws(StoreError) {
    let deadline = (now - StoreLimits.unnamedLifetime).unixSeconds
    var last = (since: Int64.min, image: Data())
    while true {
      let page = try catalog.readBlocking { database in
        try Row.fetchAll(
          database,
          sql: """
            SELECT unnamedSince, id FROM image
            WHERE unnamedSince <= ? AND (unnamedSince, id) > (?, ?)
            ORDER BY unnamedSince, id LIMIT ?
            """,
          arguments: [deadline, last.since, last.image, Self.pageCount]
        ).map {
          (
            since: try $0.value("unnamedSince", as: Int64.self),
            id: try $0.value("id", ImageID.init)
          )
        }
      }
      guard let end = page.last else { return }
      last = (end.since, Data(end.id.bytes))
      for (_, image) in page {
        if isRemoving, try !removeUnnamed(image, since: deadline) { continue }
        summary.unnamedImageCount += 1
        report(.unnamedImage(image, isRemoved: isRemoving))
      }
    }
  }

  /// Removes an image with all that was made of it, unless a name stands for it again.
  private func removeUnnamed(
    _ id: ImageID, since deadline: Int64
  ) throws(StoreError) -> Bool {
    try folder.removing { () throws(StoreError) in
      let digest = try catalog.writeBlocking { database in
        try Data.fetchOne(
          database,
          sql: "DELETE FROM image WHERE id = ? AND unnamedSince <= ? RETURNING digest",
          arguments: [Data(id.bytes), deadline])
      }
      guard let digest = digest.flatMap({ Digest(Array($0)) }) else { return false }
      try folder.reached(.imageRemoved)
      try folder.originals.remove(digest)
      return true
    }
  }

  private func findOrphans(
    _ summary: inout VerifySummary, removing isRemoving: Bool, _ report: (VerifyFinding) -> Void
  ) throws(StoreError) {
    for kind in BlobKind.allCases {
      for byte in UInt8.min...UInt8.max {
        let orphans = try removeOrphans(
          try orphans(among: kind, startingWith: byte), among: kind, isRemoving: isRemoving)
        summary.orphanCount += orphans.count
        for digest in orphans {
          report(.orphan(kind.fileKind, digest, isRemoved: isRemoving))
        }
      }
    }
  }
}
