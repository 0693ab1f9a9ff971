package import Capabilities
package import Foundation
internal import GRDB

// What the operator is told of demand, by pages.

extension EmbeddedLibrary {
  package func demandedKinds(
    after: FormKey?, limit: Int
  ) async throws(StoreError) -> [KindDemand] {
    precondition(limit > 0, "a page of no kinds")
    return try await catalog.read { database in
      try Row.fetchAll(
        database,
        sql: """
          SELECT key, descriptor, requests, lastSeen, isTrusted FROM capability
          WHERE key > ? ORDER BY key LIMIT ?
          """,
        arguments: [Data(after?.bytes ?? []), limit]
      ).map { row in
        KindDemand(
          key: try row.value("key", FormKey.init),
          capability: try? Capability(descriptor: try row.bytes("descriptor")),
          requestCount: try row.value("requests"),
          lastSeen: Date(unixSeconds: try row.value("lastSeen")),
          isTrusted: try row.value("isTrusted"))
      }
    }
  }

  package func demandedImages(
    after: ImageID?, limit: Int, rendererVersion: UInt32, at time: Date
  ) async throws(StoreError) -> [ImageDemand] {
    precondition(limit > 0, "a page of no images")
    return try await catalog.read { database in
      let images = try Data.fetchAll(
        database, sql: "SELECT id FROM image WHERE id > ? ORDER BY id LIMIT ?",
        arguments: [Data(after?.bytes ?? []), limit])
      return try images.map { image in
        guard let id = ImageID(Array(image)) else {
          throw StoreError.catalogDamaged(column: "id")
        }
        return ImageDemand(
          image: id, names: try Self.names(of: id, limit: ImageDemand.nameLimit, in: database),
          forms: try Self.forms(
            of: image, rendererVersion: rendererVersion, at: time, in: database))
      }
    }
  }

  /// Names that stand for an image, in bytewise order.
  static func names(of image: ImageID, limit: Int, in database: Database) throws -> [String] {
    try Data.fetchAll(
      database, sql: "SELECT name FROM name WHERE image = ? ORDER BY name LIMIT ?",
      arguments: [Data(image.bytes), limit]
    ).map { String(decoding: $0, as: UTF8.self) }
  }

  private static func forms(
    of image: Data, rendererVersion: UInt32, at time: Date, in database: Database
  ) throws -> [FormDemand] {
    var requestCounts: [FormKey: Int] = [:]
    for row in try Row.fetchAll(
      database, sql: "SELECT key, requests FROM demand WHERE image = ?", arguments: [image])
    {
      requestCounts[try row.value("key", FormKey.init)] = try row.value("requests", as: Int.self)
    }
    var forms: [FormDemand] = []
    for row in try Row.fetchAll(
      database,
      sql: """
        SELECT \(formColumns), reason, spooledUntil FROM form
        WHERE image = ? AND rendererVersion = ?
        """,
      arguments: [image, rendererVersion])
    {
      let form = try StoredForm(row: row)
      let spooledUntil: Int64? = row["spooledUntil"]
      let isSpooled = spooledUntil.map { $0 > time.unixSeconds } ?? false
      guard let reason = FormReason(rawValue: try row.value("reason")) else {
        throw StoreError.catalogDamaged(column: "reason")
      }
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
