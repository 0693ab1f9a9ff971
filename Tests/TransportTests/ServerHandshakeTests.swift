import Testing
import Transport
import WireProtocol

@Suite(.timeLimit(.minutes(1))) struct ServerHandshakeTests {
  @Test func welcomeAnswersAHelloThatComesByteByByte() async throws {
    try await withServer { listener, log in
      try await RawPeer.connect(to: listener.address) { peer in
        let bytes = FrameEncoder(usesCRC32: true).encode(try hello(), request: 0)
        for byte in bytes { try await peer.send([byte]) }
        guard case .welcome(let welcome) = try await peer.message() else {
          Issue.record("no WELCOME")
          return
        }
        #expect(welcome.flags == [])
        #expect(welcome.unixTime == 1_800_000_000)
        #expect(welcome.nonce.count == 32)
      }
      let identified = try await log.wait { event in
        if case .performed(.identified(let hello)) = event { hello } else { nil }
      }
      #expect(try .hello(identified) == hello())
    }
  }

  @Test func everyConnectionGetsANonceOfItsOwn() async throws {
    var nonces: Set<[UInt8]> = []
    for _ in 0..<4 {
      let nonce = try await withServer { listener, _ in
        try await RawPeer.connect(to: listener.address) { peer in
          try await peer.send(try hello())
          guard case .welcome(let welcome) = try await peer.message() else { return [UInt8]() }
          return welcome.nonce
        }
      }
      nonces.insert(nonce)
    }
    #expect(nonces.count == 4)
    #expect(!nonces.contains([]))
  }

  @Test(arguments: [
    ([0x16, 0x03, 0x01, 0x02, 0x00, 0x01], "TLS"),
    (Array("GET / HTTP/1.1\r\n\r\n".utf8), "HTTP"),
    (Array("POST / HTTP/1.1\r\n\r\n".utf8), "HTTP"),
    ([0x0D, 0x0A, 0x0D, 0x0A, 0x00, 0x0D, 0x0A], "PROXY protocol version 2"),
  ])
  func aForeignPeerIsToldSoAndClosed(_ bytes: [UInt8], _ word: String) async throws {
    try await withServer { listener, log in
      try await RawPeer.connect(to: listener.address) { peer in
        // The first byte says it; the rest may never come.
        try await peer.send([bytes[0]])
        #expect(
          try await peer.message()
            == .error(
              ErrorMessage(code: .malformed, detail: "not Forme: looks like \(word)")))
        try? await peer.send(Array(bytes.dropFirst()))
        #expect(try await peer.receive() == nil)
      }
      let (end, _) = try await log.waitForEnd()
      #expect(end?.description == "not Forme: looks like \(word)")
    }
  }

  @Test func theLastWordReachesAPeerThatIsStillSending() async throws {
    try await withServer { listener, _ in
      try await RawPeer.connect(to: listener.address, reads: false, staysOpen: true) { peer in
        // Were the server to close at once, these bytes would be answered with a reset, and the
        // reset would take the ERROR with it that nobody has read yet.
        for _ in 0..<64 { try await peer.send([UInt8](repeating: 0, count: 65_536)) }
        try await peer.beginReading()
        guard case .error(let error) = try await peer.message() else {
          Issue.record("no ERROR")
          return
        }
        #expect(error.code == .checkMismatch)
        #expect(try await peer.message() == nil)
      }
    }
  }

  @Test func aPeerThatDoesNotLeaveIsCutAfterTheLastWord() async throws {
    try await withServer(settings: { $0.lingerTime = .milliseconds(20) }) { listener, _ in
      try await RawPeer.connect(to: listener.address, staysOpen: true) { peer in
        try await peer.send([0x16])
        guard case .error = try await peer.message() else {
          Issue.record("no ERROR")
          return
        }
        // Only a connection that is gone as a whole refuses what is sent.
        await #expect(throws: (any Error).self) {
          while true { try await peer.send([0]) }
        }
      }
    }
  }

  @Test(arguments: [[], [0x01, 0x00, 0x00]])
  func aPeerThatSaysNoHelloInTimeIsToldSo(_ bytes: [UInt8]) async throws {
    try await withServer(settings: { $0.session.handshakeDeadline = .milliseconds(500) }) {
      listener, log in
      try await RawPeer.connect(to: listener.address) { peer in
        if !bytes.isEmpty { try await peer.send(bytes) }
        #expect(
          try await peer.message()
            == .error(ErrorMessage(code: .deadline, detail: "handshake deadline passed")))
        #expect(try await peer.message() == nil)
      }
      #expect(try await log.waitForEnd().end == .deadline(.handshake))
    }
  }

  @Test func aFrameThatStaysUnfinishedEndsTheConnection() async throws {
    try await withServer(settings: { $0.session.frameDeadline = .milliseconds(500) }) {
      listener, log in
      try await RawPeer.connect(to: listener.address) { peer in
        try await peer.send(try hello())
        guard case .welcome = try await peer.message() else {
          Issue.record("no WELCOME")
          return
        }
        try await peer.send([0x10, 0x00])
        #expect(
          try await peer.message()
            == .error(ErrorMessage(code: .deadline, detail: "frame deadline passed")))
        #expect(try await peer.message() == nil)
      }
      #expect(try await log.waitForEnd().end == .deadline(.frame))
    }
  }

  @Test func oneConnectionTooManyIsToldSoAndKeepsNobodyOut() async throws {
    let tooMany = ErrorMessage(
      code: .tooManyConnections, retryAfterSeconds: 5, detail: "TOO_MANY_CONNECTIONS")
    try await withServer(connectionLimit: 2, settings: { $0.lingerTime = .seconds(100) }) {
      listener, _ in
      let address = listener.address
      try await RawPeer.connect(to: address) { first in
        try await expectWelcome(first)
        try await RawPeer.connect(to: address) { second in
          try await expectWelcome(second)
          // The refused one stays for as long as it can.
          try await RawPeer.connect(to: address, staysOpen: true) { refused in
            #expect(try await refused.message() == .error(tooMany))
            try await second.close()
            // The server may hear of that a moment later.
            while true {
              // Whoever is refused may find the door shut before its HELLO is out.
              let answer = try? await RawPeer.connect(to: address) { peer in
                try await peer.send(try hello())
                return try await peer.message()
              }
              if case .welcome = answer { break }
              if let answer { #expect(answer == .error(tooMany)) }
            }
          }
        }
        try await first.send(.ping)
        #expect(try await first.message() == .pong)
      }
    }
  }
}

/// Says HELLO and expects to be let in.
private func expectWelcome(_ peer: RawPeer) async throws {
  try await peer.send(try hello())
  guard case .welcome = try await peer.message() else {
    Issue.record("no WELCOME")
    return
  }
}
