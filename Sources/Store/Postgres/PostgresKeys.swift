package import Foundation

// Keys: who may prove what, and what it is worth.

extension PostgresLibrary {
  package func addKey(
    _ id: AccessKeyID, secret: AccessSecret, rights: Rights, at time: Date
  ) async throws(StoreError) {
    let added = try await pool.writeOnce { [self] connection throws(StoreError) in
      let added = try connection.change(
        """
        INSERT INTO access_key (id, secret, actions, prefix, created_at)
        VALUES ($1::bytea, $2::bytea, $3::integer, $4::bytea, $5::bigint)
        ON CONFLICT (id) DO NOTHING
        """,
        [
          .bytes(Array(id.text.utf8)), .bytes(secret.bytes), .integer(rights.actions.rawValue),
          .bytes(Array(rights.prefix.utf8)), .integer(Int(time.unixSeconds)),
        ])
      guard added == 1 else { throw .keyExists(id) }
      try announce(.any, in: connection)
      return 1
    }
    if added != nil { feed.report(.any) }
  }

  package func key(_ id: AccessKeyID) async throws(StoreError) -> AccessKey? {
    try await pool.read { connection throws(StoreError) in
      try connection.query(
        """
        SELECT serial, secret, actions, prefix FROM access_key
        WHERE id = $1::bytea AND revoked_at IS NULL
        """,
        [.bytes(Array(id.text.utf8))]
      ).first.map { row throws(StoreError) in
        AccessKey(
          serial: try row.integer("serial"), id: id, rights: try Rights(row: row),
          secret: try row.value("secret", AccessSecret.init))
      }
    }
  }

  package func keys() async throws(StoreError) -> [AccessKeyFacts] {
    try await pool.read { connection throws(StoreError) in
      try connection.query(
        "SELECT serial, id, actions, prefix, created_at, revoked_at FROM access_key ORDER BY id"
      ).map { row throws(StoreError) in
        let revokedAt: Int64? = try row.integerIfAny("revoked_at")
        return AccessKeyFacts(
          serial: try row.integer("serial"), id: try row.value("id", AccessKeyID.init(bytes:)),
          rights: try Rights(row: row),
          createdAt: Date(unixSeconds: try row.integer("created_at")),
          revokedAt: revokedAt.map { Date(unixSeconds: $0) })
      }
    }
  }

  package func revokeKey(_ id: AccessKeyID, at time: Date) async throws(StoreError) -> Bool {
    try await changeKey(
      """
      UPDATE access_key SET secret = NULL, revoked_at = $2::bigint
      WHERE id = $1::bytea AND revoked_at IS NULL
      """,
      [.bytes(Array(id.text.utf8)), .integer(Int(time.unixSeconds))])
  }

  package func forgetKey(_ id: AccessKeyID) async throws(StoreError) -> Bool {
    try await changeKey(
      "DELETE FROM access_key WHERE id = $1::bytea", [.bytes(Array(id.text.utf8))])
  }

  /// - Returns: whether there was such a key.
  private func changeKey(
    _ sql: String, _ parameters: [PostgresValue]
  ) async throws(StoreError) -> Bool {
    let changed = try await pool.writeOnce { [self] connection throws(StoreError) in
      guard try connection.change(sql, parameters) > 0 else { return nil }
      try announce(.any, in: connection)
      return 1
    }
    if changed != nil { feed.report(.any) }
    return changed != nil
  }
}

extension Rights {
  /// The rights of a key's row.
  fileprivate init(row: PostgresRow) throws(StoreError) {
    self.init(
      Actions(rawValue: try row.integer("actions")),
      prefix: String(decoding: try row.bytes("prefix"), as: UTF8.self))
  }
}
