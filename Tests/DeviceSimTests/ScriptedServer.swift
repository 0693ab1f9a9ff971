import Dispatch
import NIOCore
import NIOPosix
import Synchronization
import Transport
import WireProtocol

/// A server on loopback that answers as a test says, right or wrong.
final class ScriptedServer: Sendable {
  /// What the device said.
  struct Question {
    /// Connections before this one.
    let connection: Int
    /// Messages of this connection before this one.
    let index: Int
    let message: Message
  }

  /// What the server does about it.
  enum Step {
    /// One message that echoes the request's number; DATA and LISTING may be the last.
    case send(Message, last: Bool = true)
    /// A message of request 0.
    case sayUnasked(Message)
    /// Bytes as they are.
    case sendBytes([UInt8])
    /// Reads nothing any more.
    case stopReading
    case close
  }

  let address: ServerAddress
  private let channel: any Channel
  private let accepted = Counter()

  /// How many connections were made.
  var connectionCount: Int { accepted.count }

  /// - Parameter answer: called for every message but HELLO, which is answered with WELCOME.
  init(
    welcome flags: WelcomeMessage.Flags = [],
    _ answer: @escaping @Sendable (Question) -> [Step]
  ) async throws {
    channel = try await ServerBootstrap(group: .singletonMultiThreadedEventLoopGroup)
      // Small, so that a device soon notices when nothing is read.
      .childChannelOption(.socketOption(.so_rcvbuf), value: 16_384)
      .childChannelInitializer { [accepted] channel in
        let connection = accepted.next()
        return channel.eventLoop.makeCompletedFuture {
          try channel.pipeline.syncOperations.addHandler(
            Handler(connection: connection, welcome: flags, answer: answer))
        }
      }
      .bind(host: "127.0.0.1", port: 0).get()
    guard let port = channel.localAddress?.port else { throw NoPort() }
    address = ServerAddress(host: "127.0.0.1", port: port)
  }

  deinit { channel.close(promise: nil) }

  private struct NoPort: Error {}
}

/// Runs a device on a thread of its own: the tests that draw keep the others busy for longer than its
/// deadlines.
func withDeviceThread<Value>(_ body: () async throws -> Value) async rethrows -> Value {
  try await withTaskExecutorPreference(DeviceThread(), operation: body)
}

private final class DeviceThread: TaskExecutor {
  private let queue = DispatchQueue(label: "forme.test.device")

  func enqueue(_ job: consuming ExecutorJob) {
    let job = UnownedJob(job)
    // The closure holds the executor for as long as the job runs on it.
    queue.async { unsafe job.runSynchronously(on: self.asUnownedTaskExecutor()) }
  }
}

/// Counts from 0 on, on any thread.
final class Counter: Sendable {
  private let value = Mutex(0)

  var count: Int { value.withLock(\.self) }

  func next() -> Int {
    value.withLock { value in
      defer { value += 1 }
      return value
    }
  }
}

private final class Handler: ChannelInboundHandler {
  typealias InboundIn = ByteBuffer
  typealias OutboundOut = ByteBuffer

  private let connection: Int
  private let welcome: WelcomeMessage.Flags
  private let answer: (ScriptedServer.Question) -> [ScriptedServer.Step]
  private var decoder = FrameDecoder(maxFrame: 0xFFFF)
  private let encoder = FrameEncoder(maxFrame: 0xFFFF, usesCRC32: true)
  private var messageCount = 0

  init(
    connection: Int, welcome: WelcomeMessage.Flags,
    answer: @escaping (ScriptedServer.Question) -> [ScriptedServer.Step]
  ) {
    self.connection = connection
    self.welcome = welcome
    self.answer = answer
  }

  func channelRead(context: ChannelHandlerContext, data: NIOAny) {
    var input = Array(unwrapInboundIn(data).readableBytesView)[...]
    do {
      while let frame = try decoder.next(from: &input) {
        guard let message = try Message(frame) else { continue }
        if case .hello = message {
          let welcome = WelcomeMessage(
            flags: welcome, maxFrame: 0xFFFF, keepAliveSeconds: 60, unixTime: 0,
            nonce: Array(repeating: 0, count: WelcomeMessage.nonceByteCount))
          write(encoder.encode(.welcome(welcome), request: 0), context)
        } else {
          let question = ScriptedServer.Question(
            connection: connection, index: messageCount, message: message)
          messageCount += 1
          for step in answer(question) { perform(step, request: frame.request, context) }
        }
      }
    } catch {
      // The device is at fault: that must not pass for an answer.
      context.close(promise: nil)
    }
  }

  private func perform(
    _ step: ScriptedServer.Step, request: UInt16, _ context: ChannelHandlerContext
  ) {
    switch step {
    case .send(let message, let isLast):
      let hasLast = message.type == .data || message.type == .listing
      write(
        encoder.encode(message, flags: hasLast && isLast ? .last : [], request: request), context)
    case .sayUnasked(let message): write(encoder.encode(message, request: 0), context)
    case .sendBytes(let bytes): write(bytes, context)
    case .stopReading: context.channel.setOption(.autoRead, value: false).whenFailure { _ in }
    case .close: context.close(promise: nil)
    }
  }

  private func write(_ bytes: [UInt8], _ context: ChannelHandlerContext) {
    context.writeAndFlush(wrapOutboundOut(ByteBuffer(bytes: bytes)), promise: nil)
  }
}
