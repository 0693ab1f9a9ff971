import Testing
import Transport
import WireProtocol

/// Proofs and MACs over real sockets.
@Suite(.timeLimit(.minutes(1))) struct KeyTests {
  @Test(arguments: [true, false])
  func everythingTravelsUnderTheMAC(_ mustProve: Bool) async throws {
    let key = try presharedKey(1)
    var settings = DeviceSession.Settings()
    settings.maxFrame = 248
    settings.greaseSeed = 7
    let behaviour = Behaviour(formByteCount: 20_000, secret: key.secret)
    try await withServer(behaviour, mustProve: mustProve) { [settings] listener, log in
      let picture = (0..<100_000).map { UInt8(truncatingIfNeeded: $0 / 5) }
      let digest = try #require(PictureDigest((0..<32).map { $0 + 1 }))
      let put = PutMessage(
        name: try ImageName("lobby"), length: UInt32(picture.count), digest: digest)
      let form = try await DeviceClient.withConnection(
        to: listener.address, settings: settings, capabilities: [try panel()], key: key
      ) { client in
        _ = try await client.put(put) { Array(picture[$0..<$0 + $1]) }
        return try await fetch(client, credit: 5_000).bytes
      }
      #expect(form == TestService.formBytes(0..<20_000))
      // The proof is told before anything is asked for.
      let first = try await log.wait { event in
        switch event {
        case .performed(.proven), .performed(.beginUpload), .performed(.find): event
        default: nil
        }
      }
      #expect(first == .performed(.proven(key.id)))
    }
  }

  @Test func withoutAKeyTheDeviceClosesWhereOneIsWanted() async throws {
    try await withServer(Behaviour(secret: try presharedKey(1).secret), mustProve: true) {
      listener, log in
      let error = await #expect(throws: DeviceClientError.self) {
        try await DeviceClient.withConnection(to: listener.address, settings: .init()) { client in
          try await client.remove(try ImageName("lobby"))
        }
      }
      guard case .ended(.authenticationRequired) = error else {
        Issue.record("\(String(describing: error))")
        return
      }
      #expect(error?.isRetryable == false)
      // Its request came along with HELLO, and was refused with it.
      let (end, _) = try await log.waitForEnd()
      #expect(end == .proofRequired(.remove))
    }
  }

  @Test(arguments: [nil, 2] as [UInt8?])
  func anUnknownKeyAndAnotherSecretAreRefused(_ first: UInt8?) async throws {
    let behaviour = Behaviour(secret: try first.map { try presharedKey($0).secret })
    try await withServer(behaviour) { listener, log in
      let error = await #expect(throws: DeviceClientError.self) {
        try await DeviceClient.withConnection(
          to: listener.address, settings: .init(), key: try presharedKey(1)
        ) { try await $0.remove(try ImageName("lobby")) }
      }
      #expect(
        error.map { "\($0)" }
          == "connection ended: peer's NOT_PROVEN: unknown key or wrong proof")
      #expect(error?.isRetryable == false)
      let (end, _) = try await log.waitForEnd()
      #expect(end == .proofRefused(try presharedKey(1).id, isKnown: first != nil))
    }
  }

  @Test func aServerThatDoesNotHoldTheKeyLearnsNothing() async throws {
    try await withScriptedServer { peer in
      while let message = try await peer.message() {
        switch message {
        case .hello: try await peer.send(welcome())
        case .prove(let prove):
          try await peer.send(.proven(ProvenMessage(proof: prove.proof)))
        case .error(let error): #expect(error.code == .notProven)
        default: Issue.record("the device said \(message.type.word)")
        }
      }
    } _: { address in
      let error = await #expect(throws: DeviceClientError.self) {
        try await DeviceClient.withConnection(
          to: address, settings: .init(), key: try presharedKey(1)
        ) {
          try await $0.remove(try ImageName("lobby"))
        }
      }
      guard case .ended(.serverNotProven) = error else {
        Issue.record("\(String(describing: error))")
        return
      }
      #expect(error?.isRetryable == false)
    }
  }

  @Test func aStrangerIsServedNothingWhereAProofMustCome() async throws {
    try await withServer(Behaviour(secret: try presharedKey(1).secret), mustProve: true) {
      listener, log in
      try await RawPeer.connect(to: listener.address) { peer in
        try await peer.send(try hello())
        guard case .welcome(let welcome) = try await peer.message() else {
          Issue.record("no WELCOME")
          return
        }
        #expect(welcome.flags == .mustAuthenticate)
        try await peer.send(.list(try ListMessage()), request: 1)
        guard case .error(let error) = try await peer.message() else {
          Issue.record("no ERROR")
          return
        }
        #expect(error.code == .notProven)
        #expect(try await peer.receive() == nil)
      }
      let (end, _) = try await log.waitForEnd()
      #expect(end == .proofRequired(.list))
    }
  }

  @Test func aReplayedFrameEndsTheConnectionUnderTheMAC() async throws {
    let key = try presharedKey(1)
    try await withServer(Behaviour(secret: key.secret)) { listener, log in
      try await RawPeer.connect(to: listener.address) { peer in
        let greeting = Message.hello(
          HelloMessage(maxFrame: 248, keepAliveSeconds: 0, deviceID: [], formKeys: []))
        try await peer.send(greeting)
        guard let welcome = try await peer.message() else { return }
        func transcript(_ message: Message) -> [UInt8] {
          FrameEncoder(maxFrame: 0xFFFF, usesCRC32: false).encode(message, request: 0)
        }
        func prove(_ proof: [UInt8]) -> Message {
          .prove(
            ProveMessage(keyID: key.id, nonce: Array(repeating: 3, count: 32), proof: proof))
        }
        let covered = transcript(greeting) + transcript(welcome)
        let blank = transcript(prove(Array(repeating: 0, count: 32))).dropLast(32)
        let proof = prove(KeyProof.device(key.secret, transcript: (covered + blank)[...]))
        try await peer.send(proof)
        guard case .proven = try await peer.message() else {
          Issue.record("no PROVEN")
          return
        }
        let authenticators = KeyProof.authenticators(
          key.secret, transcript: (covered + transcript(proof))[...])
        peer.decoder.authenticator = authenticators.serverToDevice
        var writer = FrameWriter(FrameEncoder(usesCRC32: false))
        writer.authenticator = authenticators.deviceToServer
        let ping = writer.encode(.ping, request: 0)
        try await peer.send(ping + ping)
        #expect(try await peer.message() == .pong)
        guard case .error(let error) = try await peer.message() else {
          Issue.record("no ERROR")
          return
        }
        #expect(error.code == .badMAC)
      }
      let (end, _) = try await log.waitForEnd()
      #expect(end?.code == .badMAC)
    }
  }

  /// A key whose secret begins with `first`.
  private func presharedKey(_ first: UInt8) throws -> PresharedKey {
    PresharedKey(
      id: try #require(KeyID("panel-1")),
      secret: try #require(KeySecret((0..<32).map { first + $0 })))
  }
}
