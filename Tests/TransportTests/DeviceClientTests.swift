import Testing
import Transport
import WireProtocol

/// ``DeviceClient`` against a server that keeps to the protocol.
@Suite(.timeLimit(.minutes(1))) struct DeviceClientTests {
  @Test(arguments: [64, 100, 999, 1_000, 65_536])
  func aFormArrivesWhole(_ credit: UInt32) async throws {
    try await withServer(Behaviour(formByteCount: 1_000)) { listener, _ in
      let (form, bytes) = try await DeviceClient.withConnection(
        to: listener.address, settings: .init(), capabilities: [try panel()]
      ) { client in
        try await fetch(client, credit: credit)
      }
      #expect(form?.etag == TestService.etag)
      #expect(form?.total == 1_000)
      #expect(bytes == TestService.formBytes(0..<1_000))
    }
  }

  @Test func formsOfManyFramesArriveThroughSmallOnes() async throws {
    var settings = DeviceSession.Settings()
    settings.maxFrame = 248
    settings.greaseSeed = 3
    try await withServer(Behaviour(formByteCount: 100_000)) { [settings] listener, _ in
      let (_, bytes) = try await DeviceClient.withConnection(
        to: listener.address, settings: settings, capabilities: [try panel()]
      ) { client in
        try await fetch(client, credit: 5_000)
      }
      #expect(bytes == TestService.formBytes(0..<100_000))
    }
  }

  @Test func aPictureIsSentAsItIsAskedFor() async throws {
    let picture = (0..<600_000).map { UInt8(truncatingIfNeeded: $0 / 3) }
    let digest = try #require(PictureDigest((0..<32).map { $0 + 1 }))
    let put = PutMessage(
      name: try ImageName("lobby"), length: UInt32(picture.count), digest: digest)
    try await withServer { listener, log in
      let stored = try await DeviceClient.withConnection(to: listener.address, settings: .init()) {
        client in
        try await client.put(put) { offset, byteCount in
          Array(picture[offset..<offset + byteCount])
        }
      }
      #expect(stored == StoredMessage(imageID: digest.imageID, generation: TestService.generation))
      var received: [UInt8] = []
      let declared = try await log.wait { event -> PictureDigest? in
        if case .performed(.uploadBytes(_, let offset, let bytes)) = event {
          #expect(offset == received.count)
          received += bytes
        }
        if case .performed(.finishUpload(_, let digest)) = event { return digest }
        return nil
      }
      #expect(declared == digest)
      #expect(received == picture)
    }
  }

  @Test func whatReadingThePictureThrowsComesThrough() async throws {
    struct Unreadable: Error {}
    let put = PutMessage(name: try ImageName("lobby"), length: 10, digest: nil)
    try await withServer { listener, log in
      await #expect(throws: Unreadable.self) {
        try await DeviceClient.withConnection(to: listener.address, settings: .init()) { client in
          try await client.put(put) { _, _ in throw Unreadable() }
        }
      }
      let (_, wasAbandoned) = try await log.waitForEnd()
      #expect(wasAbandoned)
    }
  }

  @Test func namesAreListedAndRemoved() async throws {
    try await withServer { listener, log in
      try await DeviceClient.withConnection(to: listener.address, settings: .init()) { client in
        let (entries, isLast) = try await client.list(try ListMessage(prefix: "lo"))
        #expect(entries.isEmpty)
        #expect(isLast)
        try await client.remove(try ImageName("lobby"))
      }
      let list = try await log.wait { event in
        if case .performed(.list(_, let list, _)) = event { list } else { nil }
      }
      #expect(try list == ListMessage(prefix: "lo"))
      let name = try await log.wait { event in
        if case .performed(.remove(_, let name)) = event { name } else { nil }
      }
      #expect(try name == ImageName("lobby"))
    }
  }

  @Test func aRefusedRequestLeavesTheConnectionUsable() async throws {
    let busy = ErrorMessage(code: .busy, retryAfterSeconds: 7, detail: "too many")
    try await withServer(Behaviour(failure: busy)) { listener, _ in
      try await DeviceClient.withConnection(
        to: listener.address, settings: .init(), capabilities: [try panel()]
      ) { client in
        let error = try await #require(throws: DeviceClientError.self) {
          _ = try await fetch(client, credit: 1_000)
        }
        guard case .refused(busy) = error else {
          Issue.record("\(error)")
          return
        }
        #expect(error.isRetryable)
        #expect(error.retryAfter == .seconds(7))
        #expect("\(error)" == "the server refuses: BUSY: too many")
        #expect(try await client.list(try ListMessage()).isLast)
      }
    }
  }

  @Test func whatTheCallerThrowsComesThrough() async throws {
    struct Enough: Error {}
    try await withServer { listener, log in
      await #expect(throws: Enough.self) {
        try await DeviceClient.withConnection(
          to: listener.address, settings: .init(), capabilities: [try panel()]
        ) { client in
          try await client.get(try get(credit: 100)) { _ in throw Enough() }
        }
      }
      let (_, wasAbandoned) = try await log.waitForEnd()
      #expect(wasAbandoned)
    }
  }

  @Test func oneConnectionTooManyIsWorthAnotherTry() async throws {
    try await withServer(connectionLimit: 1) { listener, _ in
      try await RawPeer.connect(to: listener.address) { peer in
        try await peer.send(try hello())
        guard case .welcome = try await peer.message() else {
          Issue.record("no WELCOME")
          return
        }
        let error = try await #require(throws: DeviceClientError.self) {
          try await DeviceClient.withConnection(to: listener.address, settings: .init()) { client in
            try await client.remove(try ImageName("lobby"))
          }
        }
        guard case .ended(.peerError(let message)) = error else {
          Issue.record("\(error)")
          return
        }
        #expect(message.code == .tooManyConnections)
        #expect(error.isRetryable)
        #expect(error.retryAfter == .seconds(5))
      }
    }
  }
}

/// GET, to its end.
func fetch(
  _ client: DeviceClient, credit: UInt32
) async throws -> (form: FormMessage?, bytes: [UInt8]) {
  var form: FormMessage?
  var bytes: [UInt8] = []
  try await client.get(try get(credit: credit)) { event in
    switch event {
    case .form(let message): form = message
    case .data(let more): bytes += more
    case .referred(let refer): Issue.record("referred to \(refer.host)")
    }
  }
  return (form, bytes)
}
