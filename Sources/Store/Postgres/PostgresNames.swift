package import Foundation

// What names stand for.

extension PostgresLibrary {
  /// Keeps others from moving `name` until the transaction ends. Whoever moves a name does this
  /// first, and locks images after it and in the order of their ids, so that none waits in a circle.
  /// - Returns: the image that it stands for; `nil`: none, or there was no such name.
  static func lockName(
    _ name: String, in connection: PostgresConnection
  ) throws(StoreError) -> ImageID? {
    let parameter = PostgresValue.bytes(Array(name.utf8))
    // A row to lock, which nobody else sees before it stands for something.
    try connection.change(
      """
      INSERT INTO name (name, generation, registered_at) VALUES ($1::bytea, 0, 0)
      ON CONFLICT (name) DO NOTHING
      """,
      [parameter])
    let row = try connection.query(
      "SELECT image FROM name WHERE name = $1::bytea FOR UPDATE", [parameter]
    ).first
    guard let bytes = try row?.bytesIfAny("image") else { return nil }
    guard let image = ImageID(bytes) else { throw .catalogDamaged(column: "image") }
    return image
  }

  /// Lets `name`, which is locked, stand for an image.
  /// - Returns: the name's new generation.
  static func point(
    _ name: String, to image: ImageID, at time: Date, in connection: PostgresConnection
  ) throws(StoreError) -> Int {
    let row = try connection.query(
      """
      UPDATE name SET image = $2::bytea, generation = generation + 1, registered_at = $3::bigint
      WHERE name = $1::bytea RETURNING generation
      """,
      [.bytes(Array(name.utf8)), .bytes(image.bytes), .integer(Int(time.unixSeconds))]
    ).first
    guard let row else { throw .catalogDamaged(column: "generation") }
    return try row.integer("generation")
  }

  /// Keeps an image from being removed, and others from looking whether it has lost its last name,
  /// until the transaction ends: of two that take away its last two, the second has to see what the
  /// first did.
  static func lockImage(
    _ image: ImageID, in connection: PostgresConnection
  ) throws(StoreError) {
    _ = try connection.query(
      "SELECT id FROM image WHERE id = $1::bytea FOR NO KEY UPDATE", [.bytes(image.bytes)])
  }

  /// Remembers since when no name stands for an image, which is locked, if that is so now.
  static func noteLoss(
    of image: ImageID, at time: Date, in connection: PostgresConnection
  ) throws(StoreError) {
    try connection.change(
      """
      UPDATE image SET unnamed_since = $2::bigint WHERE id = $1::bytea
        AND NOT EXISTS (SELECT 1 FROM name WHERE name.image = $1::bytea)
      """,
      [.bytes(image.bytes), .integer(Int(time.unixSeconds))])
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
      ).first?.value("image", ImageID.init)
      guard let former else { return nil }
      try Self.lockImage(former, in: connection)
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
