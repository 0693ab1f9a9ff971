import Foundation
import Testing

/// Tickets and keys between servers, as a device in Python meets them that shares no code with Forme.
@Suite(.timeLimit(.minutes(3))) struct TicketTests {
  /// What a front says to a device that it refers.
  private struct Referral {
    let address: String
    let ticket: String
    let secret: String

    init(_ answer: String) throws {
      let words = answer.split(separator: " ").map(String.init)
      try #require(words.count == 5 && words[1] == "referred", "\(answer)")
      (address, ticket, secret) = (words[2], words[3], words[4])
    }
  }

  private static func refer(
    _ server: Installation, _ options: [String] = []
  ) async throws -> Referral {
    let answers = try await AskingPeer.ask(
      server.address, arguments: ["--refer"] + options + ["get:p"])
    return try Referral(try #require(answers.first))
  }

  private static func redeem(
    _ referral: Referral, _ options: [String] = [], _ steps: [String] = ["get:p"],
    ticket: String? = nil
  ) async throws -> [String] {
    try await AskingPeer.ask(
      referral.address,
      arguments: ["--refer", "--hold", "--ticket", ticket ?? referral.ticket] + options + steps)
  }

  /// Without the marks that WELCOME asked for a proof.
  private static func plain(_ answers: [String]) -> [String] {
    answers.map { $0.replacing("!", with: "", maxReplacements: 1) }
  }

  private static func start(_ folder: TemporaryFolder) async throws -> Installation {
    let server = try await Installation(.refer, data: folder)
    try await server.register(try await folder.makeCard(320, 240), as: "p")
    return server
  }

  @Test func aTicketIsGoodForOneGet() async throws {
    let folder = try TemporaryFolder()
    let server = try await Self.start(folder)
    let referral = try await Self.refer(server)
    #expect(referral.secret == "-")
    #expect(
      try await Self.redeem(
        referral, [], ["get:p", "get:p", "list:", "put:x", "remove:p", "watch:p"])
        == [
          "get:p ok", "get:p refused 89", "list: refused 89", "put:x refused 89",
          "remove:p refused 89", "watch:p refused 89",
        ])
    // Used: nobody gets anything for it again.
    #expect(try await Self.redeem(referral) == ["get:p refused c6"])
    #expect(server.stop())
  }

  @Test func anAlteredOrForeignTicketIsRefused() async throws {
    let folder = try TemporaryFolder()
    let server = try await Self.start(folder)
    let referral = try await Self.refer(server)
    let altered = referral.ticket.dropLast() + (referral.ticket.hasSuffix("0") ? "1" : "0")
    for ticket in [String(altered), String(repeating: "00", count: 16), "00"] {
      #expect(try await Self.redeem(referral, ticket: ticket) == ["get:p refused c6"])
    }
    // Another device, or the same one as another kind, or another picture.
    #expect(try await Self.redeem(referral, ["--id", "other"]) == ["get:p refused c6"])
    let device = try TestDevice.gray(8, 8, bits: 1, in: folder)
    let other = device.descriptors[0].map { String(format: "%02x", $0) }.joined()
    #expect(try await Self.redeem(referral, ["--descriptor", other]) == ["get:p refused c6"])
    #expect(
      try await Self.redeem(referral, [], ["get:q", "get:p"]) == [
        "get:q refused 89", "get:p ok",
      ])
    // A back that was restarted knows no ticket of before.
    let second = try await Self.refer(server)
    server.back.kill9()
    let back = try await server.restartBack(in: folder)
    let third = try await Self.refer(server)
    #expect(try await Self.redeem(third, ticket: second.ticket) == ["get:p refused c6"])
    #expect(try await Self.redeem(third) == ["get:p ok"])
    #expect(server.front.stop() == 0 && back.stop() == 0)
  }

  /// A device with a key proves at the back what only it and the front can know, and nobody else is
  /// served in its place.
  @Test func aDeviceWithAKeyProvesItAtTheBack() async throws {
    let folder = try TemporaryFolder()
    let server = try await Self.start(folder)
    let key = try await server.front.addKey("lobby", "--prefix", "p", in: folder)
    let other = try await server.front.addKey("other", in: folder)
    try await server.front.waitUntilStrangersAreOut()

    #expect(
      Self.plain(try await AskingPeer.ask(server.address, "--refer", "get:p"))
        == ["get:p refused c6"])
    let referral = try await Self.refer(server, ["--key", key])
    try #require(referral.secret.count == 64)
    let proven = try folder.write("referral.key", Array("lobby \(referral.secret)\n".utf8))
    // Without the proof, with the key itself, with another key, with another id: nothing.
    #expect(try await Self.redeem(referral) == ["get:p refused 89"])
    for wrong in [key, other] {
      #expect(try await Self.redeem(referral, ["--key", wrong]) == ["get:p refused c6"])
    }
    let renamed = try folder.write("renamed.key", Array("other \(referral.secret)\n".utf8))
    #expect(try await Self.redeem(referral, ["--key", renamed]) == ["get:p refused c6"])
    // None of that used it up.
    #expect(try await Self.redeem(referral, ["--key", proven]) == ["get:p ok"])
    #expect(try await Self.redeem(referral, ["--key", proven]) == ["get:p refused c6"])
    // Each referral has a secret of its own.
    #expect(try await Self.refer(server, ["--key", key]).secret != referral.secret)
    // The simulator does all of it.
    let device = try TestDevice.gray(160, 120, bits: 4, in: folder)
    let form = try await server.fetch("p", as: device, "--key", key)
    #expect(form.status == "ok" && form.bytes == 9_600)
    // Rights are those of the device: the front's own would allow all of this.
    #expect(
      try await AskingPeer.ask(
        server.address, "--key", key, "--hold", "get:q", "list:", "put:x", "remove:x",
        "id:dff0241bb65d4221bd310818f1e8e389")
        == [
          "get:q! refused 89", "list:! ok p", "put:x! refused 89", "remove:x! refused 89",
          "id:dff0241bb65d4221bd310818f1e8e389! refused 89",
        ])
    // No secret is in any log.
    let secrets = try [key, other, proven].map {
      try #require(
        String(contentsOfFile: $0, encoding: .utf8).split(whereSeparator: \.isWhitespace).last)
    }
    for log in [try server.front.log(), try server.back.log()] {
      for secret in secrets { #expect(!log.contains(secret.prefix(16))) }
    }
    #expect(server.stop())
  }

  /// A back believes nobody who has not the key of servers, and who has it is no device.
  @Test func aBackAdmitsFrontsAlone() async throws {
    let folder = try TemporaryFolder()
    let server = try await Self.start(folder)
    let peers = folder.path("peers.key")
    let wrong = try folder.write(
      "wrong.key", Array("peers \(String(repeating: "12", count: 32))\n".utf8))
    let everything = ["get:p", "list:", "put:x", "remove:p", "watch:p"]
    for options in [[], ["--key", wrong]] {
      let answers = try await AskingPeer.ask(
        server.back.address, arguments: options + everything)
      #expect(Self.plain(answers) == everything.map { "\($0) refused c6" })
    }
    let answers = try await AskingPeer.ask(server.back.address, "--key", peers, "list:")
    #expect(answers == ["list:! ok p"])
    // A front with another key gets nothing done, and says so.
    let scratch = try TemporaryFolder()
    let front = try await ServerProcess(
      data: scratch, "--role", "front", "--backs", server.back.address,
      "--peer-key", wrong)
    #expect(try await AskingPeer.ask(front.address, "list:") == ["list: refused 8a"])
    #expect(try front.logCount("a back is down") == 1)
    #expect(front.stop() == 0)
    #expect(server.stop())
  }

  @Test func aDeviceOfTheFirstVersionIsServedByTheFront() async throws {
    let folder = try TemporaryFolder()
    let server = try await Self.start(folder)
    #expect(try await AskingPeer.ask(server.address, "get:p") == ["get:p ok"])
    #expect(server.stop())
  }
}
