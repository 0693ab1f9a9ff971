import Capabilities
import Testing
import WireProtocol

@Suite("Server: proof")
struct ServerProofTests {
  /// A server that wants a proof, after HELLO.
  private func greeted(
    _ capabilities: [Capability] = [], mustProve: Bool = true, known: Bool = true
  ) -> (session: ServerSession, welcome: [ServerAction]) {
    var session = ServerSession(
      settings: .init(), mustProve: mustProve, nonce: full(0).bytes, unixTime: 1, now: .zero)
    var actions = session.received(encoded(hello(capabilities)), at: .zero)
    if !capabilities.isEmpty {
      actions = session.keysKnown(known ? Set(capabilities.map(\.formKey)) : [], at: .seconds(1))
    }
    return (session, actions)
  }

  private static let get = Message.get(GetMessage(reference: .id(short(0)), credit: 64))
  private static let prove = Message.prove(
    ProveMessage(keyID: presharedKey().id, nonce: full(1).bytes, proof: full(2).bytes))

  @Test(
    "WELCOME says that a proof must come, and with it whether CAPABILITIES must",
    arguments: [
      (true, true, 2 as UInt8), (true, false, 3), (false, false, 1), (false, true, 0),
    ])
  func flags(mustProve: Bool, known: Bool, flags: UInt8) throws {
    let (_, actions) = greeted([panel()], mustProve: mustProve, known: known)
    guard case .welcome(let welcome)? = try sent(actions).first else {
      Issue.record("no WELCOME")
      return
    }
    #expect(welcome.flags.rawValue == flags)
  }

  @Test("nothing but a proof is taken where one must come")
  func required() throws {
    let capabilities = CapabilitiesMessage(descriptors: [panel().descriptor])
    let badName = Frame(type: 0x25, request: 1, payload: [1, 0])
    var bytes: [UInt8] = []
    FrameEncoder(usesCRC32: false).append(
      type: badName.type, request: 1, payload: badName.payload[...], to: &bytes)
    for frame in [
      encoded(Self.get, request: 1), encoded(.list(ListMessageFixture.all), request: 1),
      encoded(.capabilities(capabilities)), encoded(.cancel, request: 1), encoded(hello([])),
      encoded(.data([1]), request: 1), bytes,
    ] {
      var (session, _) = greeted([panel()], known: false)
      #expect(closingCode(session.received(frame, at: .zero)) == .notProven)
    }
    var (session, _) = greeted()
    #expect(try sent(session.received(encoded(.ping, request: 3), at: .zero)) == [.pong])
    #expect(session.received(encoded(.pong), at: .zero).isEmpty)
    #expect(session.received(encoded(Self.prove), at: .zero) == [.lookUpKey(presharedKey().id)])
  }

  @Test("an early request is refused right after WELCOME")
  func early() throws {
    var session = ServerSession(
      settings: .init(), mustProve: true, nonce: full(0).bytes, unixTime: 1, now: .zero)
    _ = session.received(encoded(hello([panel()])) + encoded(Self.get, request: 1), at: .zero)
    let actions = session.keysKnown([panel().formKey], at: .zero)
    #expect(try sent(actions).map(\.type) == [.welcome, .error])
    #expect(actions.last == .close(.proofRequired(.get)))
  }

  @Test("a proof that must come has a deadline, and CAPABILITIES after it another")
  func deadlines() throws {
    var (late, _) = greeted([panel()])
    #expect(late.nextDeadline == .seconds(6))
    #expect(late.deadlineReached(at: .seconds(6)).last == .close(.deadline(.handshake)))
    let (free, _) = greeted(mustProve: false)
    #expect(free.nextDeadline == .seconds(450))
    var pair = ProofPair()
    #expect(pair.server.nextDeadline == .seconds(5))
    _ = pair.server.received(pair.prove, at: .seconds(4))
    #expect(pair.server.nextDeadline == nil)
    _ = pair.server.keyFound(presharedKey().secret, at: .seconds(9))
    #expect(pair.server.nextDeadline == .seconds(459))
  }

  @Test("a proof out of its place is unexpected")
  func unexpected() throws {
    // Before WELCOME, and so without its nonce.
    var early = ServerSession(settings: .init(), nonce: full(0).bytes, unixTime: 1, now: .zero)
    let beforeWelcome = encoded(hello([panel()])) + encoded(Self.prove)
    #expect(closingCode(early.received(beforeWelcome, at: .zero)) == .unexpectedMessage)
    // After a request, even when that is over, failed or was never known.
    for request in [
      encoded(.list(ListMessageFixture.all), request: 1), encoded(.cancel, request: 1),
      encoded(.credit(CreditMessage(byteCount: 1)), request: 1),
    ] {
      var (session, _) = greeted(mustProve: false)
      if let token = try? requestToken(session.received(request, at: .zero)) {
        _ = session.listed(token, entries: [], isComplete: true, at: .zero)
      }
      #expect(
        closingCode(session.received(encoded(Self.prove), at: .zero)) == .unexpectedMessage)
    }
    // A second one, under the MAC of the first.
    var twice = ProofPair()
    _ = twice.server.received(twice.prove, at: .zero)
    #expect(closingCode(twice.server.received(twice.prove, at: .zero)) == .unexpectedMessage)
    // Another number than 0.
    var (numbered, _) = greeted()
    let actions = numbered.received(encoded(Self.prove, request: 1), at: .zero)
    #expect(closingCode(actions) == .malformed)
    // What only a server sends.
    var (proven, _) = greeted()
    let answer = encoded(.proven(ProvenMessage(proof: full(0).bytes)))
    #expect(closingCode(proven.received(answer, at: .zero)) == .notProven)
  }

  @Test("requests wait for the answer to a proof in vain")
  func whileChecking() throws {
    var pair = ProofPair()
    _ = pair.server.received(pair.prove, at: .zero)
    var other = pair.server
    #expect(try sent(pair.server.received(encoded(.ping), at: .zero)) == [.pong])
    #expect(
      closingCode(pair.server.received(encoded(Self.get, request: 1), at: .zero))
        == .unexpectedMessage)
    #expect(pair.server.keyFound(presharedKey().secret, at: .zero).isEmpty)
    // A server that ends meanwhile says so, and the answer is nobody's.
    #expect(closingCode(other.shutDown(at: .zero)) == nil)
    #expect(other.isClosed)
    #expect(other.keyFound(presharedKey().secret, at: .zero).isEmpty)
  }

  @Test("a key that is revoked ends its connection under the MAC")
  func revoked() throws {
    var pair = try ProofPair.afterProof()
    let actions = pair.server.refuse(.notProven, detail: "the key was revoked")
    let error = ErrorMessage(code: .notProven, detail: "the key was revoked")
    #expect(
      pair.device.received(bytes(actions), at: .zero).last == .close(.peerError(error)))
  }

  @Test("a device proves itself where it need not, and its CRC-32 gives way to the MAC")
  func voluntary() throws {
    var pair = try ProofPair.afterProof(mustProve: false, usesCRC32: true)
    #expect(pair.proven[1] == FrameFlags.crc32.rawValue)
    let ping = bytes(pair.device.ping(at: .zero))
    #expect(ping.count == 16 && ping[1] == FrameFlags.mac.rawValue)
    let pong = bytes(pair.server.received(ping, at: .zero))
    #expect(pong.count == 16 && pong[1] == FrameFlags.mac.rawValue)
    #expect(pair.device.received(pong, at: .zero) == [.ponged])
  }
}
