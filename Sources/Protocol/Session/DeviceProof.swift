// PROVE and PROVEN (spec/PROTOCOL.md, "Keys").

/// What a device proves itself with on one connection.
public struct ProofSeed: Sendable {
  /// The device's key.
  public let key: PresharedKey
  /// 32 bytes that no other connection with this key has had.
  public let nonce: [UInt8]

  /// - Parameter nonce: exactly 32 bytes, for this connection alone.
  public init(key: PresharedKey, nonce: [UInt8]) {
    precondition(nonce.count == ProveMessage.nonceByteCount)
    self.key = key
    self.nonce = nonce
  }
}

extension DeviceSession {
  /// A proof that the server has not answered.
  struct PendingProof: Sendable {
    let welcome: WelcomeMessage
    /// What PROVEN must bring.
    let serverProof: [UInt8]
    let referralSecret: KeySecret
    let deviceToServer: FrameAuthenticator
    let serverToDevice: FrameAuthenticator
  }

  /// WELCOME came: PROVE. What WELCOME says is not believed before PROVEN.
  mutating func prove(
    _ seed: ProofSeed, after welcome: WelcomeMessage, _ frame: Frame, at now: Duration,
    into actions: inout [DeviceAction]
  ) {
    let flags = grease?.flags() ?? []
    let encoder = writer.encoder
    func prove(_ proof: [UInt8]) -> [UInt8] {
      encoder.encode(
        .prove(ProveMessage(keyID: seed.key.id, nonce: seed.nonce, proof: proof)), flags: flags,
        request: 0)
    }
    let blank = prove(Array(repeating: 0, count: KeyProof.byteCount))
    var transcript = helloTranscript + frame.transcript
    transcript += blank.dropLast(encoder.trailerByteCount + KeyProof.byteCount)
    let proof = KeyProof.device(seed.key.secret, transcript: transcript[...])
    transcript += proof
    let authenticators = KeyProof.authenticators(seed.key.secret, transcript: transcript[...])
    pendingProof = PendingProof(
      welcome: welcome,
      serverProof: KeyProof.server(seed.key.secret, transcript: transcript[...]),
      referralSecret: KeyProof.referral(seed.key.secret, transcript: transcript[...]),
      deviceToServer: authenticators.deviceToServer,
      serverToDevice: authenticators.serverToDevice)
    phase = .awaitingProven
    deadlines.handshake = now + settings.handshakeDeadline
    actions.append(.send(prove(proof)))
    deadlines.lastSent = now
  }

  mutating func receive(
    _ proven: ProvenMessage, at now: Duration, into actions: inout [DeviceAction]
  ) {
    guard phase == .awaitingProven, let pending = pendingProof else {
      return end(.unexpected(.proven, state: "nothing was proven"), at: now, into: &actions)
    }
    guard isEqualInConstantTime(pending.serverProof, proven.proof) else {
      return end(.serverNotProven, at: now, into: &actions)
    }
    pendingProof = nil
    helloTranscript = []
    referralSecret = pending.referralSecret
    decoder.authenticator = pending.serverToDevice
    writer.authenticator = pending.deviceToServer
    take(pending.welcome, at: now, into: &actions)
    guard phase != .closed, let request = heldRequest else { return }
    heldRequest = nil
    deadlines.answer = now
    send(request, request: requestNumber, at: now, into: &actions)
  }
}
