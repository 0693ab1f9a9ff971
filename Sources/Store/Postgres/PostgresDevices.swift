internal import Foundation

// What devices say of themselves.

extension PostgresLibrary {
  package func devices(
    after: DeviceIdentity?, limit: Int
  ) async throws(StoreError) -> [(DeviceIdentity, DeviceReport)] {
    precondition(limit > 0, "a page of no devices")
    return try await pool.read { connection throws(StoreError) in
      try connection.query(
        """
        SELECT * FROM device WHERE (id, key_id) > ($1::bytea, $2::bytea)
        ORDER BY id, key_id LIMIT $3::bigint
        """,
        // Before all: no row is a stranger without an id.
        [
          .bytes(after?.id ?? []), .bytes(Array((after?.keyID?.text ?? "").utf8)),
          .integer(limit),
        ]
      ).map { row throws(StoreError) in
        (try DeviceIdentity(row: row), try DeviceReport(row: row))
      }
    }
  }

  /// Keeps what a device says, unless what is known is newer.
  static func note(
    _ report: DeviceReport, of device: DeviceIdentity, in connection: PostgresConnection
  ) throws(StoreError) {
    guard !device.id.isEmpty || device.keyID != nil else { return }
    try connection.change(
      """
      INSERT INTO device (id, key_id, seen_at, model, firmware, battery_millivolts,
        battery_percent, rssi, temperature, wake_reason, free_heap, last_error, shown)
      VALUES ($1::bytea, $2::bytea, $3::bigint, $4::bytea, $5::bytea, $6::bigint, $7::bigint,
        $8::bigint, $9::bigint, $10::bigint, $11::bigint, $12::bigint, $13::bytea)
      ON CONFLICT (id, key_id) DO UPDATE SET
        seen_at = excluded.seen_at, model = excluded.model, firmware = excluded.firmware,
        battery_millivolts = excluded.battery_millivolts,
        battery_percent = excluded.battery_percent, rssi = excluded.rssi,
        temperature = excluded.temperature, wake_reason = excluded.wake_reason,
        free_heap = excluded.free_heap, last_error = excluded.last_error, shown = excluded.shown
      WHERE excluded.seen_at >= device.seen_at
      """,
      [
        .bytes(device.id), .bytes(Array((device.keyID?.text ?? "").utf8)),
        .integer(Int(report.seenAt.unixMilliseconds)),
        .optional(report.model.map { Array($0.utf8) }),
        .optional(report.firmware.map { Array($0.utf8) }),
        .optional(report.batteryMillivolts), .optional(report.batteryPercent),
        .optional(report.rssi), .optional(report.temperature), .optional(report.wakeReason),
        .optional(report.freeHeap), .optional(report.lastError), .optional(report.shown),
      ])
  }

  /// Forgets the devices that were seen longest ago, strangers first.
  static func forgetDevices(
    beyond limit: Int, in connection: PostgresConnection
  ) throws(StoreError) {
    // At most some ten thousand, so they may be counted.
    let count: Int =
      try connection.query("SELECT count(*) AS total FROM device").first?.integer("total") ?? 0
    guard count > limit else { return }
    try connection.change(
      """
      DELETE FROM device WHERE (id, key_id) IN (
        SELECT id, key_id FROM device
        ORDER BY octet_length(key_id) > 0, seen_at, id, key_id LIMIT $1::bigint)
      """,
      [.integer(count - limit)])
  }
}

extension DeviceIdentity {
  /// Whom a row is about.
  fileprivate init(row: PostgresRow) throws(StoreError) {
    self.init(id: try row.bytes("id"), keyID: AccessKeyID(bytes: try row.bytes("key_id")))
  }
}

extension DeviceReport {
  /// What a row says.
  fileprivate init(row: PostgresRow) throws(StoreError) {
    self.init(seenAt: Date(unixMilliseconds: try row.integer("seen_at")))
    model = try row.bytesIfAny("model").map { String(decoding: $0, as: UTF8.self) }
    firmware = try row.bytesIfAny("firmware").map { String(decoding: $0, as: UTF8.self) }
    batteryMillivolts = try row.integerIfAny("battery_millivolts")
    batteryPercent = try row.integerIfAny("battery_percent")
    rssi = try row.integerIfAny("rssi")
    temperature = try row.integerIfAny("temperature")
    wakeReason = try row.integerIfAny("wake_reason")
    freeHeap = try row.integerIfAny("free_heap")
    lastError = try row.integerIfAny("last_error")
    shown = try row.bytesIfAny("shown")
  }
}
