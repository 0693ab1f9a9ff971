import Capabilities
import Testing
import WireProtocol

/// What somebody may try at the server that a device is referred to.
@Suite("Keys: referral secrets")
struct ReferralAttackTests {
  /// What the device and the server of this connection derive.
  private func secret(deviceNonce: UInt8, serverNonce: UInt8) throws -> KeySecret {
    var pair = ProofPair(deviceNonce: deviceNonce, serverNonce: serverNonce)
    #expect(pair.device.referralSecret == nil && pair.server.referralSecret == nil)
    _ = pair.server.received(pair.prove, at: .zero)
    let proven = pair.server.keyFound(presharedKey().secret, at: .zero)
    #expect(pair.device.referralSecret == nil, "before PROVEN nothing is believed")
    _ = pair.device.received(bytes(proven), at: .zero)
    let secret = try #require(pair.device.referralSecret)
    #expect(pair.server.referralSecret?.bytes == secret.bytes)
    return secret
  }

  @Test("both sides derive the same, for each connection another, and never the key")
  func derived() throws {
    let secrets = [
      try secret(deviceNonce: 1, serverNonce: 2), try secret(deviceNonce: 1, serverNonce: 3),
      try secret(deviceNonce: 4, serverNonce: 2), presharedKey().secret,
    ]
    #expect(Set(secrets.map(\.bytes)).count == secrets.count)
  }

  @Test("only the secret of the connection that REFER came on is taken")
  func proofs() throws {
    let right = try secret(deviceNonce: 1, serverNonce: 2)
    let others = [
      presharedKey().secret, try secret(deviceNonce: 1, serverNonce: 3),
      try secret(deviceNonce: 9, serverNonce: 2),
      presharedKey(first: 201).secret,
    ]
    for (proven, isRight) in [(right, true)] + others.map({ ($0, false) }) {
      var pair = ProofPair(key: PresharedKey(id: presharedKey().id, secret: proven))
      _ = pair.server.received(pair.prove, at: .zero)
      let actions = pair.server.keyFound(right, at: .zero)
      #expect((closingCode(actions) == .notProven) == !isRight)
      #expect((actions.first == .proven(presharedKey().id)) == isRight)
    }
  }

  @Test("a server that holds another secret proves nothing to the device")
  func server() throws {
    let right = try secret(deviceNonce: 1, serverNonce: 2)
    var pair = ProofPair(key: PresharedKey(id: presharedKey().id, secret: right))
    var impostor = ProofPair(key: presharedKey()).server
    _ = impostor.received(pair.prove, at: .zero)
    let proven = ProvenMessage(
      proof: KeyProof.server(
        presharedKey().secret, transcript: (pair.hello + pair.welcome + pair.prove)[...]))
    let actions = pair.device.received(encoded(.proven(proven)), at: .zero)
    #expect(closingCode(actions) == .notProven)
    #expect(pair.device.referralSecret == nil)
  }
}

/// A referral secret on its way between servers.
@Suite("Referral seals")
struct ReferralSealTests {
  private let peers = presharedKey("peers", first: 60).secret
  private let secret = presharedKey(first: 3).secret

  @Test("what is sealed is opened, and never sealed the same twice")
  func opens() throws {
    let seal = ReferralSeal(peers)
    let sealed = seal.seal(secret, for: presharedKey().id)
    #expect(sealed.count == ReferralSeal.byteCount)
    #expect(ReferralSeal(peers).open(sealed, for: presharedKey().id)?.bytes == secret.bytes)
    #expect(seal.seal(secret, for: presharedKey().id) != sealed)
  }

  @Test("the vector's is opened")
  func vector() throws {
    let vector = KeyVector.origin
    let sealing = try #require(vector.sealing)
    let id = try #require(KeyID(sealing.keyID))
    #expect(vector.originMessage.keyID == id)
    #expect(vector.originMessage.sealedSecret == hex(sealing.sealed))
    #expect(
      ReferralSeal(vector.key.secret).open(hex(sealing.sealed), for: id)?.bytes
        == hex(sealing.referralSecret))
  }

  @Test("nothing else is opened")
  func refuses() throws {
    let seal = ReferralSeal(peers)
    let sealed = seal.seal(secret, for: presharedKey().id)
    for bit in 0..<sealed.count * 8 {
      var forged = sealed
      forged[bit / 8] ^= 1 << (bit % 8)
      #expect(seal.open(forged, for: presharedKey().id) == nil, "bit \(bit)")
    }
    for count in [0, 1, 59, 61] {
      let other = Array((sealed + [0]).prefix(count))
      #expect(seal.open(other, for: presharedKey().id) == nil, "\(count) bytes")
    }
    #expect(seal.open(sealed, for: presharedKey("shelf-8").id) == nil, "of another device")
    #expect(ReferralSeal(secret).open(sealed, for: presharedKey().id) == nil, "of other servers")
  }
}
