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
    try await device("remove", "a/b", relay: relay)
    #expect(try await watcher.nextLine() == "a/b: removed, generation 2")
    #expect(server.stop() == 0)
    _ = await watcher.stop()
    try relay.finish()

    let judged = try await python("judge.py", capture)
    #expect(judged.status == 0, "\(judged.errors)")
    // PROVE and PROVEN need a key; Tests/Specification has frames of both.
    let types = judged.output.split(separator: "\n").compactMap { $0.split(separator: " ").first }
    let wanted = [
      "ACCEPTED", "CANCEL", "CAPABILITIES", "CREDIT", "DATA", "ERROR", "FORM", "GET", "GOAWAY",
      "HELLO", "LIST", "LISTING", "NOTIFY", "OK", "PING", "PONG", "PUT", "READY", "REMOVE",
      "STORED", "WATCH", "WELCOME",
    ]
    #expect(Set(wanted).subtracting(types.map(String.init)) == [])
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
