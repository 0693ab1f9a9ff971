import Capabilities
import Testing
import WireProtocol

/// What somebody between device and server may try.
@Suite("Keys: attacks")
struct KeyAttackTests {
  /// One frame of the device, which asks for something, and the server's answer to it.
  private func exchange() throws -> (pair: ProofPair, question: [UInt8], answer: [UInt8]) {
    var pair = try ProofPair.afterProof()
    let question = bytes(pair.device.list(try ListMessage(prefix: "ab"), at: .zero))
    var server = pair.server
    let token = try requestToken(server.received(question, at: .zero))
    let entry = ListingMessage.Entry(
      name: name("abc"), imageID: short(1), byteCount: 2, unixTime: 3)
    let answer = bytes(server.listed(token, entries: [entry], isComplete: true, at: .zero))
    return (pair, question, answer)
  }

  @Test("no frame with another bit is taken after the proof, with a mended header check either")
  func flippedBits() throws {
    let (pair, question, answer) = try exchange()
    var codes: Set<ErrorCode> = []
    for mendsCheck in [false, true] {
      for bit in 0..<question.count * 8 where !mendsCheck || bit < 48 {
        var server = pair.server
        let forged = flipped(question, bit: bit, mendsCheck: mendsCheck)
        var actions = server.received(forged, at: .zero)
        // A length that grew waits for more; whatever comes makes no MAC of it.
        if actions.isEmpty {
          actions = server.received(Array(repeating: 0, count: 16_384), at: .zero)
        }
        let code = try #require(closingCode(actions), "bit \(bit) was taken")
        codes.insert(code)
        #expect(actions.count == 2, "more than ERROR and the end")
        if bit >= 64 { #expect(code == .badMAC) }
        if bit < 64, !mendsCheck { #expect(code == .checkMismatch) }
      }
      for bit in 0..<answer.count * 8 where !mendsCheck || bit < 48 {
        var device = pair.device
        let forged = flipped(answer, bit: bit, mendsCheck: mendsCheck)
        var actions = device.received(forged, at: .zero)
        if actions.isEmpty {
          actions = device.received(Array(repeating: 0, count: 16_384), at: .zero)
        }
        let code = try #require(closingCode(actions), "bit \(bit) was taken")
        #expect(actions.count == 2)
        if bit >= 64 { #expect(code == .badMAC) }
      }
    }
    // What is wrong with the header itself is told before the MAC.
    #expect(codes == [.badMAC, .checkMismatch, .malformed, .frameTooLong])
  }

  @Test("a bit flipped in any frame up to the proof ends in a refusal", arguments: [true, false])
  func flippedHandshake(mustProve: Bool) throws {
    let clean = ProofPair(mustProve: mustProve)
    for bit in 64..<clean.hello.count * 8 {
      // The server answers another HELLO than the device has sent.
      var server = ServerSession(
        settings: .init(), mustProve: mustProve, nonce: full(0).bytes, unixTime: 1, now: .zero)
      let welcome = bytes(server.received(flipped(clean.hello, bit: bit), at: .zero))
      guard welcome.first == MessageType.welcome.rawValue else { continue }
      _ = server.received(clean.prove, at: .zero)
      #expect(closingCode(server.keyFound(presharedKey().secret, at: .zero)) == .notProven)
    }
    for bit in 64..<clean.welcome.count * 8 {
      var device = DeviceSession(
        settings: settingsWithoutCRC32, capabilities: [],
        proofSeed: ProofSeed(key: presharedKey(), nonce: full(100).bytes))
      _ = device.connected(at: .zero)
      let actions = device.received(flipped(clean.welcome, bit: bit), at: .zero)
      let prove = bytes(actions)
      guard closingCode(actions) == nil else { continue }
      var server = clean.server
      _ = server.received(prove, at: .zero)
      #expect(
        closingCode(server.keyFound(presharedKey().secret, at: .zero)) == .notProven, "bit \(bit)")
    }
    for bit in 64..<clean.prove.count * 8 {
      var server = clean.server
      let actions = server.received(flipped(clean.prove, bit: bit), at: .zero)
      if case .lookUpKey = actions.last {
        #expect(closingCode(server.keyFound(presharedKey().secret, at: .zero)) == .notProven)
      } else {
        // No id any more.
        #expect(closingCode(actions) == .malformed)
      }
    }
    let proven = try ProofPair.afterProof(mustProve: mustProve).proven
    for bit in 64..<proven.count * 8 {
      var device = clean.device
      #expect(closingCode(device.received(flipped(proven, bit: bit), at: .zero)) == .notProven)
    }
  }

  private var settingsWithoutCRC32: DeviceSession.Settings {
    var settings = DeviceSession.Settings()
    settings.usesCRC32 = false
    return settings
  }

  @Test("a stripped flag is noticed, and the device proves itself anyway")
  func strippedFlag() {
    var pair = ProofPair(mustProve: true)
    var device = DeviceSession(
      settings: settingsWithoutCRC32, capabilities: [],
      proofSeed: ProofSeed(key: presharedKey(), nonce: full(100).bytes))
    _ = device.connected(at: .zero)
    var stripped = pair.welcome
    stripped[9] &= ~WelcomeMessage.Flags.mustAuthenticate.rawValue
    #expect(stripped != pair.welcome)
    let prove = bytes(device.received(stripped, at: .zero))
    #expect(prove.first == MessageType.prove.rawValue)
    _ = pair.server.received(prove, at: .zero)
    #expect(closingCode(pair.server.keyFound(presharedKey().secret, at: .zero)) == .notProven)
  }

  @Test("a frame cannot be repeated, left out, or moved")
  func order() throws {
    var pair = try ProofPair.afterProof()
    let first = bytes(pair.device.ping(at: .zero))
    let second = bytes(pair.device.ping(at: .zero))
    var server = pair.server
    let pongs = bytes(server.received(first + second, at: .zero))
    for forged in [first + first, second + first, second] {
      var server = pair.server
      #expect(closingCode(server.received(forged, at: .zero)) == .badMAC)
    }
    let pong = pongs.count / 2
    let (one, two) = (Array(pongs[..<pong]), Array(pongs[pong...]))
    for forged in [one + one, two + one, two] {
      var device = pair.device
      #expect(closingCode(device.received(forged, at: .zero)) == .badMAC)
    }
    // A skipped frame counts as well.
    var skipped: [UInt8] = []
    var writer = FrameWriter(FrameEncoder(usesCRC32: false))
    let covered = pair.hello + pair.welcome + pair.prove
    writer.authenticator =
      KeyProof.authenticators(presharedKey().secret, transcript: covered[...]).deviceToServer
    writer.append(type: 0x97, request: 9, payload: [1], to: &skipped)
    var other = pair.server
    #expect(other.received(skipped, at: .zero).isEmpty)
    #expect(try sentAfterProof(other.received(writer.encode(.ping, request: 0), at: .zero)) == 0x41)
    other = pair.server
    #expect(closingCode(other.received(writer.encode(.ping, request: 0), at: .zero)) == .badMAC)
  }

  /// The type of the one frame that is sent.
  private func sentAfterProof(_ actions: [ServerAction]) throws -> UInt8 {
    try #require(bytes(actions).first)
  }

  @Test("what one side said, proof or frame, is worth nothing when it comes back to it")
  func reflection() throws {
    let pair = ProofPair()
    var device = pair.device
    let proof = Array(pair.prove.suffix(KeyProof.byteCount))
    let reflected = encoded(.proven(ProvenMessage(proof: proof)))
    #expect(device.received(reflected, at: .zero).last == .close(.serverNotProven))
    var proven = try ProofPair.afterProof()
    let ping = bytes(proven.device.ping(at: .zero))
    #expect(closingCode(proven.device.received(ping, at: .zero)) == .badMAC)
  }

  @Test("a recorded connection is worth nothing on another one")
  func recorded() throws {
    let recorded = try ProofPair.afterProof()
    // The same device's bytes, for a server with a nonce of its own.
    var fresh = ProofPair(serverNonce: 1)
    #expect(fresh.server.received(recorded.prove, at: .zero) == [.lookUpKey(presharedKey().id)])
    #expect(closingCode(fresh.server.keyFound(presharedKey().secret, at: .zero)) == .notProven)
    // The same server's bytes, its nonce too, for a device with one of its own.
    var again = ProofPair(deviceNonce: 101)
    #expect(again.welcome == recorded.welcome)
    #expect(
      again.device.received(recorded.proven, at: .zero).last == .close(.serverNotProven))
  }

  @Test(
    "a frame without a MAC is refused after the proof, and one with it before",
    arguments: [
      false, true,
    ])
  func withoutMAC(usesCRC32: Bool) throws {
    var pair = try ProofPair.afterProof(usesCRC32: usesCRC32)
    let bare = FrameEncoder(usesCRC32: usesCRC32)
    #expect(closingCode(pair.server.received(bare.encode(.ping, request: 0), at: .zero)) == .badMAC)
    #expect(closingCode(pair.device.received(bare.encode(.pong, request: 0), at: .zero)) == .badMAC)
    var early = ProofPair(usesCRC32: usesCRC32)
    let sealed = bytes(try ProofPair.afterProof(usesCRC32: usesCRC32).device.pinged())
    #expect(closingCode(early.server.received(sealed, at: .zero)) == .notProven)
    #expect(closingCode(early.device.received(sealed, at: .zero)) == .notProven)
  }

  @Test("a frame that began before the proof is not taken after it")
  func begunBefore() throws {
    let put = PutMessage(name: name("a"), length: 1, digest: full(0))
    let frame = encoded(.put(put), request: 1)
    for split in 1..<frame.count {
      var pair = ProofPair()
      _ = pair.server.received(pair.prove, at: .zero)
      #expect(pair.server.received(Array(frame[..<split]), at: .zero).isEmpty)
      _ = pair.server.keyFound(presharedKey().secret, at: .zero)
      let actions = pair.server.received(Array(frame[split...]), at: .zero)
      #expect(closingCode(actions) == .badMAC, "split at \(split)")
    }
  }

  @Test("a length without room for a MAC is refused", arguments: 0..<8 as Range<UInt8>)
  func truncated(length: UInt8) throws {
    var pair = try ProofPair.afterProof()
    var header: [UInt8] = [
      MessageType.ping.rawValue, FrameFlags.mac.rawValue, 0, length, 0, 1, 0, 0,
    ]
    // The same bits twice, so only the check is made anew.
    header = flipped(flipped(header, bit: 40), bit: 40, mendsCheck: true)
    #expect(closingCode(pair.server.received(header, at: .zero)) == .malformed)
    #expect(closingCode(pair.device.received(header, at: .zero)) == .malformed)
  }

  @Test("a cut frame does nothing")
  func cut() throws {
    let (pair, question, answer) = try exchange()
    for count in 0..<question.count {
      var server = pair.server
      #expect(server.received(Array(question[..<count]), at: .zero).isEmpty)
    }
    for count in 0..<answer.count {
      var device = pair.device
      #expect(device.received(Array(answer[..<count]), at: .zero).isEmpty)
    }
  }

  @Test("an unknown key and a wrong proof are told the same", arguments: [false, true])
  func unknownOrWrong(usesCRC32: Bool) throws {
    let pair = ProofPair(usesCRC32: usesCRC32)
    var unknown = pair.server
    _ = unknown.received(pair.prove, at: .zero)
    let toUnknown = unknown.keyFound(nil, at: .zero)
    var wrong = pair.server
    _ = wrong.received(pair.prove, at: .zero)
    let toWrong = wrong.keyFound(presharedKey(first: 7).secret, at: .zero)
    #expect(bytes(toUnknown) == bytes(toWrong))
    #expect(!bytes(toUnknown).isEmpty)
    #expect(toUnknown.last == .close(.proofRefused(presharedKey().id, isKnown: false)))
    #expect(toWrong.last == .close(.proofRefused(presharedKey().id, isKnown: true)))
    #expect(closingCode(toUnknown) == .notProven)
  }

  @Test("nobody proves a key that there is not, not even with the server's stand-in for it")
  func dummy() throws {
    let id = try #require(KeyID("none"))
    let zeros = try #require(KeySecret(Array(repeating: 0, count: KeySecret.byteCount)))
    var pair = ProofPair(key: PresharedKey(id: id, secret: zeros))
    _ = pair.server.received(pair.prove, at: .zero)
    #expect(closingCode(pair.server.keyFound(nil, at: .zero)) == .notProven)
  }
}

extension DeviceSession {
  /// A copy's PING.
  fileprivate func pinged() -> [DeviceAction] {
    var copy = self
    return copy.ping(at: .zero)
  }
}
