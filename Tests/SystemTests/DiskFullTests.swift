import Foundation
import Testing

/// A disk without space: clear errors, nothing half done, and no restart when there is space again.
@Suite(.enabled(if: SmallDisk.canBeMounted, "mounting a small file system needs root"))
struct DiskFullTests {
  private let folder: TemporaryFolder
  private let disk: SmallDisk
  private let card: String
  private let photo: String
  /// 38,400 bytes on the wire.
  private let gray: String
  /// 1,536,000 bytes on the wire.
  private let large: String

  init() async throws {
    folder = try TemporaryFolder()
    disk = try SmallDisk(at: folder.path("store"), megabytes: 16)
    card = folder.path("card.png")
    _ = try await Programs.device("testcard", "--width", "90", "--height", "60", "--output", card)
    photo = folder.path("photo.jpg")
    try await Judge.makePhoto(width: 600, height: 400, at: photo)
    gray = try folder.write(
      "gray.json",
      profile(#""size": {"width": 240, "height": 160}, "color": {"model": "gray", "bits": 8}"#))
    large = try folder.write(
      "large.json",
      profile(#""size": {"width": 1280, "height": 1200}, "color": {"model": "gray", "bits": 8}"#))
  }

  private func register(_ picture: String, _ name: String, _ server: ServerProcess) async throws
    -> CommandResult
  {
    try await Programs.device(
      "register", picture, "--name", name, "--server", server.address, "--retry", "0")
  }

  private func fetch(
    _ name: String, _ profile: String, to output: String, _ server: ServerProcess
  ) async throws -> CommandResult {
    try await Programs.device(
      "fetch", name, "--profile", profile, "--server", server.address, "--json",
      "--output", folder.path(output))
  }

  /// STORE_FULL, in one line.
  private func expectFull(
    _ result: CommandResult, sourceLocation: SourceLocation = #_sourceLocation
  ) {
    #expect(result.status == 1, "\(result.output)", sourceLocation: sourceLocation)
    #expect(
      result.errorLine?.contains("STORE_FULL") == true, "\(result.errors)",
      sourceLocation: sourceLocation)
  }

  private func files(_ name: String) -> [String] {
    let url = folder.url.appending(path: "store/\(name)")
    let all = FileManager.default.enumerator(at: url, includingPropertiesForKeys: nil)
    return (all?.compactMap { $0 as? URL } ?? []).filter { !$0.hasDirectoryPath }.map(\.path)
  }

  @Test func aPictureThatDoesNotFitLeavesNothingBehind() async throws {
    let server = try await ServerProcess(data: folder)
    #expect(try await register(card, "card", server).status == 0)
    _ = try await fetch("card", gray, to: "first", server).fetched()

    let size = try #require(
      try FileManager.default.attributesOfItem(atPath: photo)[.size] as? Int)
    try disk.fill(leaving: size / 2)
    expectFull(try await register(photo, "photo", server))
    #expect(files("originals").count == 1)
    let list = try await Programs.device("list", "--server", server.address)
    #expect(list.output.contains(" card") && !list.output.contains(" photo"), "\(list.output)")
    _ = try await fetch("card", gray, to: "second", server).fetched()
    #expect(try folder.data("first") == folder.data("second"))

    try disk.empty()
    #expect(try await register(photo, "photo", server).status == 0)
    #expect(try await fetch("photo", gray, to: "photo.form", server).fetched().status == "ok")
    #expect(server.stop() == 0)
    #expect(files("spool").isEmpty && files("incoming").isEmpty)
    let verified = try await Programs.run(
      Programs.server, ["verify", "--data", folder.path("store")])
    #expect(verified.status == 0)
    #expect(verified.output.contains("2 originals, 0 damaged"), "\(verified.output)")
    #expect(verified.output.contains("0 orphans"), "\(verified.output)")
  }

  /// Not a byte can be written: neither forms nor counts.
  @Test func storedFormsAreSentFromAFullDisk() async throws {
    let server = try await ServerProcess(data: folder, "--memory-megabytes", "0")
    #expect(try await register(card, "card", server).status == 0)
    _ = try await fetch("card", gray, to: "first", server).fetched()
    // The kind is known; its form is not there.
    #expect(try await register(photo, "photo", server).status == 0)
    try disk.fill()
    // What is noted meanwhile waits until it can be counted; the log says that it was tried.
    var requestCount = 1
    repeat {
      _ = try await fetch("card", gray, to: "again", server).fetched()
      #expect(try folder.data("first") == folder.data("again"))
      requestCount += 1
    } while try server.logCount("requests cannot be counted") == 0
    expectFull(try await fetch("photo", gray, to: "photo.form", server))
    // A kind that nobody knows yet cannot be remembered.
    expectFull(try await fetch("card", large, to: "large.form", server))
    expectFull(try await register(photo, "other", server))
    #expect(server.isRunning)

    try disk.empty()
    _ = try await fetch("photo", gray, to: "photo.form", server).fetched()
    #expect(try await register(photo, "other", server).status == 0)
    #expect(server.stop() == 0)
    let demand = try await Programs.run(
      Programs.server, ["demand", "--json", "--data", folder.path("store")])
    let forms = try JSONDecoder().decode(Demand.self, from: Data(demand.output.utf8)).forms
    let counted = forms.filter { $0.names == ["card"] }.map(\.requests)
    #expect(counted == [requestCount], "\(demand.output)")
  }

  private struct Demand: Decodable {
    let forms: [Form]
    struct Form: Decodable {
      let names: [String]
      let requests: Int
    }
  }

  /// The form is larger than what is left; smaller ones are made meanwhile.
  @Test(.timeLimit(.minutes(2))) func aFormThatDoesNotFitLeavesNothingBehind() async throws {
    let server = try await ServerProcess(data: folder, "--memory-megabytes", "0")
    #expect(try await register(card, "card", server).status == 0)
    try disk.fill(leaving: 1_000_000)
    expectFull(try await fetch("card", large, to: "card.form", server))
    // The thread that made it may let go of it a moment after the device was told.
    while !files("spool").isEmpty { await Task.yield() }
    #expect(files("forms").isEmpty)
    _ = try await fetch("card", gray, to: "gray.form", server).fetched()

    try disk.empty()
    _ = try await fetch("card", large, to: "card.form", server).fetched()
    #expect(try folder.data("card.form").count == 1_536_000)
    #expect(server.stop() == 0)
  }

  /// Stored forms can be made again: on a full disk they make room for what a device waits for.
  @Test func storedFormsMakeRoomOnAFullDisk() async throws {
    let first = try await ServerProcess(data: folder, "--memory-megabytes", "0")
    #expect(try await register(photo, "photo", first).status == 0)
    #expect(try await register(card, "card", first).status == 0)
    _ = try await fetch("photo", large, to: "photo.form", first).fetched()
    // Nobody has it open any more.
    #expect(first.stop() == 0)

    let second = try await ServerProcess(data: folder, "--memory-megabytes", "0")
    let before = files("forms")
    #expect(before.count == 1)
    try disk.fill(leaving: 1_000_000)
    _ = try await fetch("card", large, to: "card.form", second).fetched()
    #expect(files("forms").count == 1 && files("forms") != before)
    #expect(second.stop() == 0)

    try disk.empty()
    let third = try await ServerProcess(data: folder)
    _ = try await fetch("photo", large, to: "again.form", third).fetched()
    #expect(try folder.data("again.form") == folder.data("photo.form"))
    #expect(third.stop() == 0)
  }
}
