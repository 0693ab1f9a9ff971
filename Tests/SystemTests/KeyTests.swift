import Foundation
import Testing

/// Keys as devices and strangers meet them. The device is written in Python from the specification.
@Suite(.timeLimit(.minutes(3))) struct KeyTests {
  /// What everybody who may do nothing is told for each request.
  private static let everything = [
    "put:lobby/a", "get:lobby/a", "list:", "remove:lobby/a", "watch:lobby/a",
    "id:dff0241bb65d4221bd310818f1e8e389",
  ]

  private static func refused(_ code: String) -> [String] {
    everything.map { "\($0) refused \(code)" }
  }

  /// Without its mark: whether WELCOME asked for a proof is of no interest, or another test's.
  private static func plain(_ answers: [String]) -> [String] {
    answers.map { $0.replacing("!", with: "", maxReplacements: 1) }
  }

  private func ask(_ server: ServerProcess, _ arguments: [String]) async throws -> [String] {
    Self.plain(try await AskingPeer.ask(server.address, arguments: arguments))
  }

  @Test func aKeyShutsStrangersOutAndLetsItsDevicesIn() async throws {
    let folder = try TemporaryFolder()
    let server = try await ServerProcess(data: folder)
    // Nobody has a key: on the loopback everybody may do everything.
    #expect(
      try await ask(server, ["put:hall/b", "get:hall/b", "list:", "put:lobby/a"]) == [
        "put:hall/b ok", "get:hall/b ok", "list: ok hall/b", "put:lobby/a ok",
      ])
    let key = try await server.addKey("lobby", "--prefix", "lobby/", in: folder)
    let reader = try await server.addKey("reader", may: "retrieve", in: folder)
    try await server.waitUntilStrangersAreOut()

    #expect(try await ask(server, Self.everything) == Self.refused("c6"))
    // The picture is still there, and the device with the key may have it.
    #expect(
      try await ask(server, ["--key", key] + Self.everything) == [
        "put:lobby/a ok", "get:lobby/a ok", "list: ok lobby/a", "remove:lobby/a ok",
        "watch:lobby/a ok", "id:dff0241bb65d4221bd310818f1e8e389 refused 89",
      ])
    #expect(
      try await ask(
        server,
        [
          "--key", key, "put:hall/b", "get:hall/b", "list:ha", "list:l", "remove:hall/b",
          "watch:hall/b",
        ]
      ) == [
        "put:hall/b refused 89", "get:hall/b refused 89", "list:ha ok", "list:l ok",
        "remove:hall/b refused 89", "watch:hall/b refused 89",
      ])
    #expect(
      try await ask(
        server,
        [
          "--key", reader, "put:x", "remove:hall/b", "get:hall/b", "list:",
          "id:dff0241bb65d4221bd310818f1e8e389",
        ]) == [
          "put:x refused 89", "remove:hall/b refused 89", "get:hall/b ok", "list: ok hall/b",
          "id:dff0241bb65d4221bd310818f1e8e389 ok",
        ])
    #expect(server.stop() == 0)
    // After a restart nothing is open for a moment.
    let again = try await ServerProcess(data: folder)
    #expect(try await ask(again, Self.everything) == Self.refused("c6"))
    #expect(try await ask(again, ["--key", key, "list:"]) == ["list: ok"])
    // No secret was ever logged.
    let secret = try #require(try folder.text("lobby.key").split(separator: " ").last)
    for log in [try server.log(), try again.log()] {
      #expect(!log.contains(secret.prefix(16)))
      #expect(!log.isEmpty)
    }
    #expect(again.stop() == 0)
  }

  @Test func aRevokedKeyEndsWhatLivesByIt() async throws {
    let folder = try TemporaryFolder()
    let server = try await ServerProcess(data: folder)
    let (a, b) = (
      try await server.addKey("a", in: folder), try await server.addKey("b", in: folder)
    )
    let cut = try AskingPeer(server.address, ["--hold", "--key", a, "list:", "wait"])
    let spared = try AskingPeer(server.address, ["--hold", "--key", b, "watch:n", "wait"])
    #expect(
      Self.plain([try await cut.next(), try await spared.next()]) == ["list: ok", "watch:n ok"])
    let begin = ContinuousClock.now
    #expect(try await server.command("key", "revoke", "a").status == 0)
    #expect(Self.plain([try await cut.next()]) == ["wait refused c6"])
    #expect(ContinuousClock.now - begin < .seconds(20))
    #expect(try await ask(server, ["--key", a, "list:"]) == ["list: refused c6"])
    // The other one lives on, and is told.
    #expect(try await ask(server, ["--key", b, "put:n"]) == ["put:n ok"])
    #expect(Self.plain([try await spared.next()]) == ["wait ok"])
    #expect(server.stop() == 0)
  }

  /// An id that nobody has and a wrong secret: the same bytes.
  @Test func aWrongKeyIsAsGoodAsAnUnknownOne() async throws {
    let folder = try TemporaryFolder()
    let server = try await ServerProcess(data: folder)
    _ = try await server.addKey("a", in: folder)
    let zeros = String(repeating: "0", count: 64)
    let wrong = try folder.write("wrong", Array("a \(zeros)\n".utf8))
    let unknown = try folder.write("unknown", Array("b \(zeros)\n".utf8))
    for file in [wrong, unknown] {
      #expect(try await ask(server, ["--key", file, "list:"]) == ["list: refused c6"])
    }
    let answers = try await ask(server, ["--raw", "--key", wrong, "list:"])
    #expect(try await ask(server, ["--raw", "--key", unknown, "list:"]) == answers)
    #expect(answers.first?.hasPrefix("list: raw ") == true, "\(answers)")
    #expect(server.stop() == 0)
  }

  @Test func openRetrievalLetsStrangersReadAndNoMore() async throws {
    let folder = try TemporaryFolder()
    let server = try await ServerProcess(data: folder, "--open-retrieval")
    let key = try await server.addKey("a", in: folder)
    #expect(try await ask(server, ["--key", key, "put:lobby/a"]) == ["put:lobby/a ok"])
    let device = try TestDevice.gray(16, 8, bits: 1, in: folder)
    #expect(try await server.demand().kinds.map(\.trusted) == [true])
    try await server.waitUntilStrangersAreOut(of: "remove:absent", "refused 89")
    // A kind that only strangers use is not worth work in advance.
    #expect(try await server.fetch("lobby/a", as: device).bytes == 16)
    let kinds = try await server.demand().kinds
    #expect(kinds.first { $0.key == device.keys[0] }?.trusted == false)
    #expect(
      try await ask(server, Self.everything) == [
        "put:lobby/a refused 89", "get:lobby/a ok", "list: ok lobby/a", "remove:lobby/a refused 89",
        "watch:lobby/a ok", "id:dff0241bb65d4221bd310818f1e8e389 ok",
      ])
    #expect(server.stop() == 0)
  }

  /// A kind that strangers told of is believed once a device with a key uses it.
  @Test func aProvenDeviceMakesItsKindTrusted() async throws {
    let folder = try TemporaryFolder()
    let server = try await ServerProcess(data: folder, "--open-retrieval")
    let key = try await server.addKey("a", in: folder)
    try await server.waitUntilStrangersAreOut(of: "remove:absent", "refused 89")
    // A stranger was the first to bring the kind, before or after the key came.
    let device = try TestDevice.gray(160, 120, bits: 4, in: folder)
    _ = try await Programs.device(
      "fetch", "absent", "--profile", device.file, "--server", server.address, "--retry", "0")
    #expect(
      try await server.demand().kinds.first { $0.key == device.keys[0] }?.trusted == false)
    let descriptor = device.descriptors[0].map { String(format: "%02x", $0) }.joined()
    #expect(
      try await ask(server, ["--key", key, "--descriptor", descriptor, "list:"]) == ["list: ok"])
    _ = try await server.demand(when: { report in
      report.kinds.first { $0.key == device.keys[0] }?.trusted == true
    })
    #expect(server.stop() == 0)
  }

  /// The rule for strangers hangs on where the server listens.
  @Test func beyondTheLoopbackStrangersMayDoNothing() async throws {
    let folder = try TemporaryFolder()
    let server = try await ServerProcess(data: folder, at: "0.0.0.0:0", "--allow-plaintext")
    let port = try #require(server.address.split(separator: ":").last)
    let local = "127.0.0.1:\(port)"
    #expect(
      Self.plain(try await AskingPeer.ask(local, arguments: Self.everything))
        == Self.refused("c6"))
    let key = try await server.addKey("a", in: folder)
    #expect(
      try await AskingPeer.ask(local, "--key", key, "put:lobby/a", "list:")
        == ["put:lobby/a! ok", "list:! ok lobby/a"])
    #expect(server.stop() == 0)
  }

  @Test(.enabled(if: NetworkNamespaces.canBeMade, "network namespaces need root"))
  func fromAnotherMachineStrangersMayDoNothing() async throws {
    let folder = try TemporaryFolder()
    let network = try NetworkNamespaces()
    let server = try await ServerProcess(
      data: folder, at: "\(NetworkNamespaces.serverAddress):0", prefix: network.atServer,
      "--allow-plaintext")
    #expect(
      Self.plain(
        try await AskingPeer.ask(
          server.address, prefix: network.atDevice, arguments: Self.everything))
        == Self.refused("c6"))
    #expect(try folder.storedFiles("originals").isEmpty && folder.storedFiles("incoming").isEmpty)
    let key = try await server.addKey("a", in: folder)
    #expect(
      try await AskingPeer.ask(
        server.address, prefix: network.atDevice, "--key", key, "put:lobby/a", "list:")
        == ["put:lobby/a! ok", "list:! ok lobby/a"])
    // Nothing is left of strangers.
    #expect(try await server.devices { $0.count == 1 }.map(\.key) == ["a"])
    #expect(server.stop() == 0)
    withExtendedLifetime(network) {}
  }
}
