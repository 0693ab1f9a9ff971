package import Foundation

// What names stand for.

extension PostgresLibrary {
  /// Lets `name` stand for an image.
  /// - Returns: the name's new generation.
  static func point(
    _ name: String, to image: ImageID, at time: Date, in connection: PostgresConnection
  ) throws(StoreError) -> Int {
    let parameters: [PostgresValue] = [
      .bytes(Array(name.utf8)), .bytes(image.bytes), .integer(Int(time.unixSeconds)),
    ]
    let added = try connection.change(
      """
      INSERT INTO name (name, image, generation, registered_at)
      VALUES ($1::bytea, $2::bytea, 1, $3::bigint) ON CONFLICT (name) DO NOTHING
      """,
      parameters)
    if added == 1 { return 1 }
    // Whoever moves the same name waits here, so that each sees what the one before has left. The
    // row of a name never goes.
    let former = try connection.query(
      "SELECT image FROM name WHERE name = $1::bytea FOR UPDATE", [.bytes(Array(name.utf8))]
    ).first?.bytesIfAny("image")
    let row = try connection.query(
      """
      UPDATE name SET image = $2::bytea, generation = generation + 1, registered_at = $3::bigint
      WHERE name = $1::bytea RETURNING generation
      """,
      parameters
    ).first
    guard let row else { throw .catalogDamaged(column: "generation") }
    let generation: Int = try row.integer("generation")
    if let former, former != image.bytes {
      try noteLoss(of: former, at: time, in: connection)
    }
    return generation
  }

  /// Remembers since when no name stands for an image, if that is so now.
  private static func noteLoss(
    of image: [UInt8], at time: Date, in connection: PostgresConnection
  ) throws(StoreError) {
    // Of two that take away its last two names, the second has to see what the first did.
    _ = try connection.query(
      "SELECT id FROM image WHERE id = $1::bytea FOR NO KEY UPDATE", [.bytes(image)])
    try connection.change(
      """
      UPDATE image SET unnamed_since = $2::bigint WHERE id = $1::bytea
        AND NOT EXISTS (SELECT 1 FROM name WHERE name.image = $1::bytea)
      """,
      [.bytes(image), .integer(Int(time.unixSeconds))])
  }

  package func registration(of name: String) async throws(StoreError) -> Registration? {
    try await pool.read { connection throws(StoreError) in
      try connection.query(
        "SELECT image, generation FROM name WHERE name = $1::bytea AND image IS NOT NULL",
        [.bytes(Array(name.utf8))]
      ).first.map { row throws(StoreError) in
        Registration(
          image: try row.value("image", ImageID.init), generation: try row.integer("generation"))
      }
    }
  }

  package func remove(_ name: String, at time: Date) async throws(StoreError) -> Bool {
    let isRemoved = try await pool.writeOnce { [self] connection throws(StoreError) in
      let former = try connection.query(
        "SELECT image FROM name WHERE name = $1::bytea AND image IS NOT NULL FOR UPDATE",
        [.bytes(Array(name.utf8))]
      ).first?.bytes("image")
      guard let former else { return nil }
      try connection.change(
        "UPDATE name SET image = NULL WHERE name = $1::bytea", [.bytes(Array(name.utf8))])
      try Self.noteLoss(of: former, at: time, in: connection)
      try announce(.moved(name), in: connection)
      return 1
    }
    guard isRemoved != nil else { return false }
    feed.report(.moved(name))
    return true
  }

  package func list(
    prefix: String, after: String, limit: Int
  ) async throws(StoreError) -> [NameEntry] {
    precondition(limit > 0, "a listing of no names")
    let range = NameRange(prefix: prefix, after: after)
    return try await pool.read { connection throws(StoreError) in
      try connection.query(
        """
        SELECT name.name, name.image, image.byte_count, name.registered_at
        FROM name JOIN image ON image.id = name.image
        WHERE name.image IS NOT NULL AND name.name >= $1::bytea AND name.name < $2::bytea
        ORDER BY name.name LIMIT $3::bigint
        """,
        [.bytes(range.lowerBound), .bytes(range.upperBound), .integer(limit)]
      ).map { row throws(StoreError) in
        NameEntry(
          name: String(decoding: try row.bytes("name"), as: UTF8.self),
          image: try row.value("image", ImageID.init),
          byteCount: try row.integer("byte_count"),
          registeredAt: Date(unixSeconds: try row.integer("registered_at")))
      }
    }
  }

  /// Names that stand for an image, in bytewise order.
  static func names(
    of image: ImageID, limit: Int, in connection: PostgresConnection
  ) throws(StoreError) -> [String] {
    try connection.query(
      "SELECT name FROM name WHERE image = $1::bytea ORDER BY name LIMIT $2::bigint",
      [.bytes(image.bytes), .integer(limit)]
    ).map { row throws(StoreError) in String(decoding: try row.bytes("name"), as: UTF8.self) }
  }
}
