import Capabilities
import Testing
import WireProtocol

/// The device's table of spec/states.md, cell by cell.
@Suite("Device states")
struct DeviceStateTests {
  private let capability = panel()

  @Test("Every event in every state does what the table says")
  func table() throws {
    let table = try StateTable("The device")
    #expect(table.missingTypes == [])
    try table.check { event, state in
      let total: UInt32 = event == "the last DATA" ? 64 : 1_000
      var (session, proven) = try session(
        in: state, formByteCount: total, ticket: event == "REFER, and HELLO had a ticket")
      let isBusy = !session.isIdle
      let actions: [DeviceAction]
      if event == "its deadline" {
        guard let time = session.nextDeadline else { return "none" }
        actions = session.deadlineReached(at: time)
      } else {
        let bytes = event == "PROVEN" && state == "V" ? proven : try frame(event)
        actions = session.received(bytes, at: .zero)
      }
      return try word(actions, ends: isBusy && session.isIdle)
    }
  }

  /// The number of the request in flight; WATCH has taken 1 before.
  private let request: UInt16 = 2

  private func word(_ actions: [DeviceAction], ends: Bool) throws -> String {
    let sent = try messages(
      actions.flatMap { if case .send(let bytes) = $0 { bytes } else { [UInt8]() } })
    if let word = errorWord(sent.map(\.message)) { return word }
    if actions.contains(where: { if case .close = $0 { true } else { false } }) { return "closes" }
    for message in [Message.ping, .pong] where sent.contains(where: { $0.message == message }) {
      return message.type.word
    }
    if ends { return "ends" }
    return actions.isEmpty ? "ignores" : "takes"
  }

  /// A device in the state of this column, and the PROVEN that it waits for in V.
  /// - Parameter ticket: it was referred to this server.
  private func session(
    in state: String, formByteCount: UInt32, ticket: Bool
  ) throws -> (DeviceSession, proven: [UInt8]) {
    if state == "V" { return try provingSession() }
    var settings = DeviceSession.Settings()
    settings.usesCRC32 = false
    if ticket { settings.fields = [.ticket([1])] }
    var session = DeviceSession(settings: settings, capabilities: [capability])
    _ = session.connected(at: .zero)
    if state == "E" { return (session, []) }
    if state == "X" {
      _ = session.close()
      return (session, [])
    }
    let flags: WelcomeMessage.Flags = state == "A" ? .needCapabilities : []
    _ = session.received(encoded(welcome(flags)), at: .zero)
    if state == "A" { return (session, []) }
    _ = session.watch(WatchMessage(names: [name("w")]), at: .zero)
    _ = session.received(encoded(.ok, request: 1), at: .zero)
    try begin(state, &session, formByteCount: formByteCount)
    if ["c1", "c2", "c3", "c4", "c5", "c6"].contains(state) { _ = session.cancel(at: .zero) }
    return (session, [])
  }

  private func begin(
    _ state: String, _ session: inout DeviceSession, formByteCount: UInt32
  ) throws {
    let put = PutMessage(name: name("a"), length: 1_000, digest: full(1))
    switch state {
    case "I": break
    case "G1", "G2", "c1", "c2":
      _ = session.get(GetMessage(reference: .name(name("a")), credit: 64), at: .zero)
      guard ["G2", "c2"].contains(state) else { return }
      _ = session.received(encoded(form(total: formByteCount), request: request), at: .zero)
    case "U1", "U2", "U3", "c3":
      _ = session.put(put, at: .zero)
      guard ["U2", "U3"].contains(state) else { return }
      // Without credit the upload waits; with nothing missing it is over.
      let ready = ReadyMessage(nextOffset: state == "U2" ? 0 : 1_000, credit: 0)
      _ = session.received(encoded(.ready(ready), request: request), at: .zero)
    case "L", "c4": _ = session.list(try ListMessage(prefix: "a"), at: .zero)
    case "D", "c5": _ = session.remove(name("a"), at: .zero)
    case "W", "c6": _ = session.watch(WatchMessage(names: [name("v")]), at: .zero)
    default: throw ServerStateTests.NoSuchState(name: state)
    }
  }

