import NIOCore
import NIOPosix
import Synchronization
import Testing
import WireProtocol

@testable import Transport

@Suite(.timeLimit(.minutes(1))) struct ServerTransferTests {
  /// More than the kernels of both sides hold for one connection.
  private static let largeByteCount = 67_108_864
  /// What they hold, and the server's own bytes: far less than that.
  private static let heldByteLimit = 24_000_000

  @Test func aDeviceThatNeverReadsIsCutAndCostsNoMemory() async throws {
    try await withServer(
      Behaviour(formByteCount: Self.largeByteCount),
      settings: { $0.writeDeadline = .milliseconds(100) }
    ) { listener, log in
      try await RawPeer.connect(to: listener.address, reads: false, receiveBufferByteCount: 8_192) {
        peer in
        try await peer.send(try hello())
        try await peer.send(.get(try get(credit: 2_147_483_647)), request: 1)
        let (end, wasAbandoned) = try await log.waitForEnd()
        #expect(end == nil)
        #expect(wasAbandoned)
        #expect(log.producedByteCount < Self.heldByteLimit)
      }
    }
  }

  /// The write deadline counts from the last progress, however little waits.
  @Test func aDeviceThatNeverReadsIsCutWhenLittleWaitsForIt() async throws {
    let log = ServiceLog()
    let behaviour = Behaviour(formByteCount: 48_000)
    let server = try await ServerBootstrap(group: .singletonMultiThreadedEventLoopGroup)
      // Kernels that hold less than the form, and a channel that could take more than the form.
      .childChannelOption(.socketOption(.so_sndbuf), value: 4_096)
      .childChannelOption(
        .writeBufferWaterMark, value: .init(low: 16_384, high: 65_536)
      )
      .childChannelInitializer { channel in
        channel.eventLoop.makeCompletedFuture {
          try channel.pipeline.syncOperations.addHandler(
            ServerChannelHandler(
              session: ServerSession(
                settings: .init(), nonce: Array(repeating: 0, count: 32), unixTime: 0, now: .zero),
              eventLoop: channel.eventLoop, refusal: nil, writeDeadline: .milliseconds(100),
              lingerTime: .seconds(2),
              makeService: { TestService($0, behaviour, log) }))
        }
      }
      .bind(host: "127.0.0.1", port: 0).get()
    let address = ServerAddress(host: "127.0.0.1", port: server.localAddress?.port ?? 0)
    try await RawPeer.connect(to: address, reads: false, receiveBufferByteCount: 4_096) { peer in
      try await peer.send(try hello())
      try await peer.send(.get(try get(credit: 48_000)), request: 1)
      #expect(try await log.waitForEnd().end == nil)
      #expect(log.producedByteCount == 48_000)
    }
    try await server.close()
  }

  @Test func nothingIsReadFromTheFormWhileTheDeviceDoesNotRead() async throws {
    try await withServer(Behaviour(formByteCount: Self.largeByteCount)) { listener, log in
      try await RawPeer.connect(to: listener.address, reads: false, receiveBufferByteCount: 65_536)
      {
        peer in
        try await peer.send(try hello())
        try await peer.send(.get(try get(credit: 2_147_483_647)), request: 1)
        try await log.wait { event in
          if case .performed(.produce) = event { () } else { nil }
        }
        let loops = MultiThreadedEventLoopGroup.singleton.makeIterator().map { $0 }
        await log.producedByteCountStands(on: loops)
        #expect(log.producedByteCount < Self.heldByteLimit)

        // What waited for the channel goes on, and nothing is lost or doubled.
        try await peer.beginReading()
        guard case .welcome = try await peer.message(),
          case .form(let form) = try await peer.message()
        else {
          Issue.record("no FORM")
          return
        }
        #expect(form.length == Self.largeByteCount)
        var offset = 0
        var mostHeld = 0
        while offset < Self.largeByteCount {
          guard case .data(let bytes) = try await peer.message() else {
            Issue.record("no DATA at \(offset)")
            return
          }
          #expect(bytes == TestService.formBytes(offset..<offset + bytes.count))
          offset += bytes.count
          mostHeld = max(mostHeld, log.producedByteCount - offset)
        }
        #expect(offset == Self.largeByteCount)
        #expect(mostHeld < Self.heldByteLimit)
        try await peer.send(.ping)
        #expect(try await peer.message() == .pong)
      }
    }
  }

  @Test func aTransferUnderWayFinishesBeforeGoaway() async throws {
    try await withServer(Behaviour(formByteCount: 1_000)) { listener, log in
      try await RawPeer.connect(to: listener.address) { idle in
        try await idle.send(try hello())
        guard case .welcome = try await idle.message() else {
          Issue.record("no WELCOME")
          return
        }
        try await RawPeer.connect(to: listener.address) { busy in
          try await busy.send(try hello())
          try await busy.send(.get(try get(credit: 100)), request: 1)
          guard case .welcome = try await busy.message(), case .form = try await busy.message()
          else {
            Issue.record("no FORM")
            return
          }
          var bytes = try await busy.data(100)

          async let end: Void = listener.shutDown(grace: .seconds(30))
          let goAway = GoAwayMessage(reason: .shuttingDown, holdOffSeconds: 0)
          #expect(try await idle.message() == .goAway(goAway))
          #expect(try await idle.message() == nil)
          await #expect(throws: (any Error).self) {
            try await RawPeer.connect(to: listener.address) { _ in }
          }

          try await busy.send(.credit(CreditMessage(byteCount: 900)), request: 1)
          bytes += try await busy.data(900)
          #expect(bytes == TestService.formBytes(0..<1_000))
          #expect(try await busy.message() == .goAway(goAway))
          #expect(try await busy.message() == nil)
          await end
        }
      }
    }
  }

  @Test func aTransferThatOutlastsTheGraceIsCut() async throws {
    try await withServer(Behaviour(formByteCount: 1_000)) { listener, log in
      try await RawPeer.connect(to: listener.address) { peer in
        try await peer.send(try hello())
        try await peer.send(.get(try get(credit: 100)), request: 1)
        guard case .welcome = try await peer.message(), case .form = try await peer.message()
        else {
          Issue.record("no FORM")
          return
        }
        _ = try await peer.data(100)
        await listener.shutDown(grace: .milliseconds(20))
        #expect(try await peer.message() == nil)
        let (end, wasAbandoned) = try await log.waitForEnd()
        #expect(end == nil)
        #expect(wasAbandoned)
      }
    }
  }

  @Test func aDeviceThatGoesAwayEndsItsRequest() async throws {
    try await withServer(Behaviour(formByteCount: 1_000)) { listener, log in
      try await RawPeer.connect(to: listener.address) { peer in
        try await peer.send(try hello())
        try await peer.send(.get(try get(credit: 100)), request: 1)
        guard case .welcome = try await peer.message() else {
          Issue.record("no WELCOME")
          return
        }
      }
      let (end, wasAbandoned) = try await log.waitForEnd()
      #expect(end == nil)
      #expect(wasAbandoned)
    }
  }
}

extension ServiceLog {
  /// Waits until no more is asked for over many turns of the event loops. On the loopback nothing
  /// happens between turns while neither side writes or reads.
  fileprivate func producedByteCountStands(on loops: [any EventLoop]) async {
    var last = -1
    var turnCount = 0
    while turnCount < 200 {
      for loop in loops { try? await loop.submit {}.get() }
      turnCount = producedByteCount == last ? turnCount + 1 : 0
      last = producedByteCount
    }
  }
}
