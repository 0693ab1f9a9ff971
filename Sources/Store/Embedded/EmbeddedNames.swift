package import Foundation
internal import GRDB

// What names stand for.

extension EmbeddedLibrary {
  /// Lets `name` stand for an image.
  /// - Returns: the name's new generation.
  static func point(
    _ name: String, to image: ImageID, at time: Date, in database: Database
  ) throws -> UInt32 {
    let former = try Data.fetchOne(
      database, sql: "SELECT image FROM name WHERE name = ? AND image IS NOT NULL",
      arguments: [Data(name.utf8)])
    let generation = try UInt32.fetchOne(
      database,
      sql: """
        INSERT INTO name (name, image, generation, registeredAt) VALUES (?, ?, 1, ?)
        ON CONFLICT (name) DO UPDATE SET
          image = excluded.image, generation = generation + 1, registeredAt = excluded.registeredAt
        RETURNING generation
        """,
      arguments: [Data(name.utf8), Data(image.bytes), time.unixSeconds])
    guard let generation else { throw StoreError.catalogDamaged(column: "generation") }
    try database.execute(
      sql: "UPDATE image SET unnamedSince = NULL WHERE id = ? AND unnamedSince IS NOT NULL",
      arguments: [Data(image.bytes)])
    if let former { try noteLoss(of: former, at: time, in: database) }
    return generation
  }

  /// Remembers since when no name stands for an image, if that is so now.
  private static func noteLoss(of image: Data, at time: Date, in database: Database) throws {
    try database.execute(
      sql: """
        UPDATE image SET unnamedSince = ?1 WHERE id = ?2
          AND NOT EXISTS (SELECT 1 FROM name WHERE name.image = ?2)
        """,
      arguments: [time.unixSeconds, image])
  }

  package func registration(of name: String) async throws(StoreError) -> Registration? {
    try await catalog.read { database in
      let row = try Row.fetchOne(
        database,
        sql: "SELECT image, generation FROM name WHERE name = ? AND image IS NOT NULL",
        arguments: [Data(name.utf8)])
      guard let row else { return nil }
      return Registration(
        image: try row.value("image", ImageID.init), generation: try row.value("generation"))
    }
  }

  package func remove(_ name: String, at time: Date) async throws(StoreError) -> Bool {
    let isRemoved = try await catalog.write { database in
      let former = try Data.fetchOne(
        database, sql: "SELECT image FROM name WHERE name = ? AND image IS NOT NULL",
        arguments: [Data(name.utf8)])
      guard let former else { return false }
      try database.execute(
        sql: "UPDATE name SET image = NULL WHERE name = ?", arguments: [Data(name.utf8)])
      try Self.noteLoss(of: former, at: time, in: database)
      return true
    }
    if isRemoved { nameFeed.report(.moved(name)) }
    return isRemoved
  }

  package func nameChanges() -> AsyncStream<NameChange> { nameFeed.changes() }

  /// Names of a range, in order. Arguments: the least name, the name after the greatest, how many.
  static let listSQL = """
    SELECT name.name, name.image, image.byteCount, name.registeredAt
    FROM name JOIN image ON image.id = name.image
    WHERE name.image IS NOT NULL AND name.name >= ? AND name.name < ?
    ORDER BY name.name LIMIT ?
    """

  package func list(
    prefix: String, after: String, limit: Int
  ) async throws(StoreError) -> [NameEntry] {
    precondition(limit > 0, "a listing of no names")
    let range = NameRange(prefix: prefix, after: after)
    return try await catalog.read { database in
      let rows = try Row.fetchCursor(
        database, sql: Self.listSQL,
        arguments: [Data(range.lowerBound), Data(range.upperBound), limit])
      var entries: [NameEntry] = []
      while let row = try rows.next() {
        entries.append(
          NameEntry(
            name: String(decoding: try row.bytes("name"), as: UTF8.self),
            image: try row.value("image", ImageID.init), byteCount: try row.value("byteCount"),
            registeredAt: Date(unixSeconds: try row.value("registeredAt"))))
      }
      return entries
    }
  }
}
