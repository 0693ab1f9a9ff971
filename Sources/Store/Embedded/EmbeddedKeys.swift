package import Foundation
internal import GRDB

// Keys: who may prove what, and what it is worth.

extension EmbeddedLibrary {
  package func addKey(
    _ id: AccessKeyID, secret: AccessSecret, rights: Rights, at time: Date
  ) async throws(StoreError) {
    try await catalog.write { database in
      try database.execute(
        sql: """
          INSERT INTO accessKey (id, secret, actions, prefix, createdAt) VALUES (?, ?, ?, ?, ?)
          ON CONFLICT (id) DO NOTHING
          """,
        arguments: [
          id.text, Data(secret.bytes), rights.actions.rawValue, Data(rights.prefix.utf8),
          time.unixSeconds,
        ])
      guard database.changesCount == 1 else { throw StoreError.keyExists(id) }
    }
  }

  package func key(_ id: AccessKeyID) async throws(StoreError) -> AccessKey? {
    try await catalog.read { database in
      let row = try Row.fetchOne(
        database,
        sql: """
          SELECT serial, secret, actions, prefix FROM accessKey
          WHERE id = ? AND revokedAt IS NULL
          """,
        arguments: [id.text])
      return try row.map { row in
        AccessKey(
          serial: try row.value("serial"), id: id, rights: try Rights(row: row),
          secret: try row.value("secret", AccessSecret.init))
      }
    }
  }

  package func keys() async throws(StoreError) -> [AccessKeyFacts] {
    try await catalog.read { database in
      try Row.fetchAll(
        database,
        sql: """
          SELECT serial, id, actions, prefix, createdAt, revokedAt FROM accessKey
          WHERE id > '' ORDER BY id
          """
      ).map { row in
        guard let id = AccessKeyID(try row.value("id", as: String.self)) else {
          throw StoreError.catalogDamaged(column: "id")
        }
        let revokedAt: Int64? = row["revokedAt"]
        return AccessKeyFacts(
          serial: try row.value("serial"), id: id, rights: try Rights(row: row),
          createdAt: Date(unixSeconds: try row.value("createdAt")),
          revokedAt: revokedAt.map { Date(unixSeconds: $0) })
      }
    }
  }

  package func revokeKey(_ id: AccessKeyID, at time: Date) async throws(StoreError) -> Bool {
    try await catalog.write { database in
      try database.execute(
        sql: """
          UPDATE accessKey SET secret = NULL, revokedAt = ? WHERE id = ? AND revokedAt IS NULL
          """,
        arguments: [time.unixSeconds, id.text])
      return database.changesCount > 0
    }
  }

  package func forgetKey(_ id: AccessKeyID) async throws(StoreError) -> Bool {
    try await catalog.write { database in
      try database.execute(sql: "DELETE FROM accessKey WHERE id = ?", arguments: [id.text])
      return database.changesCount > 0
    }
  }
}

extension Rights {
  /// The rights of a key's row.
  fileprivate init(row: Row) throws(StoreError) {
    self.init(
      Actions(rawValue: try row.value("actions")),
      prefix: String(decoding: try row.bytes("prefix"), as: UTF8.self))
  }
}
