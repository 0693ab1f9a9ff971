import NIOCore
import NIOEmbedded
import Testing
import WireProtocol

@testable import Transport

/// A device that takes no output is gone after the write deadline (spec/PROTOCOL.md, FORME-8-8).
/// Time is an embedded event loop's, and the socket takes what the test lets it take.
@Suite struct WriteDeadlineTests {
  /// Stands where the socket would: keeps what is written.
  private final class Socket: ChannelOutboundHandler {
    typealias OutboundIn = ByteBuffer

    private(set) var waiting: [EventLoopPromise<Void>] = []

    func write(context: ChannelHandlerContext, data: NIOAny, promise: EventLoopPromise<Void>?) {
      if let promise { waiting.append(promise) }
    }

    func flush(context: ChannelHandlerContext) {}

    /// Half a close waits for what is to be written before it: for ever, as far as this test goes.
    func close(context: ChannelHandlerContext, mode: CloseMode, promise: EventLoopPromise<Void>?) {
      if mode == .output {
        if let promise { waiting.append(promise) }
      } else {
        context.close(mode: mode, promise: promise)
      }
    }

    /// The device takes the oldest writes.
    func take(_ count: Int) {
      for promise in waiting.prefix(count) { promise.succeed() }
      waiting.removeFirst(count)
    }

    func handlerRemoved(context: ChannelHandlerContext) {
      for promise in waiting { promise.fail(ChannelError.alreadyClosed) }
    }
  }

  /// Does nothing but note the end.
  private final class Service: ConnectionService {
    private(set) var ends: [SessionEnd?] = []

    func perform(_ action: ServerAction) {}
    func closed(_ end: SessionEnd?) { ends.append(end) }
  }

  private static let deadline = TimeAmount.seconds(10)

  private let channel = EmbeddedChannel()
  private let socket = Socket()
  private let service = Service()

  /// A connection on which WELCOME waits for the device.
  init() throws {
    let settings = ServerListener.Settings(
      address: ServerAddress(host: "127.0.0.1", port: 0), connectionLimit: 1)
    try #require(settings.writeDeadline == .seconds(10))
    let session = ServerSession(
      settings: settings.session, nonce: Array(repeating: 0, count: 32), unixTime: 0, now: .zero)
    let service = service
    try channel.pipeline.syncOperations.addHandlers([
      socket,
      ServerChannelHandler(
        session: session, eventLoop: channel.embeddedEventLoop, refusal: nil,
        writeDeadline: TimeAmount(settings.writeDeadline),
        lingerTime: TimeAmount(settings.lingerTime), makeService: { _ in service }),
    ])
    try channel.connect(to: try SocketAddress(ipAddress: "127.0.0.1", port: 1)).wait()
    try send(
      .hello(HelloMessage(maxFrame: 248, keepAliveSeconds: 60, deviceID: [], formKeys: [])))
    try #require(socket.waiting.count == 1)
  }

  private func send(_ message: Message) throws {
    let bytes = FrameEncoder(maxFrame: 248, usesCRC32: false).encode(message, request: 0)
    try channel.writeInbound(ByteBuffer(bytes: bytes))
  }

  private func pass(_ time: TimeAmount) { channel.embeddedEventLoop.advanceTime(by: time) }

  @Test func aDeviceThatTakesNothingIsGoneAtTheDeadline() throws {
    pass(Self.deadline - .nanoseconds(1))
    #expect(channel.isActive && service.ends.isEmpty)
    pass(.nanoseconds(1))
    #expect(!channel.isActive && service.ends == [nil])
  }

  /// More to write is no sign of life, nor is what the device sends.
  @Test func whatTheDeviceSendsDoesNotCount() throws {
    for _ in 0..<9 {
      pass(.seconds(1))
      try send(.ping)
    }
    #expect(socket.waiting.count == 10)
    pass(.seconds(1) - .nanoseconds(1))
    #expect(channel.isActive)
    pass(.nanoseconds(1))
    #expect(!channel.isActive)
  }

  @Test func everyWriteThatIsTakenBeginsTheTimeAnew() throws {
    for _ in 0..<3 { try send(.ping) }
    for _ in 0..<3 {
      pass(Self.deadline - .nanoseconds(1))
      socket.take(1)
    }
    pass(Self.deadline - .nanoseconds(1))
    #expect(channel.isActive)
    pass(.nanoseconds(1))
    #expect(!channel.isActive && service.ends == [nil])
  }

  @Test func nothingIsOwedWhenAllIsTaken() throws {
    pass(.seconds(9))
    socket.take(1)
    pass(.seconds(60))
    #expect(channel.isActive && service.ends.isEmpty)
    // And the time of the next write does not count from the last one.
    try send(.ping)
    pass(Self.deadline - .nanoseconds(1))
    #expect(channel.isActive)
    pass(.nanoseconds(1))
    #expect(!channel.isActive)
  }

  /// The last frame has the same time to leave as any other.
  @Test func aGoodbyeThatIsNotTakenEndsAsWell() throws {
    socket.take(1)
    pass(.seconds(90))
    // GOAWAY and the end of the output, after 1.5 times the keep-alive.
    #expect(socket.waiting.count == 2)
    let end = SessionEnd.goAway(GoAwayMessage(reason: .idle, holdOffSeconds: 0))
    #expect(service.ends == [end])
    pass(Self.deadline - .nanoseconds(1))
    #expect(channel.isActive)
    pass(.nanoseconds(1))
    #expect(!channel.isActive && service.ends == [end])
  }
}