  /// A device that sent PROVE, and the right answer.
  private func provingSession() throws -> (DeviceSession, proven: [UInt8]) {
    let secret = try #require(KeySecret(full(7).bytes))
    let key = PresharedKey(id: try #require(KeyID("k")), secret: secret)
    var settings = DeviceSession.Settings()
    settings.usesCRC32 = false
    var session = DeviceSession(
      settings: settings, capabilities: [capability],
      proofSeed: ProofSeed(key: key, nonce: full(8).bytes))
    var server = ServerSession(
      settings: .init(), mustProve: true, nonce: full(0).bytes, unixTime: 1, now: .zero)
    _ = server.received(bytes(session.connected(at: .zero)), at: .zero)
    let welcome = serverBytes(server.keysKnown([capability.formKey], at: .zero))
    _ = server.received(bytes(session.received(welcome, at: .zero)), at: .zero)
    return (session, serverBytes(server.keyFound(secret, at: .zero)))
  }

  private func bytes(_ actions: [DeviceAction]) -> [UInt8] {
    actions.flatMap { if case .send(let bytes) = $0 { bytes } else { [UInt8]() } }
  }

  private func serverBytes(_ actions: [ServerAction]) -> [UInt8] {
    actions.flatMap { if case .send(let bytes) = $0 { bytes } else { [UInt8]() } }
  }

  private func welcome(_ flags: WelcomeMessage.Flags) -> Message {
    .welcome(
      WelcomeMessage(
        flags: flags, maxFrame: 8_192, keepAliveSeconds: 100, unixTime: 0, nonce: full(0).bytes))
  }

  private func form(total: UInt32, length: UInt32? = nil) -> Message {
    .form(
      FormMessage(
        status: .ok, alternative: 0, etag: short(1), sent: short(2), total: total, offset: 0,
        length: length ?? total, width: 800, height: 480, codec: .identity, generation: 1,
        nextPollSeconds: 0))
  }

  private func listing(_ text: String) -> Message {
    .listing(
      ListingMessage(entries: [
        ListingMessage.Entry(name: name(text), imageID: short(1), byteCount: 1, unixTime: 1)
      ]))
  }

  private func notify(_ text: String) -> Message {
    .notify(NotifyMessage(name: name(text), imageID: short(1), generation: 1))
  }

  /// A frame of this row.
  private func frame(_ event: String) throws -> [UInt8] {
    if let odd = OddFrame.named(event) { return odd }
    let data = Array(repeating: UInt8(1), count: 64)
    switch event {
    case "WELCOME": return encoded(welcome([]))
    case "WELCOME with flag 2, no key": return encoded(welcome(.mustAuthenticate))
    case "PROVEN", "PROVEN that is wrong": return try ServerMessage.named("PROVEN")
    case "ACCEPTED": return try ServerMessage.named("ACCEPTED")
    case "ACCEPTED with other keys":
      return encoded(.accepted(AcceptedMessage(formKeys: [panel(width: 8).formKey])))
    case "FORM with status 0": return encoded(form(total: 1_000), request: request)
    case "FORM with status 2":
      return encoded(.form(.pending(retryAfterSeconds: 1)), request: request)
    case "FORM that does not add up":
      return encoded(form(total: 999, length: 1_000), request: request)
    case "REFER", "REFER, and HELLO had a ticket":
      return encoded(.refer(refer()), request: request)
    case "DATA": return encoded(.data(data), request: request)
    case "the last DATA": return encoded(.data(data), flags: .last, request: request)
    case "DATA that does not add up": return encoded(.data([]), request: request)
    case "DATA past its credit": return encoded(.data(data + [1]), request: request)
    case "READY": return encoded(.ready(ReadyMessage(nextOffset: 0, credit: 64)), request: request)
    case "READY that does not add up":
      return encoded(.ready(ReadyMessage(nextOffset: 1_001, credit: 64)), request: request)
    case "CREDIT": return encoded(.credit(CreditMessage(byteCount: 64)), request: request)
    case "STORED":
      return encoded(
        .stored(StoredMessage(imageID: full(1).imageID, generation: 1)), request: request)
    case "STORED of another picture":
      return encoded(.stored(StoredMessage(imageID: short(9), generation: 1)), request: request)
    case "LISTING": return encoded(listing("ab"), flags: .last, request: request)
    case "LISTING that does not add up":
      return encoded(listing("b"), flags: .last, request: request)
    case "OK": return encoded(.ok, request: request)
    case "an answer to another request": return encoded(.ok, request: request + 1)
    case "NOTIFY of a watched name": return encoded(notify("w"))
    case "NOTIFY of another name": return encoded(notify("z"))
    case "ERROR of the request":
      return encoded(.error(ErrorMessage(code: .notFound)), request: request)
    case "ERROR with request 0": return encoded(.error(ErrorMessage(code: .busy)))
    case "ERROR of another request":
      return encoded(.error(ErrorMessage(code: .busy)), request: request + 1)
    case "ERROR that closes": return encoded(.error(ErrorMessage(code: .deadline)))
    case "PING": return encoded(.ping)
    case "PONG": return encoded(.pong)
    case "GOAWAY": return try ServerMessage.named("GOAWAY")
    case "a number that the message may not have": return encoded(welcome([]), request: request)
    default: return try DeviceMessage.named(event, capability: capability)
    }
  }
}

/// What only a device sends, one of each.
enum DeviceMessage {
  static func named(_ event: String, capability: Capability) throws -> [UInt8] {
    let id = try #require(KeyID("k"))
    let all: [Message] = [
      hello([capability]),
      .prove(ProveMessage(keyID: id, nonce: full(3).bytes, proof: full(4).bytes)),
      .capabilities(CapabilitiesMessage(descriptors: [capability.descriptor])),
      .get(GetMessage(reference: .name(name("a")), credit: 64)),
      .put(PutMessage(name: name("a"), length: 1, digest: nil)), .list(try ListMessage()),
      .remove(RemoveMessage(name: name("a"))), .watch(WatchMessage(names: [])), .cancel,
      .origin(origin([capability])),
    ]
    guard let message = all.first(where: { $0.type.word == event }) else {
      throw ServerMessage.NoSuchEvent(name: event)
    }
    let hasNoRequest = [.hello, .prove, .capabilities, .origin].contains(message.type)
    return encoded(message, request: hasNoRequest ? 0 : 1)
  }
}
