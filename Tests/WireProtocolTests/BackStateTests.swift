import Capabilities
import Testing
import WireProtocol

/// The back's table of spec/states.md, cell by cell.
@Suite("Back states")
struct BackStateTests {
  private let capability = panel()

  @Test("Every event in every state does what the table says")
  func table() throws {
    try StateTable("The back").check { event, state in
      var link = try self.link(in: state)
      let before = fingerprint(link.session)
      let bytes = try frame(event, &link)
      let actions = link.session.received(bytes, at: .zero)
      let messages = try link.heard(actions)
      if let word = errorWord(messages) { return word }
      return actions.isEmpty && fingerprint(link.session) == before ? "ignores" : "takes"
    }
  }

  /// A back, and a front that has proven the key of servers.
  private struct FrontLink {
    var session: ServerSession
    var writer: FrameWriter
    var decoder: FrameDecoder

    /// - Parameter keys: what HELLO has; the back knows none.
    init(keys: [Capability]) throws {
      var device = DeviceSession(
        settings: .init(), capabilities: keys,
        proofSeed: ProofSeed(key: presharedKey(), nonce: full(8).bytes))
      var settings = ServerSession.Settings()
      settings.takesOrigins = true
      settings.uploadWindowByteCount = 64
      session = ServerSession(
        settings: settings, nonce: full(0).bytes, unixTime: 1, now: .zero)
      let hello = bytes(device.connected(at: .zero))
      var said = session.received(hello, at: .zero)
      if !keys.isEmpty { said += session.keysKnown([], at: .zero) }
      let welcome = bytes(said)
      let prove = bytes(device.received(welcome, at: .zero))
      _ = session.received(prove, at: .zero)
      _ = session.keyFound(presharedKey().secret, at: .zero)
      let transcript = hello.dropLast(4) + welcome.dropLast(4) + prove.dropLast(4)
      let both = KeyProof.authenticators(presharedKey().secret, transcript: transcript[...])
      writer = FrameWriter(FrameEncoder(usesCRC32: false))
      writer.authenticator = both.deviceToServer
      decoder = FrameDecoder(maxFrame: 16_384)
      decoder.authenticator = both.serverToDevice
    }

    mutating func send(
      _ message: Message, flags: FrameFlags = [], request: UInt16 = 0
    ) -> [ServerAction] {
      session.received(writer.encode(message, flags: flags, request: request), at: .zero)
    }

    /// What these actions send.
    mutating func heard(_ actions: [ServerAction]) throws -> [Message] {
      var input = bytes(actions)[...]
      var messages: [Message] = []
      while let frame = try decoder.next(from: &input) {
        if let message = try Message(frame) { messages.append(message) }
      }
      return messages
    }
  }

  /// The parts of a session that a message can change, but for the bytes that were counted.
  private func fingerprint(_ session: ServerSession) -> [String] {
    Mirror(reflecting: session).children
      .filter { !["decoder", "writer", "deadlines"].contains($0.label) }
      .map { "\($0.label ?? ""): \($0.value)" }
  }

  /// A back in the state of this column.
  private func link(in state: String) throws -> FrontLink {
    var link = try FrontLink(keys: state == "C" ? [capability] : [])
    if ["C", "I"].contains(state) { return link }
    if state == "X" {
      _ = link.session.connectionLost()
      return link
    }
    _ = link.send(.origin(origin([capability])))
    let put = PutMessage(name: name("a"), length: 1_000, digest: full(1))
    let actions: [ServerAction]
    switch state {
    case "Io": return link
    case "R":
      actions = link.send(
        .capabilities(CapabilitiesMessage(descriptors: [capability.descriptor])))
    case "G1", "G2":
      actions = link.send(
        .get(GetMessage(reference: .name(name("a")), credit: 64)), request: 1)
    case "U1", "U2", "U3", "Iu": actions = link.send(.put(put), request: 1)
    case "L": actions = link.send(.list(try ListMessage()), request: 1)
    case "D": actions = link.send(.remove(RemoveMessage(name: name("a"))), request: 1)
    case "W": actions = link.send(.watch(WatchMessage(names: [name("a")])), request: 1)
    default: throw ServerStateTests.NoSuchState(name: state)
    }
    try advance(&link, to: state, after: actions)
    return link
  }

  /// Does what a request needs that has more than one state.
  private func advance(
    _ link: inout FrontLink, to state: String, after actions: [ServerAction]
  ) throws {
    guard ["G2", "U2", "U3", "Iu"].contains(state) else { return }
    let token = try requestToken(actions)
    var said: [ServerAction] = []
    if state == "G2" {
      said += link.session.formFound(token, form(total: 1_000), at: .zero)
      said += link.session.produced(token, Array(repeating: 0, count: 64), at: .zero)
    } else {
      said += link.session.uploadReady(token, nextOffset: state == "U3" ? 1_000 : 0, at: .zero)
      if state == "U3" { said += link.send(.data([]), flags: .last, request: 1) }
      if state == "Iu" { said += link.session.failed(token, .storeFull, at: .zero) }
    }
    _ = try link.heard(said)
  }

  /// A frame of this row.
  private func frame(_ event: String, _ link: inout FrontLink) throws -> [UInt8] {
    switch event {
    case "ORIGIN": link.writer.encode(.origin(origin([capability])), request: 0)
    case "ORIGIN without keys": link.writer.encode(.origin(origin([])), request: 0)
    case "ORIGIN with a number": link.writer.encode(.origin(origin([capability])), request: 1)
    case "ORIGIN without a MAC": encoded(.origin(origin([capability])))
    case "CAPABILITIES":
      link.writer.encode(
        .capabilities(CapabilitiesMessage(descriptors: [capability.descriptor])), request: 0)
    case "CAPABILITIES of other keys":
      link.writer.encode(
        .capabilities(CapabilitiesMessage(descriptors: [panel(width: 8).descriptor])), request: 0)
    default: throw ServerMessage.NoSuchEvent(name: event)
    }
  }
}
