internal import Capabilities
package import Foundation
internal import GRDB

// What is asked for, counted.

extension EmbeddedLibrary {
  package func record(
    _ use: UseRecord, at time: Date
  ) async throws(StoreError) -> RequestTotals {
    guard !use.isEmpty else { return RequestTotals() }
    let deviceLimit = limits.deviceLimit
    return try await catalog.write { database in
      var totals = RequestTotals()
      for (request, count) in use.requests where count > 0 {
        try Self.add(count, of: request, at: time, to: &totals, in: database)
      }
      for (use, time) in use.names {
        try Self.touch(use, at: time, in: database)
      }
      for name in Set(use.names.keys.map(\.name)) {
        try Self.forgetUses(of: name, in: database)
      }
      for (form, time) in use.forms {
        try Self.touch(form, at: time, in: database)
      }
      for (device, report) in use.devices {
        try Self.note(report, of: device, in: database)
      }
      if !use.devices.isEmpty { try Self.forgetDevices(beyond: deviceLimit, in: database) }
      return totals
    }
  }

  private static func add(
    _ count: Int, of request: RequestKey, at time: Date, to totals: inout RequestTotals,
    in database: Database
  ) throws {
    let total = try Int.fetchOne(
      database,
      sql: """
        INSERT INTO demand (image, key, requests, lastAt)
        SELECT ?1, ?2, ?3, ?4 WHERE EXISTS (SELECT 1 FROM image WHERE id = ?1)
          AND EXISTS (SELECT 1 FROM capability WHERE key = ?2)
        ON CONFLICT (image, key) DO UPDATE SET
          requests = requests + excluded.requests, lastAt = max(lastAt, excluded.lastAt)
        RETURNING requests
        """,
      arguments: [
        Data(request.image.bytes), Data(request.key.bytes), count, time.unixSeconds,
      ])
    guard let total else { return }
    totals.images[request] = total
    totals.kinds[request.key] = try Int.fetchOne(
      database,
      sql: """
        UPDATE capability SET requests = requests + ?, lastSeen = max(lastSeen, ?) WHERE key = ?
        RETURNING requests
        """,
      arguments: [count, time.unixSeconds, Data(request.key.bytes)])
  }

  private static func touch(_ use: NameUse, at time: Date, in database: Database) throws {
    try database.execute(
      sql: """
        INSERT INTO nameUse (name, key, usedAt)
        SELECT ?1, ?2, ?3 WHERE EXISTS (SELECT 1 FROM name WHERE name = ?1)
          AND EXISTS (SELECT 1 FROM capability WHERE key = ?2)
        ON CONFLICT (name, key) DO UPDATE SET usedAt = max(usedAt, excluded.usedAt)
        """,
      arguments: [Data(use.name.utf8), Data(use.key.bytes), time.unixMilliseconds])
  }

  private static func forgetUses(of name: String, in database: Database) throws {
    try database.execute(
      sql: """
        DELETE FROM nameUse WHERE name = ?1 AND key IN (
          SELECT key FROM nameUse WHERE name = ?1 ORDER BY usedAt DESC, key LIMIT -1 OFFSET ?2)
        """,
      arguments: [Data(name.utf8), StoreLimits.kindsPerName])
  }

  private static func touch(_ form: FormID, at time: Date, in database: Database) throws {
    try database.execute(
      sql: """
        UPDATE formBlob SET usedAt = max(usedAt, ?) WHERE digest = (
          SELECT digest FROM form WHERE image = ? AND key = ? AND rendererVersion = ?)
        """,
      arguments: [
        time.unixMilliseconds, Data(form.image.bytes), Data(form.key.bytes), form.rendererVersion,
      ])
  }
}
