package import Capabilities
package import Foundation

// Kinds of devices: what they show, and which of them are worth work in advance.

extension PostgresLibrary {
  package func remember(
    _ capabilities: [Capability], isTrusted: Bool, at time: Date
  ) async throws(StoreError) {
    let kindLimit = limits.kindLimit
    // All nodes lock kinds in one order.
    let capabilities = capabilities.sorted { $0.formKey < $1.formKey }
    try await pool.write { connection throws(StoreError) in
      for capability in capabilities {
        try connection.change(
          """
          INSERT INTO capability (key, descriptor, last_seen, is_trusted)
          VALUES ($1::bytea, $2::bytea, $3::bigint, $4::boolean)
          ON CONFLICT (key) DO UPDATE SET
            last_seen = greatest(capability.last_seen, excluded.last_seen),
            is_trusted = capability.is_trusted OR excluded.is_trusted
          """,
          [
            .bytes(capability.formKey.bytes), .bytes(capability.descriptor),
            .integer(Int(time.unixSeconds)), .flag(isTrusted),
          ])
      }
      try Self.forgetKinds(
        beyond: kindLimit, except: Set(capabilities.map(\.formKey)), in: connection)
    }
  }

  // Of nodes that do it at once one may forget a kind too many, or too few until the next time.
  private static func forgetKinds(
    beyond limit: Int, except kept: Set<FormKey>, in connection: PostgresConnection
  ) throws(StoreError) {
    // At most a few thousand, so they may be counted.
    let count: Int =
      try connection.query("SELECT count(*) AS total FROM capability").first?.integer("total") ?? 0
    guard count > limit else { return }
    let keys = try connection.query(
      """
      SELECT key FROM capability WHERE key <> ALL ($1::bytea[])
      ORDER BY is_trusted, last_seen, key LIMIT $2::bigint
      """,
      [.list(kept.map(\.bytes)), .integer(count - limit)]
    ).map { row throws(StoreError) in try row.bytes("key") }
    let released = try connection.query(
      "SELECT DISTINCT digest FROM form WHERE key = ANY ($1::bytea[])", [.list(keys)]
    ).map { row throws(StoreError) in try row.value("digest", Digest.init) }
    // What was counted and made goes with its kind; the bytes of forms go with the next sweep.
    try connection.change("DELETE FROM capability WHERE key = ANY ($1::bytea[])", [.list(keys)])
    try release(released, in: connection)
  }

  package func trust(_ keys: [FormKey]) async throws(StoreError) {
    let list = PostgresValue.list(keys.map(\.bytes))
    // Nearly always they are: then nothing is written.
    let untrusted = try await pool.read { connection throws(StoreError) in
      try connection.query(
        "SELECT key FROM capability WHERE key = ANY ($1::bytea[]) AND NOT is_trusted", [list])
    }
    guard !untrusted.isEmpty else { return }
    try await pool.write { connection throws(StoreError) in
      _ = try connection.change(
        """
        UPDATE capability SET is_trusted = true WHERE key IN (
          SELECT key FROM capability WHERE key = ANY ($1::bytea[]) AND NOT is_trusted
          ORDER BY key FOR NO KEY UPDATE)
        """,
        [list])
    }
  }

  package func capabilities(
    for keys: [FormKey]
  ) async throws(StoreError) -> [FormKey: Capability] {
    try await pool.read { connection throws(StoreError) in
      let rows = try connection.query(
        "SELECT key, descriptor FROM capability WHERE key = ANY ($1::bytea[])",
        [.list(keys.map(\.bytes))])
      var capabilities: [FormKey: Capability] = [:]
      for row in rows {
        // One that an older version took and this one refuses is as good as unknown: the device is
        // asked for it again, and told what is wrong with it.
        guard let capability = try? Capability(descriptor: try row.bytes("descriptor")) else {
          continue
        }
        capabilities[try row.value("key", FormKey.init)] = capability
      }
      return capabilities
    }
  }

  package func trustedKinds() async throws(StoreError) -> [Capability] {
    try await kinds(
      """
      SELECT descriptor FROM capability WHERE is_trusted
      ORDER BY last_seen DESC, key LIMIT $1::bigint
      """,
      [.integer(StoreLimits.kindListLimit)])
  }

  package func popularKinds(
    after requestCount: Int
  ) async throws(StoreError) -> [Capability] {
    try await kinds(
      """
      SELECT descriptor FROM capability WHERE is_trusted AND requests >= $1::bigint
      ORDER BY requests DESC, key LIMIT $2::bigint
      """,
      [.integer(requestCount), .integer(StoreLimits.kindListLimit)])
  }

  package func kindsUsed(
    under name: String, image: ImageID, atLeast requestCount: Int
  ) async throws(StoreError) -> [Capability] {
    try await kinds(
      """
      SELECT descriptor FROM name_use JOIN capability ON capability.key = name_use.key
        LEFT JOIN demand ON demand.image = $1::bytea AND demand.key = name_use.key
      WHERE name_use.name = $2::bytea AND capability.is_trusted
        AND coalesce(demand.requests, 0) >= $3::bigint
      ORDER BY name_use.used_at DESC, name_use.key LIMIT $4::bigint
      """,
      [
        .bytes(image.bytes), .bytes(Array(name.utf8)), .integer(requestCount),
        .integer(StoreLimits.kindsPerName),
      ])
  }

  /// The kinds that a query finds the descriptors of, as far as they are still understood.
  private func kinds(
    _ sql: String, _ parameters: [PostgresValue]
  ) async throws(StoreError) -> [Capability] {
    try await pool.read { connection throws(StoreError) in
      try connection.query(sql, parameters)
        .map { row throws(StoreError) in try row.bytes("descriptor") }
        .compactMap { try? Capability(descriptor: $0) }
    }
  }
}
