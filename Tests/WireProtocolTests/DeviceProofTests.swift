import Capabilities
import Testing
import WireProtocol

@Suite("Device: proof")
struct DeviceProofTests {
  private static func device(_ capabilities: [Capability] = []) -> DeviceSession {
    DeviceSession(
      settings: .init(), capabilities: capabilities,
      proofSeed: ProofSeed(key: presharedKey(), nonce: full(100).bytes))
  }

  private static func welcome(_ flags: WelcomeMessage.Flags = []) -> [UInt8] {
    encoded(
      .welcome(
        WelcomeMessage(
          flags: flags, maxFrame: 8_192, keepAliveSeconds: 9, unixTime: 1, nonce: full(0).bytes)))
  }

  @Test("a device without a key closes when one is wanted")
  func withoutKey() {
    var session = DeviceSession(settings: .init(), capabilities: [])
    _ = session.connected(at: .zero)
    let actions = session.received(Self.welcome(.mustAuthenticate), at: .zero)
    #expect(actions.last == .close(.authenticationRequired))
    #expect(closingCode(actions) == .notProven)
  }

  @Test("a request waits for the server's proof, and is not answered before it")
  func heldRequest() throws {
    var session = Self.device()
    _ = session.connected(at: .zero)
    #expect(session.list(ListMessageFixture.all, at: .zero).isEmpty)
    #expect(!session.isIdle)
    for flags in [[], .mustAuthenticate] as [WelcomeMessage.Flags] {
      var session = session
      let actions = session.received(Self.welcome(flags), at: .seconds(1))
      #expect(try messages(bytes(actions)).map(\.message.type) == [.prove])
      #expect(actions.count == 1, "what WELCOME says is told before it is proven")
      #expect(session.nextDeadline == .seconds(16))
      for answer in [
        encoded(.listing(ListingMessage(entries: [])), flags: .last, request: 1),
        encoded(.error(ErrorMessage(code: .busy)), request: 1),
        encoded(.accepted(AcceptedMessage(formKeys: [panel().formKey]))),
        Self.welcome(),
      ] {
        var session = session
        #expect(closingCode(session.received(answer, at: .seconds(1))) == .unexpectedMessage)
      }
      #expect(session.received(encoded(.ping), at: .seconds(1)).isEmpty)
      #expect(session.deadlineReached(at: .seconds(16)).last == .close(.deadline(.handshake)))
    }
  }

  @Test("a held request can be cancelled, and is never sent then")
  func cancelled() throws {
    var session = Self.device()
    _ = session.connected(at: .zero)
    _ = session.list(ListMessageFixture.all, at: .zero)
    #expect(session.cancel(at: .zero) == [.failed(ErrorMessage(code: .cancelled))])
    #expect(session.isIdle)
    #expect(
      try messages(bytes(session.received(Self.welcome(), at: .zero))).map(\.message.type)
        == [.prove])
  }

  @Test("PROVEN that nothing asked for is unexpected, and one with a number malformed")
  func unasked() {
    let answer = Message.proven(ProvenMessage(proof: full(0).bytes))
    var without = DeviceSession(settings: .init(), capabilities: [])
    _ = without.connected(at: .zero)
    _ = without.received(Self.welcome(), at: .zero)
    #expect(closingCode(without.received(encoded(answer), at: .zero)) == .unexpectedMessage)
    var early = Self.device()
    _ = early.connected(at: .zero)
    #expect(closingCode(early.received(encoded(answer), at: .zero)) == .unexpectedMessage)
    var numbered = Self.device()
    _ = numbered.connected(at: .zero)
    _ = numbered.received(Self.welcome(), at: .zero)
    #expect(closingCode(numbered.received(encoded(answer, request: 1), at: .zero)) == .malformed)
  }

  @Test("the server's refusal of a proof is told")
  func refused() {
    var session = Self.device()
    _ = session.connected(at: .zero)
    _ = session.received(Self.welcome(), at: .zero)
    let error = ErrorMessage(code: .notProven)
    let actions = session.received(encoded(.error(error)), at: .zero)
    #expect(actions == [.close(.peerError(error))])
  }

  @Test(
    "everything works under the MAC, with grease, in pieces of any size",
    arguments: 0..<6 as Range<UInt64>)
  func conversation(seed: UInt64) throws {
    var settings = DeviceSession.Settings()
    settings.usesCRC32 = seed & 1 == 0
    settings.greaseSeed = seed
    settings.maxFrame = 248
    settings.keepAliveSeconds = 3
    var link = Link(
      device: settings, mustProve: seed & 2 == 0, key: presharedKey(), seed: seed)
    link.secret = presharedKey().secret
    link.knowsKeys = seed > 2
    link.formBytes = (0..<48_000).map { UInt8(truncatingIfNeeded: $0 * 7) }
    link.form = form()
    link.get(GetMessage(reference: .name(name("a")), credit: 1_000))
    try link.run()
    #expect(link.received == link.formBytes)
    #expect(link.serverEvents.contains(.proven(presharedKey().id)))
    link.uploadStream = Array(link.formBytes.prefix(20_000))
    let put = PutMessage(name: name("b"), length: 20_000, digest: full(1))
    link.perform(link.device.put(put, at: link.now))
    try link.run()
    #expect(link.stored == link.uploadStream)
    link.perform(link.device.watch(WatchMessage(names: [name("a")]), at: link.now))
    try link.run()
    link.notify(name("a"), generation: 5)
    try link.run()
    #expect(
      link.deviceEvents.last
        == .notified(
          NotifyMessage(
            name: name("a"), imageID: short(1), generation: 5)))
    #expect(!link.device.isClosed && !link.server.isClosed)
  }

  @Test("another secret under the same id proves nothing")
  func otherSecret() throws {
    var link = Link(device: .init(), key: presharedKey(), seed: 1)
    link.secret = presharedKey(first: 3).secret
    try link.run()
    #expect(link.device.isClosed && link.server.isClosed)
    let end = ErrorMessage(code: .notProven, detail: "unknown key or wrong proof")
    #expect(link.deviceEvents == [.close(.peerError(end))])
  }
}
