import Capabilities
import Foundation
import GRDB
import Synchronization
import Testing

@testable import Store

@Suite("Query plans", .timeLimit(.minutes(5)))
struct QueryPlanTests {
  /// What SQLite does by itself for a change: triggers, and looking for rows that refer to a row.
  static let implied = [
    "UPDATE account SET total = total + 1 WHERE name = 'formBytes'",
    "UPDATE formBlob SET usedAt = 0 WHERE digest = ?1 "
      + "AND NOT EXISTS (SELECT 1 FROM form WHERE form.digest = ?1)",
    "SELECT 1 FROM name WHERE image = ?", "SELECT 1 FROM form WHERE image = ?",
    "SELECT 1 FROM form WHERE key = ?", "SELECT 1 FROM demand WHERE image = ?",
    "SELECT 1 FROM demand WHERE key = ?", "SELECT 1 FROM nameUse WHERE name = ?",
    "SELECT 1 FROM nameUse WHERE key = ?",
    "UPDATE account SET total = total + 1 WHERE name = 'devices'",
  ]

  @Test func everyStatementFindsItsRowsByAnIndex() async throws {
    let folder = try TemporaryFolder()
    // Migrations may read whole tables; they run once.
    try await EmbeddedLibrary.open(in: folder).close()
    let statements = Mutex<Set<String>>([])
    let library = try await EmbeddedLibrary.open(
      folder.data, at: .epoch,
      limits: StoreLimits(formByteLimit: 1_500, kindLimit: 4, deviceLimit: 2),
      faults: folder.kept(by: nil)
    ) { sql in statements.withLock { _ = $0.insert(sql) } }
    try await use(library)
    _ = try await library.backup(to: folder.path + "/backup") { _ in }

    let queries = statements.withLock { $0 }.filter { sql in
      ["SELECT", "INSERT", "UPDATE", "DELETE", "WITH"].contains { sql.hasPrefix($0) }
        && !sql.contains("sqlite_") && !sql.contains("grdb_")
    }
    #expect(queries.count >= 40, "the list of statements is not complete")
    try await library.catalog.read { database in
      for sql in queries.sorted() + Self.implied {
        let statement = try database.makeStatement(sql: "EXPLAIN QUERY PLAN " + sql)
        statement.setUncheckedArguments(StatementArguments())
        for row in try Row.fetchAll(statement) {
          let detail: String = row["detail"]
          #expect(
            !detail.hasPrefix("SCAN") || detail == "SCAN CONSTANT ROW", "\(detail) in \(sql)")
        }
      }
    }
    try await library.close()
  }

  /// Calls everything that a library can do, on every way through it that has statements of its own.
  private func use(_ library: EmbeddedLibrary) async throws {
    let ids = try await library.prepare(widths: [1, 2, 3])
    let id = ids[0]
    try await library.register("a", pictureBytes(2))
    try await library.register("b", pictureBytes(1))
    let form = try await library.store(id, pictureBytes(4))
    try await library.store(ids[1], pictureBytes(5), mayEvict: true)
    _ = try await library.openForm(form)
    try await library.store(
      FormID(image: id.image, key: ids[1].key, rendererVersion: 2), [1])
    try await library.freeSpace(byteCount: 1)
    try await library.noteForm(
      id, facts: someFormFacts, digest: form.digest, byteCount: 1, reason: .name,
      spooledUntil: nil, at: .epoch)
    _ = try await library.record(
      UseRecord(
        requests: [RequestKey(image: id.image, key: id.key): 1],
        names: [NameUse(name: "a", key: id.key): .epoch], forms: [id: .epoch]), at: .epoch)
    _ = try await library.forms(of: id.image, keys: ids.map(\.key), rendererVersion: 1)
    _ = try await library.storedForm(key: id.key, etag: [], rendererVersion: 1)
    _ = try await library.capabilities(for: [id.key])
    _ = try await library.trustedKinds()
    _ = try await library.popularKinds(after: 1)
    _ = try await library.kindsUsed(under: "a", image: id.image, atLeast: 1)
    _ = try await library.imagesLacking(id.key, rendererVersion: 1, after: nil, limit: 1)
    _ = try await library.registration(of: "a")
    _ = try await library.list(prefix: "a", after: "", limit: 1)
    _ = try await library.openOriginal(id.image)
    _ = try await library.demandedKinds(after: nil, limit: 10)
    _ = try await library.demandedImages(after: nil, limit: 10, rendererVersion: 1, at: .epoch)
    for width in 4...6 {
      try await library.remember([try capability(width: width)], isTrusted: false, at: .epoch)
    }
    try await library.trust([try capability(width: 6).formKey])
    try await useAccess(library)
    _ = try await library.remove("b", at: .epoch)
    _ = try await library.verify(sweep: true, at: .epoch + 100_000) { _ in }
    try await library.sweep(at: .epoch)
  }

  private func useAccess(_ library: EmbeddedLibrary) async throws {
    let id = try #require(AccessKeyID("a"))
    try await library.addKey(id, secret: .random(), rights: .all, at: .epoch)
    _ = try await library.key(id)
    _ = try await library.keys()
    _ = try await library.revokeKey(id, at: .epoch)
    _ = try await library.forgetKey(id)
    for device in UInt8(1)...3 {
      let identity = DeviceIdentity(id: [device], keyID: device == 2 ? id : nil)
      _ = try await library.record(
        UseRecord(devices: [identity: DeviceReport(seenAt: .epoch)]), at: .epoch)
    }
    _ = try await library.devices(after: nil, limit: 1)
  }
}
