internal import NIOCore
internal import WireProtocol

/// Carries one ``ServerSession`` on a channel: bytes in, bytes out, time. All of it happens on the
/// channel's event loop, and none of it waits.
///
/// Reading stops while the channel takes no output, so a device that does not read cannot make the
/// server hold answers for it.
final class ServerChannelHandler: ChannelInboundHandler {
  typealias InboundIn = ByteBuffer
  typealias OutboundOut = ByteBuffer

  /// Bytes of one write, so that a slow device's progress can be seen.
  private static let writeByteCount = 4_096
  /// A device that takes not one such write in this time is gone (spec/PROTOCOL.md, "Deadlines").
  private static let writeDeadline = TimeAmount.seconds(10)
  /// After the last frame, how long the device may take to read it before the connection is cut.
  private static let lingerTime = TimeAmount.seconds(2)

  private var session: ServerSession
  private let start: NIODeadline
  private let makeService: (ServerConnection) -> any ConnectionService
  private let refusal: ErrorCode?

  private var context: ChannelHandlerContext?
  private var service: (any ConnectionService)?
  private var queue: [ServerAction] = []
  private var isRunning = false
  private var isClosing = false
  private var wantsRead = false
  /// A `produce` that waits until the channel takes output again; there is at most one.
  private var heldProduce: ServerAction?
  private var timer: (task: Scheduled<Void>, time: Duration)?
  private var writeTimer: Scheduled<Void>?

  /// - Parameter refusal: answer everything with this error and close.
  init(
    session: ServerSession, start: NIODeadline, refusal: ErrorCode?,
    makeService: @escaping (ServerConnection) -> any ConnectionService
  ) {
    self.session = session
    self.start = start
    self.refusal = refusal
    self.makeService = makeService
  }

  private var now: Duration { .nanoseconds((NIODeadline.now() - start).nanoseconds) }

  // MARK: Channel events

  func channelActive(context: ChannelHandlerContext) {
    self.context = context
    if let refusal {
      apply { session, _ in session.refuse(refusal, retryAfterSeconds: 5) }
    } else {
      service = makeService(
        ServerConnection(
          self, eventLoop: context.eventLoop,
          peer: context.remoteAddress.map(\.description) ?? "unknown"))
      watchDeadline()
    }
    context.read()
  }

  func channelRead(context: ChannelHandlerContext, data: NIOAny) {
    let buffer = unwrapInboundIn(data)
    guard !isClosing else { return }
    apply { session, now in session.received(Array(buffer.readableBytesView), at: now) }
  }

  func channelReadComplete(context: ChannelHandlerContext) {
    if context.channel.isWritable { context.read() } else { wantsRead = true }
  }

  func channelWritabilityChanged(context: ChannelHandlerContext) {
    guard context.channel.isWritable else {
      watchWrites()
      return
    }
    writeTimer?.cancel()
    writeTimer = nil
    if let produce = heldProduce {
      heldProduce = nil
      service?.perform(produce)
    }
    if wantsRead {
      wantsRead = false
      context.read()
    }
  }

  func channelInactive(context: ChannelHandlerContext) {
    if !isClosing { apply { session, _ in session.connectionLost() } }
    finish(nil)
    timer?.task.cancel()
    timer = nil
    self.context = nil
  }

  func errorCaught(context: ChannelHandlerContext, error: any Error) {
    // A reset or a failed write: channelInactive follows.
    context.close(promise: nil)
  }

  func userInboundEventTriggered(context: ChannelHandlerContext, event: Any) {
    if event is ShutDown {
      apply { session, now in session.shutDown(at: now) }
    } else {
      context.fireUserInboundEventTriggered(event)
    }
  }

  /// Sent through the pipeline when the server ends: say GOAWAY after the request in flight.
  struct ShutDown: Sendable {}

  // MARK: Actions

  /// Gives the session an event and does what it wants, in order; answers that come while this
  /// runs wait for their turn.
  func apply(_ body: (inout ServerSession, Duration) -> [ServerAction]) {
    queue += body(&session, now)
    guard !isRunning else { return }
    isRunning = true
    var index = 0
    while index < queue.count {
      let action = queue[index]
      index += 1
      run(action)
    }
    queue.removeAll(keepingCapacity: false)
    isRunning = false
    context?.flush()
    watchDeadline()
  }

  private func run(_ action: ServerAction) {
    switch action {
    case .send(let bytes): write(bytes)
    case .close(let end): close(end)
    case .produce:
      if context?.channel.isWritable ?? false {
        service?.perform(action)
      } else {
        heldProduce = action
      }
    case .abandon:
      heldProduce = nil
      service?.perform(action)
    default: service?.perform(action)
    }
  }

  private func write(_ bytes: [UInt8]) {
    guard let context else { return }
    var buffer = context.channel.allocator.buffer(bytes: bytes)
    while let part = buffer.readSlice(length: min(Self.writeByteCount, buffer.readableBytes)),
      part.readableBytes > 0
    {
      context.write(wrapOutboundOut(part), promise: nil)
    }
  }

  private func close(_ end: SessionEnd) {
    guard let context, !isClosing else { return }
    isClosing = true
    timer?.task.cancel()
    timer = nil
    finish(end)
    context.flush()
    // The peer's unread bytes would turn a full close into a reset, and the reset would take our
    // last frame with it: close our half, and read on until the peer closes its own.
    context.close(mode: .output, promise: nil)
    let channel = context.channel
    context.eventLoop.scheduleTask(in: Self.lingerTime) { channel.close(promise: nil) }
  }

  private func finish(_ end: SessionEnd?) {
    service?.closed(end)
    service = nil
    heldProduce = nil
    writeTimer?.cancel()
    writeTimer = nil
  }

  // MARK: Time

  private func watchDeadline() {
    guard let context, !isClosing, let deadline = session.nextDeadline else { return }
    // A timer that is due earlier looks at the clock and sets itself anew; that is cheaper than
    // moving it with every frame.
    if let timer, timer.time <= deadline { return }
    timer?.task.cancel()
    let nanoseconds =
      deadline.components.seconds * 1_000_000_000
      + deadline.components.attoseconds / 1_000_000_000
    let handler = NIOLoopBound(self, eventLoop: context.eventLoop)
    let task = context.eventLoop.scheduleTask(deadline: start + .nanoseconds(nanoseconds)) {
      handler.value.timerFired()
    }
    timer = (task, deadline)
  }

  private func timerFired() {
    timer = nil
    apply { session, now in session.deadlineReached(at: now) }
  }

  private func watchWrites() {
    guard let context, writeTimer == nil else { return }
    let channel = context.channel
    writeTimer = context.eventLoop.scheduleTask(in: Self.writeDeadline) {
      channel.close(promise: nil)
    }
  }
}
