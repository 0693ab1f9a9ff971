import Capabilities
import Testing
import Transport
import WireProtocol

@testable import DeviceSim

/// Fetching what is not made yet, from servers that have no room.
@Suite(.timeLimit(.minutes(1))) struct WaitingTests {
  private static let bytes = (0..<64).map { UInt8($0) }

  /// Whole form after `refusals`, one for each GET.
  private static func server(_ refusals: [Message]) async throws -> ScriptedServer {
    let gets = Counter()
    return try await ScriptedServer { question in
      guard case .get = question.message else { return [.close] }
      let count = gets.next()
      guard count >= refusals.count else { return [.send(refusals[count])] }
      let digest = ShortDigest(of: bytes)
      let form = FormMessage(
        status: .ok, alternative: 0, etag: digest, sent: digest, total: 64, offset: 0, length: 64,
        width: 8, height: 8, codec: .identity, generation: 1, nextPollSeconds: 0)
      return [.send(.form(form)), .send(.data(bytes))]
    }
  }

  private func fetch(
    from server: ScriptedServer, patience: Duration
  ) async throws -> FormFetcher.Outcome {
    var fetcher = FormFetcher(
      FormFetcher.Request(
        server: ServerAccess(address: server.address), name: try ImageName("a"),
        capabilities: [try grayPanel(width: 8, height: 8)], shown: .none, maxFrame: 16_384,
        creditBytes: 1_024, wantsImageID: false, patience: patience),
      partial: PartialForm())
    return try await withDeviceThread { try await fetcher.fetch() }
  }

  @Test func withoutPatiencePendingIsTheAnswer() async throws {
    let server = try await Self.server([.form(.pending(retryAfterSeconds: 1))])
    let outcome = try await fetch(from: server, patience: .zero)
    #expect(outcome.form.status == .pending && outcome.bytes.isEmpty)
    #expect(server.connectionCount == 1)
    #expect(try FetchReport(outcome).text.contains(#""status":"pending""#))
  }

  /// A delay beyond the patience is not waited for.
  @Test func aLongDelayIsTheAnswerAtOnce() async throws {
    let server = try await Self.server([.form(.pending(retryAfterSeconds: 86_400))])
    #expect(try await fetch(from: server, patience: .seconds(30)).form.status == .pending)
    #expect(server.connectionCount == 1)
  }

  @Test(arguments: [
    Message.form(.pending(retryAfterSeconds: 1)),
    .error(ErrorMessage(code: .busy, retryAfterSeconds: 1)),
  ])
  func theDelayIsWaitedForAndTheFormFetched(refusal: Message) async throws {
    let server = try await Self.server([refusal])
    let start = ContinuousClock.now
    let outcome = try await fetch(from: server, patience: .seconds(30))
    #expect(outcome.bytes == Self.bytes && server.connectionCount == 2)
    #expect(ContinuousClock.now - start >= .seconds(1))
  }

  @Test func withoutPatienceBusyIsAFailure() async throws {
    let server = try await Self.server([.error(ErrorMessage(code: .busy, retryAfterSeconds: 1))])
    await #expect(throws: DeviceClientError.self) {
      try await fetch(from: server, patience: .zero)
    }
    #expect(server.connectionCount == 1)
  }
}
