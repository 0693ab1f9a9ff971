import Foundation
import Testing

/// A copy that is made while the server works, and served instead of it.
@Suite(.timeLimit(.minutes(3))) struct BackupTests {
  @Test func aBackupHoldsEverythingRegisteredBefore() async throws {
    let folder = try TemporaryFolder()
    let device = try TestDevice.gray(160, 120, bits: 4, in: folder)
    let server = try await ServerProcess(data: folder, "--render-after", "3")
    let names = (0..<6).map { "before-\($0)" }
    for (index, name) in names.enumerated() {
      try await server.register(try await folder.makeCard(300 + index, 240), as: name)
      _ = try await server.fetch(name, as: device, "--output", folder.path(name))
    }
    try await server.register(try await folder.makeCard(300, 240), as: names[0])

    // The server is kept at work for as long as the backup takes.
    let backup = folder.path("backup")
    let (result, registeredCount) = try await Self.atWork(server, device, folder) {
      try await server.command("backup", backup)
    }
    #expect(result.status == 0, "\(result.errors)")
    #expect(result.output.hasSuffix(" originals copied, 0 were there, 0 damaged\n"))
    let verified = try await Programs.run(Programs.server, ["verify", "--data", backup])
    #expect(verified.status == 0, "\(verified.errors)")

    // Brought up to date, now that nothing is going on.
    let again = try await server.command("backup", backup)
    #expect(again.status == 0, "\(again.errors)")
    let kept = try #require(
      again.output.split(separator: " ").compactMap { Int($0) }.dropFirst().first)
    #expect(kept >= names.count, "\(again.output)")
    let list = try await Programs.device("list", "--server", server.address).output
    #expect(server.stop() == 0)

    // Restored by moving it to where a server looks.
    try FileManager.default.removeItem(atPath: folder.path("store"))
    try FileManager.default.moveItem(atPath: backup, toPath: folder.path("store"))
    let restored = try await ServerProcess(data: folder, "--render-after", "3")
    #expect(try await Programs.device("list", "--server", restored.address).output == list)
    #expect(list.split(separator: "\n").count == names.count + registeredCount)
    // Counts are there, bytes of forms are not.
    let demand = try await restored.demand()
    for name in names { #expect(demand.summary(name, device) == "known 1 request") }
    for name in names {
      let output = folder.path("restored")
      _ = try await restored.fetch(name, as: device, "--output", output)
      #expect(try folder.data("restored") == folder.data(name))
    }
    let more = try await Programs.device(
      "register", folder.path("card-300x240.png"), "--name", names[0], "--server",
      restored.address)
    #expect(more.output.contains("generation 3"), "\(more.output)")
    #expect(restored.stop() == 0)
  }

  /// The first backup alone, taken in the middle of work, is whole: nothing that was registered when
  /// it began is missing.
  @Test func aBackupTakenInTheMiddleServes() async throws {
    let folder = try TemporaryFolder()
    let device = try TestDevice.gray(160, 120, bits: 4, in: folder)
    let server = try await ServerProcess(data: folder)
    try await server.register(try await folder.makeCard(300, 240), as: "p")
    let copy = try TemporaryFolder()
    let (before, _) = try await Self.atWork(server, device, folder) {
      // Some of the work is done, and more follows.
      _ = try await server.demand { $0.forms.count >= 2 }
      let list = try await Programs.device("list", "--server", server.address)
      let result = try await server.command("backup", copy.path("store"))
      #expect(result.status == 0, "\(result.errors)")
      return list.output
    }
    #expect(server.stop() == 0)

    let restored = try await ServerProcess(data: copy)
    let list = try await Programs.device("list", "--server", restored.address).output
    let entries = Set(list.split(separator: "\n"))
    for entry in before.split(separator: "\n") { #expect(entries.contains(entry), "\(entry)") }
    for entry in entries {
      let name = String(try #require(entry.split(separator: " ").last))
      #expect(try await restored.fetch(name, as: device).bytes == 9_600)
    }
    #expect(restored.stop() == 0)
  }

  /// A folder that holds something else is left alone.
  @Test func aBackupGoesIntoNoOtherFolder() async throws {
    let folder = try TemporaryFolder()
    let server = try await ServerProcess(data: folder)
    try FileManager.default.createDirectory(
      atPath: folder.path("full"), withIntermediateDirectories: false)
    _ = try folder.write("full/letters", Array("dear".utf8))
    for target in ["full", "store"] {
      let result = try await server.command("backup", folder.path(target))
      #expect(result.status == 1)
      #expect(
        result.errorLine?.contains("neither empty nor a backup that nobody uses") == true,
        "\(result.errors)")
    }
    #expect(try folder.text("full/letters") == "dear")
    #expect(server.stop() == 0)
  }

  /// Runs `body` while pictures are registered and fetched.
  /// - Returns: also how many were.
  private static func atWork<Value>(
    _ server: ServerProcess, _ device: TestDevice, _ folder: TemporaryFolder,
    _ body: () async throws -> Value
  ) async throws -> (Value, Int) {
    try await withThrowingTaskGroup(of: Int.self) { group in
      group.addTask { try await work(server, device, folder) }
      let value = try await body()
      group.cancelAll()
      return (value, try await group.next() ?? 0)
    }
  }

  /// Registers and fetches one picture after the other until it is cancelled.
  /// - Returns: how many names are registered now, all of which stay.
  private static func work(
    _ server: ServerProcess, _ device: TestDevice, _ folder: TemporaryFolder
  ) async throws -> Int {
    var count = 0
    while !Task.isCancelled {
      let name = "during-\(count)"
      try await server.register(try await folder.makeCard(320 + count, 250), as: name)
      count += 1
      _ = try await server.fetch(name, as: device)
    }
    return count
  }
}
