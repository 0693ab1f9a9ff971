import ArgumentParser
import Capabilities
import Profiles
import Testing
import Transport
import WireProtocol

@testable import DeviceSim

/// `watch` against servers whose names move.
@Suite(.timeLimit(.minutes(1))) struct FormWatcherTests {
  /// The form of a generation: 8 bits a pixel, 8 × 8; one byte differs from the one before.
  private static func bytes(_ generation: UInt32) -> [UInt8] {
    var bytes = (0..<64).map { UInt8($0) }
    bytes[Int(generation) % 64] = 0xFF
    return bytes
  }

  private static func whole(_ generation: UInt32) -> [ScriptedServer.Step] {
    let digest = ShortDigest(of: bytes(generation))
    let form = message(.ok, generation, offset: 0, length: 64, sent: digest)
    return [.send(.form(form)), .send(.data(bytes(generation)))]
  }

  private static func patch(_ generation: UInt32) -> [ScriptedServer.Step] {
    // This byte changed, and the one before changed back.
    let range = Int(generation) - 1..<Int(generation) + 1
    let patch = Array(bytes(generation)[range])
    let form = message(
      .patch, generation, offset: range.lowerBound, length: 2, sent: ShortDigest(of: patch))
    return [.send(.form(form)), .send(.data(patch))]
  }

  private static func notModified(_ generation: UInt32, _ get: GetMessage) -> ScriptedServer.Step {
    .send(
      .form(
        FormMessage(
          status: .notModified, alternative: 0, etag: get.shown, sent: get.shown, total: 64,
          offset: 0, length: 0, width: 8, height: 8, codec: .identity, generation: generation,
          nextPollSeconds: 0)))
  }

  private static func message(
    _ status: FormStatus, _ generation: UInt32, offset: Int, length: Int, sent: ShortDigest
  ) -> FormMessage {
    FormMessage(
      status: status, alternative: 0, etag: ShortDigest(of: bytes(generation)), sent: sent,
      total: 64, offset: UInt32(offset), length: UInt32(length), width: 8, height: 8,
      codec: .identity, generation: generation, nextPollSeconds: 0)
  }

  private static func news(_ generation: UInt32, removed: Bool = false) throws
    -> ScriptedServer.Step
  {
    .sayUnasked(
      .notify(
        NotifyMessage(
          name: try ImageName("a"), imageID: removed ? .none : ShortDigest(of: bytes(generation)),
          generation: generation)))
  }

  /// Runs a watcher to its end.
  /// - Parameter answers: to the GETs, one after the other.
  /// - Returns: what it drew and said, and the GETs.
  private func watch(
    drawings: Int, _ answers: [[ScriptedServer.Step]], afterOK: [ScriptedServer.Step] = []
  ) async throws -> (drawn: [[UInt8]], said: [String], gets: [GetMessage], connections: Int) {
    let gets = Recorder<GetMessage>()
    let server = try await ScriptedServer { question in
      switch question.message {
      case .watch: return [.send(.ok)] + afterOK
      case .get(let get):
        gets.add(get)
        let count = gets.all.count
        return count <= answers.count ? answers[count - 1] : [.close]
      default: return [.close]
      }
    }
    let watcher = FormWatcher(
      server: ServerAccess(address: server.address), name: try ImageName("a"),
      capabilities: [try grayPanel(width: 8, height: 8)], patience: .seconds(30),
      drawingLimit: drawings)
    var drawn: [[UInt8]] = []
    var said: [String] = []
    try await withDeviceThread {
      try await watcher.run {
        drawn.append($0.bytes)
      } say: {
        said.append($0)
      }
    }
    return (drawn, said, gets.all, server.connectionCount)
  }

  @Test func everyMoveIsDrawn() async throws {
    let result = try await watch(
      drawings: 3,
      [
        Self.whole(5) + [try Self.news(6)], Self.patch(6) + [try Self.news(7)], Self.patch(7),
      ],
      afterOK: [try Self.news(5)])
    #expect(result.drawn == [Self.bytes(5), Self.bytes(6), Self.bytes(7)])
    #expect(
      result.said == [
        "a: generation 5, 64 bytes as sent, whole",
        "a: generation 6, 2 bytes as sent, patch of 64",
        "a: generation 7, 2 bytes as sent, patch of 64",
      ])
    #expect(
      result.gets.map(\.shown)
        == [.none, ShortDigest(of: Self.bytes(5)), ShortDigest(of: Self.bytes(6))])
    #expect(result.connections == 1)
  }

  @Test func aNameThatComesGoesAndComesBackIsFollowed() async throws {
    let notFound: [ScriptedServer.Step] = [.send(.error(ErrorMessage(code: .notFound)))]
    let result = try await watch(
      drawings: 2,
      [
        notFound + [try Self.news(1)],
        Self.whole(1) + [try Self.news(1, removed: true), try Self.news(2)], Self.whole(2),
      ])
    #expect(result.drawn == [Self.bytes(1), Self.bytes(2)])
    #expect(result.said.first == "a: the server refuses: NOT_FOUND")
    #expect(result.connections == 1)
  }

  @Test func aFormThatIsBeingMadeIsAskedForAgain() async throws {
    let result = try await watch(
      drawings: 1,
      [
        [.send(.form(.pending(retryAfterSeconds: 0))), try Self.news(4)],
        [.send(.error(ErrorMessage(code: .busy)))], Self.whole(4),
      ])
    #expect(result.drawn == [Self.bytes(4)] && result.gets.count == 3)
    #expect(result.connections == 1)
  }

  @Test func theSamePictureAgainIsNotDrawnAgain() async throws {
    let shown = GetMessage(
      reference: .name(try ImageName("a")), shown: ShortDigest(of: Self.bytes(1)), credit: 64)
    let result = try await watch(
      drawings: 2,
      [
        Self.whole(1) + [try Self.news(2)],
        [Self.notModified(2, shown), try Self.news(3)], Self.whole(3),
      ])
    #expect(result.drawn == [Self.bytes(1), Self.bytes(3)])
    #expect(result.said[1] == "a: generation 2, not modified")
  }

  /// A transfer that is cut goes on, and the name may have moved while nobody watched.
  @Test func aLostConnectionIsMadeAgain() async throws {
    let digest = ShortDigest(of: Self.bytes(1))
    let half = Self.bytes(1)[..<32]
    let rest = Self.message(.ok, 1, offset: 32, length: 32, sent: digest)
    let result = try await watch(
      drawings: 2,
      [
        [Self.whole(1)[0], .send(.data(Array(half)), last: false), .close],
        [.send(.form(rest)), .send(.data(Array(Self.bytes(1)[32...]))), .close],
        Self.whole(9),
      ])
    #expect(result.drawn == [Self.bytes(1), Self.bytes(9)])
    #expect(result.gets.map(\.offset) == [0, 32, 0] && result.connections == 3)
  }

  /// The patch does not lead to the form announced: the whole is asked for.
  @Test func aWrongPatchIsNotDrawn() async throws {
    let result = try await watch(
      drawings: 2, [Self.whole(1) + [try Self.news(9)], Self.patch(9), Self.whole(9)])
    #expect(result.drawn == [Self.bytes(1), Self.bytes(9)])
    #expect(result.gets.last?.shown == ShortDigest.none)
  }

  @Test func aRefusalForGoodEnds() async throws {
    await #expect(throws: DeviceClientError.self) {
      _ = try await watch(drawings: 1, [[.send(.error(ErrorMessage(code: .notAllowed)))]])
    }
  }

  @Test func theCommandDrawsItsPreview() async throws {
    let capability = try Profile.find("ssd1306-128x64").alternatives[0]
    let bytes = [UInt8](repeating: 0x0F, count: 1_024)
    let server = try await ScriptedServer { question in
      switch question.message {
      case .watch: return [.send(.ok)]
      case .get:
        let digest = ShortDigest(of: bytes)
        let form = FormMessage(
          status: .ok, alternative: 0, etag: digest, sent: digest, total: 1_024, offset: 0,
          length: 1_024, width: UInt16(capability.size.width),
          height: UInt16(capability.size.height), codec: .identity, generation: 1,
          nextPollSeconds: 0)
        return [.send(.form(form)), .send(.data(bytes))]
      default: return [.close]
      }
    }
    let folder = try ScratchFolder()
    _ = try folder.write("preview.png", [1, 2, 3])
    let command = try WatchCommand.parse([
      "a", "--profile", "ssd1306-128x64", "--preview", folder.path("preview.png"), "--server",
      "\(server.address)", "--count", "1", "--retry", "0",
    ])
    try await withDeviceThread { try await command.run() }
    let expected = try VirtualPanel(capability).draw(bytes).png()
    #expect(try folder.bytes("preview.png") == expected)
    #expect(throws: (any Error).self) {
      try WatchCommand.parse([
        "a", "--profile", "ssd1306-128x64", "--preview", "p", "--count", "0",
      ])
    }
  }
}
