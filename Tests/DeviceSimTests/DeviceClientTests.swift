import Capabilities
import Transport
import WireProtocol
import Testing

@testable import DeviceSim

/// What the client makes of servers and lines that fail.
@Suite(.timeLimit(.minutes(1))) struct DeviceClientTests {
  /// A server that takes no bytes any more must not hold an upload for ever.
  @Test func anUploadThatIsNotTakenEnds() async throws {
    let byteCount = 64 << 20
    let server = try await ScriptedServer { question in
      guard case .put = question.message else { return [] }
      let ready = ReadyMessage(nextOffset: 0, credit: UInt32(byteCount))
      return [.stopReading, .send(.ready(ready))]
    }
    var settings = DeviceSession.Settings()
    settings.answerDeadline = .seconds(1)
    settings.usesCRC32 = false
    let put = PutMessage(
      name: try ImageName("a"), length: UInt32(byteCount),
      digest: PictureDigest(Array(repeating: 1, count: 32)))
    let failure = await clientError(server, settings) { client in
      _ = try await client.put(put) { _, count in Array(repeating: 0, count: count) }
    }
    guard case .lost(let reason) = failure else {
      Issue.record("\(String(describing: failure))")
      return
    }
    #expect(reason.contains("took nothing for 1.0 seconds"))
  }

  /// The client's own deadline is not said to be the server's doing.
  @Test func aSilentServerIsLate() async throws {
    let server = try await ScriptedServer { _ in [] }
    var settings = DeviceSession.Settings()
    settings.answerDeadline = .milliseconds(50)
    let failure = await clientError(server, settings) { client in
      _ = try await client.list(ListMessage(prefix: ""))
    }
    guard case .ended(.deadline(.answer)) = failure else {
      Issue.record("\(String(describing: failure))")
      return
    }
  }

  /// The refusal arrives while LIST is waited for; GET still says why.
  @Test func aRefusalIsKeptForGet() async throws {
    let why = ErrorMessage(code: .unsupportedField, detail: "0: halftone\nstucki")
    let server = try await ScriptedServer(welcome: .needCapabilities) { question in
      switch question.message {
      case .capabilities: [.sayUnasked(.error(why))]
      case .list: [.send(.listing(ListingMessage(entries: [])))]
      case .get: [.send(.error(ErrorMessage(code: .noCapabilities)))]
      default: [.close]
      }
    }
    let capability = try grayPanel(width: 8, height: 8)
    let name = try ImageName("a")
    let failure = await clientError(server, DeviceSession.Settings(), [capability]) { client in
      _ = try await client.list(ListMessage(prefix: ""))
      for _ in 0..<2 {
        try await client.get(GetMessage(reference: .name(name), credit: 64)) { _ in }
      }
    }
    guard case .refused(let message) = failure else {
      Issue.record("\(String(describing: failure))")
      return
    }
    #expect(message == why)
    #expect(
      failure?.description
        == "the server refuses: UNSUPPORTED_FIELD: 0: halftone\u{FFFD}stucki")
  }

  @Test(arguments: [
    (DeviceClientError.lost(""), true),
    (.ended(.framing(.checkMismatch(declared: 0, computed: 1, offset: 0))), false),
    (.ended(.framing(.checkMismatch(declared: 0, computed: 1, offset: 1))), true),
    (.ended(.framing(.crcMismatch(declared: 0, computed: 1, offset: 0))), true),
    (.ended(.framing(.foreignPeer(.tls))), false),
    (.ended(.framing(.tooLong(declared: 2, limit: 1, offset: 0))), false),
    (.ended(.deadline(.answer)), true),
    (.ended(.goAway(GoAwayMessage(reason: .shuttingDown, holdOffSeconds: 0))), true),
    (.ended(.peerError(ErrorMessage(code: .checkMismatch))), true),
    (.ended(.peerError(ErrorMessage(code: .deadline))), true),
    (.ended(.peerError(ErrorMessage(code: .tooManyConnections))), true),
    (.ended(.peerError(ErrorMessage(code: .malformed))), false),
    (.ended(.authenticationRequired), false),
    (.refused(ErrorMessage(code: .creditTimeout)), true),
    (.refused(ErrorMessage(code: .busy)), true),
    (.refused(ErrorMessage(code: .notFound)), false),
    (.refused(ErrorMessage(code: .digestMismatch)), false),
  ])
  func whatANewConnectionMends(error: DeviceClientError, isRetryable: Bool) {
    #expect(error.isRetryable == isRetryable, "\(error)")
  }

  private func clientError(
    _ server: ScriptedServer, _ settings: DeviceSession.Settings, _ capabilities: [Capability] = [],
    _ body: (DeviceClient) async throws -> Void
  ) async -> DeviceClientError? {
    do {
      try await withDeviceThread {
        try await DeviceClient.withConnection(
          to: server.address, settings: settings, capabilities: capabilities, body)
      }
    } catch { return error as? DeviceClientError }
    return nil
  }
}

/// A panel of 8 bits a pixel.
func grayPanel(width: Int, height: Int) throws -> Capability {
  try Capability(
    size: PanelSize(width: width, height: height), color: .gray(GrayColor(bits: 8)))
}
