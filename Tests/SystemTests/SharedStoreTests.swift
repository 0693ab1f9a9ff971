import Foundation
import TestCluster
import Testing

/// Servers and operators' commands over one PostgreSQL database, as real processes.
@Suite(.timeLimit(.minutes(5))) struct SharedStoreTests {
  private static let secret = "never-to-be-seen"

  /// A database whose URI holds a password, which nobody is asked for.
  private static func makeStore(_ cluster: PostgresCluster) throws -> String {
    try cluster.makeDatabase().replacingOccurrences(of: "forme@", with: "forme:\(secret)@")
  }

  private func command(_ store: String, _ arguments: String...) async throws -> CommandResult {
    let result = try await Programs.run(
      Programs.server, arguments, environment: ["FORME_STORE": store])
    #expect(!(result.output + result.errors).contains(Self.secret))
    return result
  }

  @Test func twoServersAreOne() async throws {
    let cluster = try PostgresCluster.start()
    let store = try Self.makeStore(cluster)
    let (here, there) = (try TemporaryFolder(), try TemporaryFolder())
    let first = try await ServerProcess(data: here, "--store", store)
    let second = try await ServerProcess(data: there, "--store", store)
    try await first.register(try await here.makeCard(320, 240), as: "lobby/left")
    let device = try TestDevice.gray(160, 120, bits: 4, in: there)
    let form = try await second.fetch("lobby/left", as: device)
    #expect(try await first.fetch("lobby/left", as: device).etag == form.etag)

    // The database goes and comes back under both.
    try cluster.kill()
    try cluster.restart()
    try await second.register(try await there.makeCard(330, 240), as: "lobby/left")
    #expect(try await first.fetch("lobby/left", as: device).etag != form.etag)

    let demand = try await command(store, "demand")
    #expect(demand.status == 0 && demand.output.contains("\"lobby/left\""), "\(demand.errors)")
    let devices = try await command(store, "devices", "--json")
    #expect(devices.status == 0, "\(devices.errors)")
    let verified = try await command(store, "verify")
    #expect(verified.output.hasPrefix("2 originals, 0 damaged;"), "\(verified.output)")
    #expect(first.stop() == 0 && second.stop() == 0)
    // The log of a server names no password either.
    for folder in [here, there] {
      for file in try FileManager.default.contentsOfDirectory(atPath: folder.url.path)
      where file.hasSuffix(".log") {
        #expect(try !folder.text(file).contains(Self.secret))
      }
    }
  }

  @Test func operatorsNeedNothingButTheStore() async throws {
    let cluster = try PostgresCluster.start()
    let store = try Self.makeStore(cluster)
    let added = try await command(store, "key", "add", "a", "--may", "retrieve")
    #expect(added.status == 0, "\(added.errors)")
    #expect(try await command(store, "key", "list").output.contains("retrieve"))
    #expect(try await command(store, "key", "revoke", "a").status == 0)
    let folder = try TemporaryFolder()
    _ = try await folder.makeCard(320, 240)
    let imported = try await command(store, "import", folder.url.path)
    #expect(imported.status == 0, "\(imported.errors)")
    #expect(imported.output.hasSuffix("1 pictures are registered, 0 files refused\n"))

    let backup = try await command(store, "backup", folder.path("backup"))
    #expect(backup.status == 1 && backup.errors.contains("pg_dump"))
    let checked = try await command(store, "check-config")
    #expect(checked.output.contains("forme:***@") && checked.output.contains("environment"))
    let refused = try await command("postgres://u:\(Self.secret)@h/d?x=1", "key", "list")
    #expect(refused.status != 0 && refused.errors.contains("allowed is embedded or postgres://"))
    try cluster.kill()
    let gone = try await command(store, "key", "list")
    #expect(gone.status == 1 && gone.errors.contains("store postgresql://forme:***@"))
  }
}
