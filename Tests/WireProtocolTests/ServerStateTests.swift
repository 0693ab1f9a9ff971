import Capabilities
import Testing
import WireProtocol

/// The server's table of spec/states.md, cell by cell.
@Suite("Server states")
struct ServerStateTests {
  private let capability = panel()
  private let picture: UInt32 = 1_000

  /// The states of a held request, and what they are without it.
  private static let holding = ["Kg": "K", "Cg": "C", "Rg": "R"]

  struct NoSuchState: Error {
    let name: String
  }

  @Test("Every event in every state does what the table says")
  func table() throws {
    let table = try StateTable("The server")
    #expect(table.missingTypes == [])
    try table.check { event, state in
      var harness = try self.harness(in: state, heldByteCount: event == "the last DATA" ? 936 : 0)
      let before = fingerprint(harness.session)
      let actions: [ServerAction]
      if event == "its deadline" {
        guard let time = harness.session.nextDeadline else { return "none" }
        actions = harness.session.deadlineReached(at: time)
      } else {
        actions = harness.session.received(try frame(event), at: harness.now)
      }
      return try word(actions, changed: fingerprint(harness.session) != before)
    }
  }

  private func word(_ actions: [ServerAction], changed: Bool) throws -> String {
    let messages = try sent(actions)
    if let word = errorWord(messages) { return word }
    let closes = actions.contains { if case .close = $0 { true } else { false } }
    if closes {
      return messages.contains { $0.type == .goAway } ? "GOAWAY" : "closes"
    }
    if messages.contains(.pong) { return "PONG" }
    return actions.isEmpty && !changed ? "ignores" : "takes"
  }

  /// The parts of a session that a message can change, but for the bytes that were counted and what
  /// is kept for a proof that may still come.
  private func fingerprint(_ session: ServerSession) -> [String] {
    Mirror(reflecting: session).children
      .filter { !["decoder", "writer", "transcript"].contains($0.label) }
      .map { "\($0.label ?? ""): \($0.value)" }
  }

  /// A server in the state of this column.
  /// - Parameter heldByteCount: what it has of the picture that is uploaded.
  private func harness(in state: String, heldByteCount: Int) throws -> ServerHarness {
    if let waiting = Self.holding[state] {
      var harness = try self.harness(in: waiting, heldByteCount: heldByteCount)
      _ = harness.session.received(try frame("GET"), at: harness.now)
      return harness
    }
    var settings = ServerSession.Settings()
    settings.uploadWindowByteCount = 64
    var harness = ServerHarness(settings: settings)
    if state == "H" { return harness }
    if state == "X" {
      _ = harness.session.connectionLost()
      return harness
    }
    if ["P", "Q"].contains(state) {
      harness.session = ServerSession(
        settings: settings, mustProve: true, nonce: full(0).bytes, unixTime: 1, now: .zero)
    }
    _ = harness.receive(hello([capability]))
    if state == "K" { return harness }
    let known: Set<FormKey> = ["C", "R"].contains(state) ? [] : [capability.formKey]
    _ = harness.session.keysKnown(known, at: harness.now)
    let bytes: [UInt8]
    switch state {
    case "C", "P", "I": return harness
    case "Q": bytes = try frame("PROVE")
    case "R": bytes = try frame("CAPABILITIES")
    case "G1", "G2": bytes = try frame("GET")
    case "U1", "U2", "U3", "Iu": bytes = try frame("PUT")
    case "L": bytes = try frame("LIST")
    case "D": bytes = try frame("REMOVE")
    case "W": bytes = try frame("WATCH")
    default: throw NoSuchState(name: state)
    }
    let actions = harness.session.received(bytes, at: harness.now)
    if state == "G2" {
      let token = try requestToken(actions)
      _ = harness.session.formFound(token, form(total: 1_000), at: harness.now)
      _ = harness.session.produced(token, Array(repeating: 0, count: 64), at: harness.now)
    }
    if ["U2", "U3", "Iu"].contains(state) {
      let token = try requestToken(actions)
      let held = state == "U3" ? Int(picture) : heldByteCount
      _ = harness.session.uploadReady(token, nextOffset: held, at: harness.now)
      if state == "U3" { _ = harness.receive(.data([]), flags: .last, request: 1) }
      if state == "Iu" { _ = harness.session.failed(token, .storeFull, at: harness.now) }
    }
    return harness
  }

