// PROVE and PROVEN (spec/PROTOCOL.md, "Keys").

extension ServerSession {
  /// A proof that is being checked.
  struct Claim: Hashable, Sendable {
    let prove: ProveMessage
    /// HELLO, WELCOME and the whole of PROVE.
    let transcript: [UInt8]
  }

  /// The secret of the key in ``ServerAction/lookUpKey(_:)``.
  ///
  /// A wrong proof and an unknown key are answered with the same bytes, after the same work.
  /// - Parameter secret: `nil`: there is no such key, or it was revoked.
  public mutating func keyFound(_ secret: KeySecret?, at now: Duration) -> [ServerAction] {
    var actions: [ServerAction] = []
    guard phase == .checkingProof, let claim else { return actions }
    self.claim = nil
    let proof = KeyProof.device(
      secret ?? .dummy, transcript: claim.transcript.dropLast(KeyProof.byteCount))
    let isRight = isEqualInConstantTime(proof, claim.prove.proof)
    guard let secret, isRight else {
      end(.proofRefused(claim.prove.keyID, isKnown: secret != nil), into: &actions)
      return actions
    }
    actions.append(.proven(claim.prove.keyID))
    let answer = KeyProof.server(secret, transcript: claim.transcript[...])
    send(.proven(ProvenMessage(proof: answer)), request: 0, into: &actions)
    let authenticators = KeyProof.authenticators(secret, transcript: claim.transcript[...])
    referralSecret = KeyProof.referral(secret, transcript: claim.transcript[...])
    decoder.authenticator = authenticators.deviceToServer
    writer.authenticator = authenticators.serverToDevice
    proceed(at: now, into: &actions)
    return actions
  }

  mutating func receive(
    _ prove: ProveMessage, _ frame: Frame, into actions: inout [ServerAction]
  ) {
    guard [.awaitingProof, .awaitingCapabilities, .open].contains(phase), let transcript else {
      return end(.unexpected(.prove, state: stateWord), into: &actions)
    }
    self.transcript = nil
    claim = Claim(prove: prove, transcript: transcript + frame.transcript)
    deadlines.handshake = nil
    phase = .checkingProof
    actions.append(.lookUpKey(prove.keyID))
  }

  /// Has WELCOME demand a proof, for a ticket that needs one. Only from ``ServerAction/lookUpKeys(_:)``
  /// to ``keysKnown(_:at:)``: later WELCOME has gone.
  public mutating func demandProof() {
    precondition(phase == .lookingUpKeys || phase == .closed, "WELCOME has gone")
    mustProve = true
  }

  /// A key was proven on this connection.
  var isProven: Bool { referralSecret != nil }

  /// False for what may come before a proof that must come.
  static func needsProof(_ type: MessageType) -> Bool {
    switch type {
    case .prove, .ping, .pong, .error: false
    default: true
    }
  }

  /// A proof is the first thing that a device says after WELCOME, or there is none.
  mutating func noteForProof(_ frame: Frame) {
    switch MessageType(rawValue: frame.type) {
    case nil, .prove, .ping, .pong: break
    default: transcript = nil
    }
  }
}
