internal import Foundation
internal import GRDB

// What devices say of themselves.

extension EmbeddedLibrary {
  package func devices(
    after: DeviceIdentity?, limit: Int
  ) async throws(StoreError) -> [(DeviceIdentity, DeviceReport)] {
    precondition(limit > 0, "a page of no devices")
    return try await catalog.read { database in
      try Row.fetchAll(
        database,
        sql: """
          SELECT * FROM device WHERE (id, keyID) > (?, ?) ORDER BY id, keyID LIMIT ?
          """,
        // Before all: no row is a stranger without an id.
        arguments: [Data(after?.id ?? []), after?.keyID?.text ?? "", limit]
      ).map { row in (try DeviceIdentity(row: row), try DeviceReport(row: row)) }
    }
  }

  static func note(
    _ report: DeviceReport, of device: DeviceIdentity, in database: Database
  ) throws {
    guard !device.id.isEmpty || device.keyID != nil else { return }
    try database.execute(
      sql: """
        INSERT INTO device VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?)
        ON CONFLICT (id, keyID) DO UPDATE SET
          seenAt = excluded.seenAt, model = excluded.model, firmware = excluded.firmware,
          batteryMillivolts = excluded.batteryMillivolts,
          batteryPercent = excluded.batteryPercent, rssi = excluded.rssi,
          temperature = excluded.temperature, wakeReason = excluded.wakeReason,
          freeHeap = excluded.freeHeap, lastError = excluded.lastError, shown = excluded.shown
        WHERE excluded.seenAt >= device.seenAt
        """,
      arguments: [
        Data(device.id), device.keyID?.text ?? "", device.keyID != nil,
        report.seenAt.unixMilliseconds, report.model, report.firmware, report.batteryMillivolts,
        report.batteryPercent, report.rssi, report.temperature, report.wakeReason,
        report.freeHeap, report.lastError, report.shown.map { Data($0) },
      ])
  }

  /// Forgets the devices that were seen longest ago, strangers first.
  static func forgetDevices(beyond limit: Int, in database: Database) throws {
    let deviceCount =
      try Int.fetchOne(database, sql: "SELECT total FROM account WHERE name = 'devices'") ?? 0
    var excess = deviceCount - limit
    for isProven in [false, true] where excess > 0 {
      let rows = try Row.fetchAll(
        database,
        sql: """
          SELECT id, keyID FROM device WHERE isProven = ? ORDER BY seenAt, id, keyID LIMIT ?
          """,
        arguments: [isProven, excess])
      for row in rows {
        try database.execute(
          sql: "DELETE FROM device WHERE id = ? AND keyID = ?",
          arguments: [Data(try row.bytes("id")), try row.value("keyID", as: String.self)])
        excess -= 1
      }
    }
  }
}

extension DeviceIdentity {
  /// Whom a row is about.
  fileprivate init(row: Row) throws(StoreError) {
    let keyID: String = try row.value("keyID")
    self.init(id: try row.bytes("id"), keyID: AccessKeyID(keyID))
  }
}

extension DeviceReport {
  /// What a row says.
  fileprivate init(row: Row) throws(StoreError) {
    self.init(seenAt: Date(unixMilliseconds: try row.value("seenAt")))
    model = row["model"]
    firmware = row["firmware"]
    batteryMillivolts = row["batteryMillivolts"]
    batteryPercent = row["batteryPercent"]
    rssi = row["rssi"]
    temperature = row["temperature"]
    wakeReason = row["wakeReason"]
    freeHeap = row["freeHeap"]
    lastError = row["lastError"]
    let shown: Data? = row["shown"]
    self.shown = shown.map { Array($0) }
  }
}
