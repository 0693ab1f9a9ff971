package import Capabilities
package import Foundation

// What the operator is told of demand, by pages.

extension PostgresLibrary {
  package func demandedKinds(
    after: FormKey?, limit: Int
  ) async throws(StoreError) -> [KindDemand] {
    precondition(limit > 0, "a page of no kinds")
    return try await pool.read { connection throws(StoreError) in
      try connection.query(
        """
        SELECT key, descriptor, requests, last_seen, is_trusted FROM capability
        WHERE key > $1::bytea ORDER BY key LIMIT $2::bigint
        """,
        [.bytes(after?.bytes ?? []), .integer(limit)]
      ).map { row throws(StoreError) in
        let descriptor = try row.bytes("descriptor")
        return KindDemand(
          key: try row.value("key", FormKey.init),
          capability: try? Capability(descriptor: descriptor),
          requestCount: try row.integer("requests"),
          lastSeen: Date(unixSeconds: try row.integer("last_seen")),
          isTrusted: try row.flag("is_trusted"))
      }
    }
  }

  package func demandedImages(
    after: ImageID?, limit: Int, rendererVersion: UInt32, at time: Date
  ) async throws(StoreError) -> [ImageDemand] {
    precondition(limit > 0, "a page of no images")
    return try await pool.read { connection throws(StoreError) in
      let images = try connection.query(
        "SELECT id FROM image WHERE id > $1::bytea ORDER BY id LIMIT $2::bigint",
        [.bytes(after?.bytes ?? []), .integer(limit)]
      ).map { row throws(StoreError) in try row.value("id", ImageID.init) }
      return try images.map { image throws(StoreError) in
        ImageDemand(
          image: image,
          names: try Self.names(of: image, limit: ImageDemand.nameLimit, in: connection),
          forms: try Self.forms(
            of: image, rendererVersion: rendererVersion, at: time, in: connection))
      }
    }
  }

  private static func forms(
    of image: ImageID, rendererVersion: UInt32, at time: Date, in connection: PostgresConnection
  ) throws(StoreError) -> [FormDemand] {
    var requestCounts: [FormKey: Int] = [:]
    for row in try connection.query(
      "SELECT key, requests FROM demand WHERE image = $1::bytea", [.bytes(image.bytes)])
    {
      requestCounts[try row.value("key", FormKey.init)] = try row.integer("requests", as: Int.self)
    }
    var forms: [FormDemand] = []
    for row in try connection.query(
      """
      SELECT \(formColumns), reason, EXISTS (
        SELECT 1 FROM spooled_form WHERE spooled_form.image = form.image
          AND spooled_form.key = form.key
          AND spooled_form.renderer_version = form.renderer_version
          AND spooled_until > $3::bigint) AS is_spooled
      FROM form WHERE image = $1::bytea AND renderer_version = $2::bigint
      """,
      [
        .bytes(image.bytes), .integer(Int(rendererVersion)), .integer(Int(time.unixSeconds)),
      ])
    {
      let form = try StoredForm(row: row)
      guard let reason = FormReason(rawValue: try row.text("reason")) else {
        throw .catalogDamaged(column: "reason")
      }
      let isSpooled = try row.flag("is_spooled")
      forms.append(
        FormDemand(
          key: form.id.key, requestCount: requestCounts.removeValue(forKey: form.id.key) ?? 0,
          state: form.hasBytes ? .stored : isSpooled ? .spooled : .known, reason: reason,
          form: form))
    }
    forms += requestCounts.map { key, count in
      FormDemand(key: key, requestCount: count, state: .none, reason: nil, form: nil)
    }
    return forms.sorted { $0.key < $1.key }
  }
}
