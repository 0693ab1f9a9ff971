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

  /// Bytes of one write, so that a slow device's progress can be seen: see `watchWrites`.
  private static let writeByteCount = 4_096
  private var session: ServerSession
  private let eventLoop: any EventLoop
  private let start: NIODeadline
  private let makeService: (ServerConnection) -> any ConnectionService
  private let refusal: ErrorCode?
  private let writeDeadline: TimeAmount
  private let lingerTime: TimeAmount

  private var context: ChannelHandlerContext?
  private var service: (any ConnectionService)?
  private var queue: [ServerAction] = []
  private var isRunning = false
  private var isClosing = false
  private var wantsRead = false
  /// A `produce` that waits until the channel takes output again; there is at most one.
  private var heldProduce: ServerAction?
  private var timer: (task: Scheduled<Void>, time: Duration)?
  /// Writes that the socket has not taken whole.
  private var openWriteCount = 0
  /// When the socket last took one, or had none to take.
  private var lastWriteProgress = NIODeadline.distantPast
  private var writeTimer: Scheduled<Void>?

  /// A handler for a connection that begins now.
  /// - Parameters:
  ///   - eventLoop: the channel's; its clock is the session's.
  ///   - refusal: answer everything with this error and close.
  ///   - writeDeadline: a device that takes not one write in this time is gone.
  ///   - lingerTime: how long the device may take to read the last frame.
  init(
    session: ServerSession, eventLoop: any EventLoop, refusal: ErrorCode?,
    writeDeadline: TimeAmount, lingerTime: TimeAmount,
    makeService: @escaping (ServerConnection) -> any ConnectionService
  ) {
    self.session = session
    self.eventLoop = eventLoop
    start = eventLoop.now
    self.refusal = refusal
    self.writeDeadline = writeDeadline
    self.lingerTime = lingerTime
    self.makeService = makeService
  }

  /// See ``ServerSession/referralSecret``.
  var referralSecret: KeySecret? { session.referralSecret }

  private var now: Duration { .nanoseconds((eventLoop.now - start).nanoseconds) }

  // MARK: Channel events

  func channelActive(context: ChannelHandlerContext) {
    self.context = context
    // The server was shut down while this connection was being set up.
    guard !session.isClosed else { return context.close(promise: nil) }
    if let refusal {
      apply { session, _ in session.refuse(refusal, retryAfterSeconds: 5) }
    } else {
      service = makeService(
        ServerConnection(
          self, eventLoop: eventLoop,
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
    let isWritable = context.channel.isWritable
    if !isClosing { apply { session, now in session.outputReady(isWritable, at: now) } }
    guard isWritable else { return }
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
    writeTimer?.cancel()
    writeTimer = nil
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
    if openWriteCount == 0 { lastWriteProgress = eventLoop.now }
    let handler = NIOLoopBound(self, eventLoop: eventLoop)
    var buffer = context.channel.allocator.buffer(bytes: bytes)
    while let part = buffer.readSlice(length: min(Self.writeByteCount, buffer.readableBytes)),
      part.readableBytes > 0
    {
      openWriteCount += 1
      let promise = eventLoop.makePromise(of: Void.self)
      promise.futureResult.whenComplete { _ in handler.value.writeEnded() }
      context.write(wrapOutboundOut(part), promise: promise)
    }
    watchWrites()
  }

  private func writeEnded() {
    openWriteCount -= 1
    lastWriteProgress = eventLoop.now
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
    // The time for that begins when the last byte is out; until then the write deadline watches.
    let channel = context.channel
    let eventLoop = eventLoop
    let lingerTime = lingerTime
    let lastByteIsOut = eventLoop.makePromise(of: Void.self)
    lastByteIsOut.futureResult.whenComplete { _ in
      eventLoop.scheduleTask(in: lingerTime) { channel.close(promise: nil) }
    }
    context.close(mode: .output, promise: lastByteIsOut)
  }

  private func finish(_ end: SessionEnd?) {
    service?.closed(end)
    service = nil
    heldProduce = nil
  }

  // MARK: Time

  private func watchDeadline() {
    guard context != nil, !isClosing, let deadline = session.nextDeadline else { return }
    // A timer that is due earlier looks at the clock and sets itself anew; that is cheaper than
    // moving it with every frame.
    if let timer, timer.time <= deadline { return }
    timer?.task.cancel()
    let nanoseconds =
      deadline.components.seconds * 1_000_000_000
      + deadline.components.attoseconds / 1_000_000_000
    let handler = NIOLoopBound(self, eventLoop: eventLoop)
    let task = eventLoop.scheduleTask(deadline: start + .nanoseconds(nanoseconds)) {
      handler.value.timerFired()
    }
    timer = (task, deadline)
  }

  private func timerFired() {
    timer = nil
    apply { session, now in session.deadlineReached(at: now) }
  }

  /// Sets the timer that cuts the connection when the socket takes nothing for ``writeDeadline``.
  /// Like the session's timer it is not moved with every write, but looks when it fires.
  private func watchWrites() {
    guard context != nil, writeTimer == nil, openWriteCount > 0 else { return }
    let handler = NIOLoopBound(self, eventLoop: eventLoop)
    writeTimer = eventLoop.scheduleTask(deadline: lastWriteProgress + writeDeadline) {
      handler.value.writeTimerFired()
    }
  }

  private func writeTimerFired() {
    writeTimer = nil
    guard openWriteCount > 0, lastWriteProgress + writeDeadline <= eventLoop.now else {
      return watchWrites()
    }
    context?.close(promise: nil)
  }
}
