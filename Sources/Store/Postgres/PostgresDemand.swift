internal import Capabilities
package import Foundation

// What is asked for, counted. All nodes lock rows in one order: what is counted by image and kind,
// then kinds, then the rest.

extension PostgresLibrary {
  package func record(
    _ use: UseRecord, at time: Date
  ) async throws(StoreError) -> RequestTotals {
    guard !use.isEmpty else { return RequestTotals() }
    let deviceLimit = limits.deviceLimit
    let receipt = PostgresReceipt()
    let requests = use.requests.filter { $0.value > 0 }.sorted { $0.key.order < $1.key.order }
    return try await pool.write { connection throws(StoreError) in
      var totals = RequestTotals()
      if !requests.isEmpty {
        _ = try receipt.once(connection) { () throws(StoreError) in
          try Self.add(requests, at: time, in: connection)
          return 1
        }
        totals = try Self.totals(of: requests.map(\.key), in: connection)
      }
      for (use, time) in use.names.sorted(by: { $0.key.order < $1.key.order }) {
        try Self.touch(use, at: time, in: connection)
      }
      for name in Set(use.names.keys.map { Array($0.name.utf8) }) {
        try Self.forgetUses(of: name, in: connection)
      }
      for (form, time) in use.forms.sorted(by: { $0.key.order < $1.key.order }) {
        try Self.touch(form, at: time, in: connection)
      }
      for (device, report) in use.devices.sorted(by: { $0.key.order < $1.key.order }) {
        try Self.note(report, of: device, in: connection)
      }
      if !use.devices.isEmpty { try Self.forgetDevices(beyond: deviceLimit, in: connection) }
      return totals
    }
  }

  private static func add(
    _ requests: [(key: RequestKey, value: Int)], at time: Date, in connection: PostgresConnection
  ) throws(StoreError) {
    let now = PostgresValue.integer(Int(time.unixSeconds))
    var kinds: [FormKey: Int] = [:]
    for (request, count) in requests {
      let counted = try connection.change(
        """
        INSERT INTO demand (image, key, requests, last_at)
        SELECT $1::bytea, $2::bytea, $3::bigint, $4::bigint
        WHERE EXISTS (SELECT 1 FROM image WHERE id = $1::bytea)
          AND EXISTS (SELECT 1 FROM capability WHERE key = $2::bytea)
        ON CONFLICT (image, key) DO UPDATE SET
          requests = demand.requests + excluded.requests,
          last_at = greatest(demand.last_at, excluded.last_at)
        """,
        [.bytes(request.image.bytes), .bytes(request.key.bytes), .integer(count), now])
      if counted == 1 { kinds[request.key, default: 0] += count }
    }
    for (key, count) in kinds.sorted(by: { $0.key < $1.key }) {
      try connection.change(
        """
        UPDATE capability SET requests = requests + $2::bigint,
          last_seen = greatest(last_seen, $3::bigint)
        WHERE key = $1::bytea
        """,
        [.bytes(key.bytes), .integer(count), now])
    }
  }

  private static func totals(
    of requests: [RequestKey], in connection: PostgresConnection
  ) throws(StoreError) -> RequestTotals {
    var totals = RequestTotals()
    for request in requests {
      let row = try connection.query(
        """
        SELECT demand.requests AS of_image, capability.requests AS of_kind
        FROM demand JOIN capability ON capability.key = demand.key
        WHERE demand.image = $1::bytea AND demand.key = $2::bytea
        """,
        [.bytes(request.image.bytes), .bytes(request.key.bytes)]
      ).first
      guard let row else { continue }
      totals.images[request] = try row.integer("of_image")
      totals.kinds[request.key] = try row.integer("of_kind")
    }
    return totals
  }

  private static func touch(
    _ use: NameUse, at time: Date, in connection: PostgresConnection
  ) throws(StoreError) {
    try connection.change(
      """
      INSERT INTO name_use (name, key, used_at) SELECT $1::bytea, $2::bytea, $3::bigint
      WHERE EXISTS (SELECT 1 FROM name WHERE name = $1::bytea)
        AND EXISTS (SELECT 1 FROM capability WHERE key = $2::bytea)
      ON CONFLICT (name, key) DO UPDATE SET
        used_at = greatest(name_use.used_at, excluded.used_at)
      """,
      [
        .bytes(Array(use.name.utf8)), .bytes(use.key.bytes),
        .integer(Int(time.unixMilliseconds)),
      ])
  }

  private static func forgetUses(
    of name: [UInt8], in connection: PostgresConnection
  ) throws(StoreError) {
    try connection.change(
      """
      DELETE FROM name_use WHERE name = $1::bytea AND key IN (
        SELECT key FROM name_use WHERE name = $1::bytea
        ORDER BY used_at DESC, key OFFSET $2::bigint)
      """,
      [.bytes(name), .integer(StoreLimits.kindsPerName)])
  }

  private static func touch(
    _ form: FormID, at time: Date, in connection: PostgresConnection
  ) throws(StoreError) {
    try connection.change(
      """
      UPDATE form_blob SET used_at = $4::bigint WHERE used_at < $4::bigint AND digest = (
        SELECT digest FROM form
        WHERE image = $1::bytea AND key = $2::bytea AND renderer_version = $3::bigint)
      """,
      form.parameters + [.integer(Int(time.unixMilliseconds))])
  }
}

/// The bytes of a row's key, for an order that all nodes have.
private struct RowOrder: Comparable {
  let bytes: [UInt8]

  static func < (one: RowOrder, other: RowOrder) -> Bool {
    one.bytes.lexicographicallyPrecedes(other.bytes)
  }
}

extension RequestKey {
  fileprivate var order: RowOrder { RowOrder(bytes: image.bytes + key.bytes) }
}

extension NameUse {
  fileprivate var order: RowOrder { RowOrder(bytes: Array(name.utf8) + [0] + key.bytes) }
}

extension FormID {
  fileprivate var order: RowOrder { RowOrder(bytes: image.bytes + key.bytes) }
}

extension DeviceIdentity {
  fileprivate var order: RowOrder {
    RowOrder(bytes: id + [0] + Array((keyID?.text ?? "").utf8))
  }
}
