import Capabilities
import Testing
import Transport
import WireProtocol

/// ``DeviceClient`` against servers that are not there, break the protocol, or say nothing.
@Suite(.timeLimit(.minutes(1))) struct DeviceClientFailureTests {
  @Test func nobodyListens() async throws {
    // A port that was free a moment ago.
    let address = try await withServer { listener, _ in listener.address }
    let error = try await failure(at: address)
    guard case .lost(let reason) = error else {
      Issue.record("\(error)")
      return
    }
    #expect(reason.hasPrefix("cannot connect to \(address) ("))
    #expect(reason.contains("refused"))
    #expect(error.isRetryable)
    #expect(error.retryAfter == .zero)
  }

  @Test func theServerLeavesWithoutAWord() async throws {
    let error = try await failure { _ in }
    guard case .lost = error else {
      Issue.record("\(error)")
      return
    }
    #expect(error.isRetryable)
  }

  @Test func theServerLeavesDuringARequest() async throws {
    let error = try await failure { peer in
      _ = try await peer.message()
      try await peer.send(welcome())
      while case .hello? = try await peer.message() {}
    }
    guard case .lost(let reason) = error else {
      Issue.record("\(error)")
      return
    }
    #expect("\(error)" == "connection lost: \(reason)")
    #expect(error.isRetryable)
  }

  @Test func theServerSpeaksAnotherProtocol() async throws {
    let error = try await failure { peer in
      try await peer.send(Array("HTTP/1.1 400 Bad Request\r\n\r\n".utf8))
      // HELLO, perhaps a request, and then what the device thinks of that.
      let error = try await peer.error()
      #expect(error?.code == .checkMismatch)
    }
    guard case .ended(.framing(.checkMismatch)) = error else {
      Issue.record("\(error)")
      return
    }
    #expect(!error.isRetryable)
    #expect(error.retryAfter == .zero)
  }

  /// A device that takes no patches cancels one and asks for the whole, also when all of the patch
  /// has come with its FORM and nothing is left to cancel.
  @Test(arguments: [false, true]) func aPatchIsNotTaken(isWhole: Bool) async throws {
    func form(_ status: FormStatus, length: UInt32) -> Message {
      .form(
        FormMessage(
          status: status, alternative: 0, etag: digest(1), sent: digest(2), total: 100, offset: 0,
          length: length, width: 800, height: 480, codec: .identity, generation: 1,
          nextPollSeconds: 0))
    }
    let encoder = FrameEncoder(maxFrame: 8_192, usesCRC32: false)
    let patch = encoder.encode(form(.patch, length: 2), request: 1)
    let rest = encoder.encode(.data([7, 8]), flags: .last, request: 1)
    let cancelled = Message.error(ErrorMessage(code: .cancelled))
    let script: @Sendable (RawPeer) async throws -> Void = {
      [whole = form(.ok, length: 100)] peer in
      _ = try await peer.message()
      try await peer.send(welcome())
      while let message = try await peer.message() {
        switch message {
        case .get(let get) where get.shown != .none:
          try await peer.send(isWhole ? patch + rest : patch)
        case .get:
          try await peer.send(whole, request: 2)
          try await peer.send(.data([UInt8](repeating: 9, count: 100)), flags: .last, request: 2)
        case .cancel: try await peer.send(cancelled, request: 1)
        default: break
        }
      }
    }
    try await withScriptedServer(script) { address in
      try await DeviceClient.withConnection(
        to: address, settings: .init(), capabilities: [try panel()]
      ) { client in
        var bytes: [UInt8] = []
        let get = GetMessage(
          reference: .name(try ImageName("lobby")), shown: digest(3), credit: 1_000)
        try await client.get(get) { event in
          switch event {
          case .form(let form): #expect(form.status == .ok)
          case .data(let more): bytes += more
          case .referred(let refer): Issue.record("referred to \(refer.host)")
          }
        }
        #expect(bytes == [UInt8](repeating: 9, count: 100))
      }
    }
  }

  @Test func theServerSendsAnotherForm() async throws {
    let error = try await failure { peer in
      try await peer.send(welcome())
      while let message = try await peer.message() {
        guard case .get = message else { continue }
        let form = FormMessage(
          status: .ok, alternative: 0, etag: digest(1), sent: digest(2), total: 100, offset: 0,
          length: 100, width: 801, height: 480, codec: .identity, generation: 1,
          nextPollSeconds: 0)
        try await peer.send(.form(form), request: 1)
        break
      }
      let error = try await peer.error()
      #expect(error?.detail == "FORM size: 801 × 480 is not the device's")
    }
    guard case .ended(.wrongAnswer(field: "FORM size", _)) = error else {
      Issue.record("\(error)")
      return
    }
    #expect(!error.isRetryable)
  }

  @Test func theServerSaysNothing() async throws {
    var settings = DeviceSession.Settings()
    settings.handshakeDeadline = .milliseconds(20)
    let error = try await failure(settings) { peer in
      while try await peer.message() != nil {}
    }
    guard case .ended(.deadline(.handshake)) = error else {
      Issue.record("\(error)")
      return
    }
    #expect(error.isRetryable)
    #expect("\(error)" == "connection ended: handshake deadline passed")
  }

  @Test func theServerForgetsTheRequest() async throws {
    var settings = DeviceSession.Settings()
    settings.answerDeadline = .milliseconds(20)
    let error = try await failure(settings) { peer in
      try await peer.send(welcome())
      while try await peer.message() != nil {}
    }
    guard case .ended(.deadline(.answer)) = error else {
      Issue.record("\(error)")
      return
    }
    #expect(error.isRetryable)
  }

  @Test func theServerSaysGoodbye() async throws {
    let goAway = GoAwayMessage(reason: .overloaded, holdOffSeconds: 90)
    let error = try await failure { peer in
      try await peer.send(welcome())
      try await peer.send(.goAway(goAway))
      while try await peer.message() != nil {}
    }
    guard case .ended(.goAway(goAway)) = error else {
      Issue.record("\(error)")
      return
    }
    #expect(error.isRetryable)
    #expect(error.retryAfter == .seconds(90))
  }

  @Test func theServerRefusesTheCapability() async throws {
    let refusal = ErrorMessage(code: .unsupportedField, detail: "container: bmp")
    let error = try await failure { peer in
      let welcome = WelcomeMessage(
        flags: .needCapabilities, maxFrame: 8_192, keepAliveSeconds: 60, unixTime: 0,
        nonce: Array(repeating: 0, count: 32))
      try await peer.send(.welcome(welcome))
      while let message = try await peer.message() {
        guard case .capabilities = message else { continue }
        // GET came along with HELLO and waited for this.
        try await peer.send(.error(refusal))
        try await peer.send(.error(ErrorMessage(code: .noCapabilities)), request: 1)
      }
    }
    guard case .refused(refusal) = error else {
      Issue.record("\(error)")
      return
    }
    #expect(!error.isRetryable)
  }

  @Test(arguments: ErrorCode.allCases)
  func anErrorIsRetryableWhenItSaysSo(_ code: ErrorCode) {
    let message = ErrorMessage(code: code, retryAfterSeconds: 3)
    // What a slow or noisy line brings about is worth another try, whatever the code says.
    let causedByTheLine: [ErrorCode] = [.creditTimeout, .checkMismatch, .badMAC, .deadline]
    for error in [DeviceClientError.refused(message), .ended(.peerError(message))] {
      let wasTheLine =
        if case .refused = error { code == .creditTimeout } else { code != .creditTimeout }
      #expect(
        error.isRetryable
          == (message.flags.contains(.retry) || wasTheLine && causedByTheLine.contains(code)))
      #expect(error.retryAfter == .seconds(3))
    }
  }

  @Test(arguments: SessionDeadline.allCases)
  func latenessIsRetryable(_ deadline: SessionDeadline) {
    #expect(DeviceClientError.ended(.deadline(deadline)).isRetryable)
    #expect(!DeviceClientError.ended(.closed).isRetryable)
  }
}

