package import Capabilities
package import Foundation
internal import GRDB

// Kinds of devices: what they show, and which of them are worth work in advance.

extension EmbeddedLibrary {
  package func remember(
    _ capabilities: [Capability], isTrusted: Bool, at time: Date
  ) async throws(StoreError) {
    let kindLimit = limits.kindLimit
    try await catalog.write { database in
      for capability in capabilities {
        try database.execute(
          sql: """
            INSERT INTO capability (key, descriptor, lastSeen, isTrusted) VALUES (?, ?, ?, ?)
            ON CONFLICT (key) DO UPDATE SET
              lastSeen = max(lastSeen, excluded.lastSeen),
              isTrusted = max(isTrusted, excluded.isTrusted)
            """,
          arguments: [
            Data(capability.formKey.bytes), Data(capability.descriptor), time.unixSeconds,
            isTrusted,
          ])
      }
      try Self.forgetKinds(
        beyond: kindLimit, except: Set(capabilities.map(\.formKey)), in: database)
    }
  }

  private static func forgetKinds(
    beyond limit: Int, except kept: Set<FormKey>, in database: Database
  ) throws {
    let kindCount =
      try Int.fetchOne(database, sql: "SELECT total FROM account WHERE name = 'kinds'") ?? 0
    var excess = kindCount - limit
    guard excess > 0 else { return }
    // Those that were just seen are among the first so many, so the rest is enough.
    for isTrusted in [false, true] where excess > 0 {
      let keys = try Data.fetchAll(
        database,
        sql: "SELECT key FROM capability WHERE isTrusted = ? ORDER BY lastSeen, key LIMIT ?",
        arguments: [isTrusted, excess + kept.count])
      for key in keys where excess > 0 && !kept.contains(where: { Data($0.bytes) == key }) {
        // What was counted goes with its kind; the bytes of forms go with the next sweep.
        try database.execute(sql: "DELETE FROM form WHERE key = ?", arguments: [key])
        try database.execute(sql: "DELETE FROM capability WHERE key = ?", arguments: [key])
        excess -= 1
      }
    }
  }

  package func trust(_ keys: [FormKey]) async throws(StoreError) {
    // Nearly always they are: then nothing waits for the one connection that writes.
    let untrusted = try await catalog.read { database in
      try keys.filter { key in
        try Int.fetchOne(
          database, sql: "SELECT isTrusted FROM capability WHERE key = ?",
          arguments: [Data(key.bytes)]) == 0
      }
    }
    guard !untrusted.isEmpty else { return }
    try await catalog.write { database in
      for key in untrusted {
        try database.execute(
          sql: "UPDATE capability SET isTrusted = 1 WHERE key = ?", arguments: [Data(key.bytes)])
      }
    }
  }

  package func capabilities(
    for keys: [FormKey]
  ) async throws(StoreError) -> [FormKey: Capability] {
    try await catalog.read { database in
      var capabilities: [FormKey: Capability] = [:]
      for key in keys {
        let descriptor = try Data.fetchOne(
          database, sql: "SELECT descriptor FROM capability WHERE key = ?",
          arguments: [Data(key.bytes)])
        // One that an older version took and this one refuses is as good as unknown: the device is
        // asked for it again, and told what is wrong with it.
        guard let descriptor,
          let capability = try? Capability(descriptor: Array(descriptor))
        else { continue }
        capabilities[key] = capability
      }
      return capabilities
    }
  }

  package func trustedKinds() async throws(StoreError) -> [Capability] {
    try await kinds(
      """
      SELECT descriptor FROM capability WHERE isTrusted = 1 ORDER BY lastSeen DESC, key LIMIT ?
      """,
      [StoreLimits.kindListLimit])
  }

  package func popularKinds(
    after requestCount: Int
  ) async throws(StoreError) -> [Capability] {
    try await kinds(
      """
      SELECT descriptor FROM capability WHERE isTrusted = 1 AND requests >= ?
      ORDER BY requests DESC, key LIMIT ?
      """,
      [requestCount, StoreLimits.kindListLimit])
  }

  package func kindsUsed(
    under name: String, image: ImageID, atLeast requestCount: Int
  ) async throws(StoreError) -> [Capability] {
    try await kinds(
      """
      SELECT descriptor FROM nameUse JOIN capability ON capability.key = nameUse.key
        LEFT JOIN demand ON demand.image = ? AND demand.key = nameUse.key
      WHERE nameUse.name = ? AND capability.isTrusted = 1
        AND coalesce(demand.requests, 0) >= ?
      ORDER BY nameUse.usedAt DESC, nameUse.key
      """,
      [Data(image.bytes), Data(name.utf8), requestCount])
  }

  /// The kinds that a query finds the descriptors of, as far as they are still understood.
  private func kinds(
    _ sql: String, _ arguments: StatementArguments
  ) async throws(StoreError) -> [Capability] {
    try await catalog.read { database in
      try Data.fetchAll(database, sql: sql, arguments: arguments)
        .compactMap { try? Capability(descriptor: Array($0)) }
    }
  }
}