  /// A frame of this row.
  private func frame(_ event: String) throws -> [UInt8] {
    if let odd = OddFrame.named(event) { return odd }
    let bytes = Array(repeating: UInt8(1), count: 64)
    let put = PutMessage(name: name("a"), length: picture, digest: full(1))
    switch event {
    case "HELLO": return encoded(hello([capability]))
    case "PROVE":
      let id = try #require(KeyID("k"))
      return encoded(
        .prove(ProveMessage(keyID: id, nonce: full(3).bytes, proof: full(4).bytes)))
    case "CAPABILITIES":
      return encoded(.capabilities(CapabilitiesMessage(descriptors: [capability.descriptor])))
    case "GET":
      return encoded(.get(GetMessage(reference: .name(name("a")), credit: 64)), request: 1)
    case "PUT": return encoded(.put(put), request: 1)
    case "LIST": return encoded(.list(try ListMessage()), request: 1)
    case "REMOVE": return encoded(.remove(RemoveMessage(name: name("a"))), request: 1)
    case "WATCH": return encoded(.watch(WatchMessage(names: [name("a")])), request: 1)
    case "a request with number 0": return encoded(.remove(RemoveMessage(name: name("a"))))
    case "a request with a name that is none":
      var output: [UInt8] = []
      FrameEncoder(usesCRC32: false).append(
        type: MessageType.remove.rawValue, request: 1, payload: [1, 0x0A], to: &output)
      return output
    case "ORIGIN": return encoded(.origin(origin([capability])))
    case "CREDIT": return encoded(.credit(CreditMessage(byteCount: 64)), request: 1)
    case "CREDIT of another request":
      return encoded(.credit(CreditMessage(byteCount: 64)), request: 2)
    case "CREDIT past 2³¹−1":
      return encoded(.credit(CreditMessage(byteCount: 0x8000_0000)), request: 1)
    case "CANCEL": return encoded(.cancel, request: 1)
    case "CANCEL of another request": return encoded(.cancel, request: 2)
    case "DATA": return encoded(.data(bytes), request: 1)
    case "DATA of another request": return encoded(.data(bytes), request: 2)
    case "the last DATA": return encoded(.data(bytes), flags: .last, request: 1)
    case "DATA that does not add up": return encoded(.data([]), request: 1)
    case "DATA past its credit": return encoded(.data(bytes + [1]), request: 1)
    case "PING": return encoded(.ping)
    case "PONG": return encoded(.pong)
    case "ERROR": return encoded(.error(ErrorMessage(code: .malformed)))
    default: return try ServerMessage.named(event)
    }
  }
}

/// What only a server sends, one of each.
enum ServerMessage {
  struct NoSuchEvent: Error {
    let name: String
  }

  static let all: [Message] = [
    .welcome(
      WelcomeMessage(
        flags: [], maxFrame: 8_192, keepAliveSeconds: 100, unixTime: 0, nonce: full(0).bytes)),
    .proven(ProvenMessage(proof: full(9).bytes)),
    .accepted(AcceptedMessage(formKeys: [panel().formKey])),
    .form(.pending(retryAfterSeconds: 1)), .ready(ReadyMessage(nextOffset: 0, credit: 64)),
    .stored(StoredMessage(imageID: full(1).imageID, generation: 1)),
    .listing(ListingMessage(entries: [])),
    .notify(NotifyMessage(name: name("w"), imageID: short(1), generation: 1)), .ok,
    .goAway(GoAwayMessage(reason: .moved, holdOffSeconds: 0)), .refer(refer()),
  ]

  /// The message with this name, as request 0.
  static func named(_ name: String) throws -> [UInt8] {
    guard let message = all.first(where: { $0.type.word == name }) else {
      throw NoSuchEvent(name: name)
    }
    return encoded(message)
  }
}