/// WELCOME of a server that knows every capability.
func welcome(keepAliveSeconds: UInt16 = 60) -> Message {
  .welcome(
    WelcomeMessage(
      flags: [], maxFrame: 8_192, keepAliveSeconds: keepAliveSeconds, unixTime: 0,
      nonce: Array(repeating: 0, count: WelcomeMessage.nonceByteCount)))
}

/// How GET fails at a server of this script.
private func failure(
  _ settings: DeviceSession.Settings = .init(),
  _ script: @escaping @Sendable (RawPeer) async throws -> Void
) async throws -> DeviceClientError {
  try await withScriptedServer(script) { address in
    try await failure(at: address, settings)
  }
}

private func failure(
  at address: ServerAddress, _ settings: DeviceSession.Settings = .init()
) async throws -> DeviceClientError {
  try await #require(throws: DeviceClientError.self) {
    try await DeviceClient.withConnection(
      to: address, settings: settings, capabilities: [try panel()]
    ) { client in
      _ = try await fetch(client, credit: 1_000)
    }
  }
}

extension RawPeer {
  /// The ERROR that comes sooner or later; `nil` when the other side closes without one.
  fileprivate func error() async throws -> ErrorMessage? {
    while let message = try await message() {
      if case .error(let error) = message { return error }
    }
    return nil
  }
}
