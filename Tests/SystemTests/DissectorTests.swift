import Foundation
import Testing

/// What passes between the real programs, captured and read by tshark with spec/wireshark/forme.lua.
@Suite(.timeLimit(.minutes(3))) struct DissectorTests {
  @Test func everyFieldOfARealSessionIsNamed() async throws {
    let folder = try TemporaryFolder()
    let server = try await ServerProcess(data: folder)
    let capture = folder.path("session.pcap")
    let relay = try await RecordingRelay(to: server.address, capture: capture)
    let panel = "waveshare-4in2-v2-partial"
    let card = try await folder.makeCard(640, 480)

    try await device("register", card, "--name", "a/b", relay: relay)
    try await device("fetch", "a/b", "--profile", panel, "--credit", "64", relay: relay)
    try await device("fetch", "none", "--profile", panel, relay: relay, status: 1)
    try await device("list", relay: relay)
    let watcher = try WatchingDevice(
      "a/b", profile: panel, preview: folder.path("shown.png"), server: relay.address)
    #expect(try await watcher.nextLine().hasPrefix("a/b: generation 1"))
    try await device("register", card, "--name", "a/b", relay: relay)
    #expect(try await watcher.nextLine() == "a/b: generation 2, not modified")
    let peer = try await python("peer.py", relay.address)
    #expect(peer.status == 0, "\(peer.errors)")
    // A server refers to this one, which knows nothing of the ticket.
    let referrer = try await ReferringServer(to: relay.address)
    let referredCapture = folder.path("referred.pcap")
    let referring = try await RecordingRelay(to: referrer.address, capture: referredCapture)
    try await device(
      "fetch", "a/b", "--profile", panel, "--retry", "0", relay: referring, status: 1)
    try referring.finish()
    try await device("remove", "a/b", relay: relay)
    #expect(try await watcher.nextLine() == "a/b: removed, generation 2")
    #expect(server.stop() == 0)
    _ = await watcher.stop()

    // The same with a key: PROVE, PROVEN, and frames with a MAC from then on.
    let keyed = try await ServerProcess(data: folder, at: server.address)
    let key = try await keyed.addKey("panel", in: folder)
    try await device("register", card, "--name", "a/b", "--key", key, relay: relay)
    try await device("fetch", "a/b", "--profile", panel, "--key", key, relay: relay)
    #expect(keyed.stop() == 0)
    try relay.finish()

    var counts: [String: Int] = [:]
    for file in [capture, referredCapture] {
      let judged = try await python("judge.py", file)
      #expect(judged.status == 0, "\(judged.errors)")
      for line in judged.output.split(separator: "\n") {
        let words = line.split(separator: " ")
        counts[String(words[0]), default: 0] += try #require(Int(words[1]))
      }
    }
    #expect(try Self.registeredTypes().subtracting(counts.keys) == [])
    // PUT, READY, DATA and STORED; GET, FORM and DATA.
    #expect(try #require(counts["MAC"]) >= 7)
  }

  /// The names in spec/registry/messages.csv.
  private static func registeredTypes() throws -> Set<String> {
    let file = Programs.root.appending(path: "spec/registry/messages.csv")
    let rows = try String(contentsOf: file, encoding: .utf8).split(separator: "\n").dropFirst()
    let names = Set(rows.compactMap { $0.split(separator: ",").dropFirst().first.map(String.init) })
    try #require(names.count == 26 && names.isSuperset(of: ["HELLO", "PROVEN", "ERROR"]))
    return names
  }

  /// Runs a tool of Tests/Specification.
  private func python(_ tool: String, _ argument: String) async throws -> CommandResult {
    try await Programs.run(
      URL(filePath: "/usr/bin/python3"), [RecordingRelay.tool(tool), argument])
  }

  /// Runs `forme-device` through the relay.
  private func device(
    _ arguments: String..., relay: RecordingRelay, status: Int32 = 0
  ) async throws {
    let result = try await Programs.run(
      Programs.device, arguments + ["--server", relay.address])
    #expect(result.status == status, "\(result.errors)")
  }
}
