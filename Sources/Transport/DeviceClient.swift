package import Capabilities
internal import NIOCore
internal import NIOPosix
package import WireProtocol

/// One connection to a server, from a device's side: a ``DeviceSession`` on a socket, used from one
/// task, one request after the other.
package final class DeviceClient {
  /// What arrives while a form is fetched.
  package enum FormEvent {
    /// FORM; data follows when its status is `ok`.
    case form(FormMessage)
    /// REFER instead of it: another server transmits the form. Nothing follows.
    case referred(ReferMessage)
    /// The next bytes of the form.
    case data([UInt8])
  }

  private var session: DeviceSession
  private let channel: any Channel
  private var inbound: NIOAsyncChannelInboundStream<ByteBuffer>.AsyncIterator
  private let outbound: NIOAsyncChannelOutboundWriter<ByteBuffer>
  private let start = NIODeadline.now()
  /// How long the server may take nothing of what is sent, where the session sets no deadline.
  private let writeDeadline: Duration
  private var actions: [DeviceAction] = []
  /// The newest that was told of each watched name and is not asked for yet, oldest first.
  private var notifications: [NotifyMessage] = []
  /// Why GET cannot be answered on this connection.
  private var capabilitiesRefusal: ErrorMessage?

  private init(
    _ session: DeviceSession, writeDeadline: Duration, channel: any Channel,
    inbound: NIOAsyncChannelInboundStream<ByteBuffer>,
    outbound: NIOAsyncChannelOutboundWriter<ByteBuffer>
  ) {
    self.session = session
    self.writeDeadline = writeDeadline
    self.channel = channel
    self.inbound = inbound.makeAsyncIterator()
    self.outbound = outbound
  }

  /// Connects, runs `body`, and closes.
  /// - Parameters:
  ///   - key: proven to the server, which must prove that it holds it as well; then everything that
  ///     both sides say is authenticated.
  ///   - connectDeadline: how long the server may take to accept the connection.
  /// - Throws: ``DeviceClientError``; what `body` throws.
  package static func withConnection<Value: Sendable>(
    to address: ServerAddress, settings: DeviceSession.Settings, capabilities: [Capability] = [],
    key: PresharedKey? = nil, connectDeadline: Duration = .seconds(10),
    _ body: (DeviceClient) async throws -> Value
  ) async throws -> Value {
    let channel: NIOAsyncChannel<ByteBuffer, ByteBuffer>
    do {
      channel = try await ClientBootstrap(group: .singletonMultiThreadedEventLoopGroup)
        .connectTimeout(TimeAmount(connectDeadline))
        .channelOption(.socketOption(.tcp_nodelay), value: 1)
        .connect(host: address.host, port: address.port) { channel in
          channel.eventLoop.makeCompletedFuture {
            try NIOAsyncChannel(wrappingChannelSynchronously: channel)
          }
        }
    } catch {
      throw DeviceClientError.lost("cannot connect to \(address) (\(reason(error)))")
    }
    let session = DeviceSession(
      settings: settings, capabilities: capabilities,
      proofSeed: key.map { ProofSeed(key: $0, nonce: randomNonce()) })
    return try await channel.executeThenClose { inbound, outbound in
      let client = DeviceClient(
        session, writeDeadline: settings.answerDeadline, channel: channel.channel,
        inbound: inbound, outbound: outbound)
      try await client.begin()
      return try await body(client)
    }
  }

  /// GET: gives what arrives to `take`, and more credit for what it has taken.
  /// - Parameter takesPatches: false for a device that cannot lay a patch into what it shows. When
  ///   the server offers one, the form is asked for whole, and `take` learns of that one only.
  package func get(
    _ get: GetMessage, takesPatches: Bool = false, _ take: (FormEvent) async throws -> Void
  ) async throws {
    actions += session.get(get, at: now)
    while true {
      switch try await next() {
      case .form(let form) where form.status == .patch && !takesPatches:
        try await cancel()
        let whole = GetMessage(
          reference: get.reference, partial: get.partial, offset: get.offset, credit: get.credit)
        return try await self.get(whole, take)
      case .form(let form):
        try await take(.form(form))
        if !form.status.hasData { return }
      case .referred(let refer): return try await take(.referred(refer))
      case .data(_, let bytes):
        try await take(.data(bytes))
        actions += session.consumed(byteCount: bytes.count, at: now)
      case .formComplete: return
      default: break
      }
    }
  }

  /// What to prove to a server that REFER names; `nil` without a key.
  package var referralSecret: KeySecret? { session.referralSecret }

  /// PUT: `read` is asked for the picture's bytes from wherever the server stands.
  package func put(
    _ put: PutMessage, _ read: (_ offset: Int, _ byteCount: Int) async throws -> [UInt8]
  ) async throws -> StoredMessage {
    actions += session.put(put, at: now)
    while true {
      switch try await next() {
      case .upload(let offset, let byteCount):
        actions += session.uploadBytes(try await read(offset, byteCount), at: now)
      case .stored(let stored): return stored
      default: break
      }
    }
  }

  /// LIST: one page.
  package func list(
    _ list: ListMessage
  ) async throws -> (entries: [ListingMessage.Entry], isLast: Bool) {
    actions += session.list(list, at: now)
    while true {
      if case .listing(let entries, let isLast) = try await next() { return (entries, isLast) }
    }
  }

  /// REMOVE.
  package func remove(_ name: ImageName) async throws {
    actions += session.remove(name, at: now)
    while true {
      if case .removed = try await next() { return }
    }
  }

  /// WATCH: from now on ``notification(within:)`` tells of these names, instead of earlier ones.
  package func watch(_ names: [ImageName]) async throws {
    actions += session.watch(WatchMessage(names: names), at: now)
    while true {
      if case .watching = try await next() { break }
    }
    notifications.removeAll { !names.contains($0.name) }
  }

  /// Ends a wait of ``notification(within:)`` from anywhere.
  package struct Bell: Sendable {
    fileprivate let channel: any Channel

    /// The wait that is under way, or the next one, ends soon.
    package func ring() {
      channel.eventLoop.execute { [channel] in DeviceClient.interrupt(channel) }
    }
  }

  /// This connection's bell.
  package var bell: Bell { Bell(channel: channel) }

  /// Waits for news of a watched name, also such as came during a request, and keeps the connection
  /// alive meanwhile. Of several changes to one name only the newest is told.
  /// - Returns: `nil` when there were none for `limit`, or the bell rang.
  package func notification(within limit: Duration? = nil) async throws -> NotifyMessage? {
    let end = limit.map { now + $0 }
    var isInterrupted = false
    while true {
      // Nothing is in flight: what comes by here beside news is PONG.
      while try await nextQueued() != nil {}
      if !notifications.isEmpty { return notifications.removeFirst() }
      if isInterrupted { return nil }
      if let end, end <= now { return nil }
      isInterrupted = try await receive(until: end)
    }
  }

  /// ORIGIN: what follows is asked for another device. Only for a front, of a back.
  /// - Parameter capabilities: what that device can show, in the order of the keys in `origin`.
  package func originate(_ origin: OriginMessage, capabilities: [Capability]) async throws {
    try await finishHandshake()
    capabilitiesRefusal = nil
    actions += session.originate(origin, capabilities: capabilities, at: now)
  }

  /// CAPABILITIES of the device that was told last, for a back that does not know its kinds.
  package func describe() async throws {
    actions += session.describe(at: now)
    try await finishHandshake()
    if let capabilitiesRefusal { throw DeviceClientError.refused(capabilitiesRefusal) }
  }

  /// Waits until requests may follow.
  private func finishHandshake() async throws {
    while try await nextQueued() != nil {}
    while !session.isOpen {
      try await receive()
      while try await nextQueued() != nil {}
    }
  }

  /// CANCEL of a GET, and its end; what came of it is dropped.
  private func cancel() async throws {
    actions += session.cancel(at: now)
    do {
      while true {
        // The last byte was here already, so that nothing was left to be cancelled.
        if case .formComplete = try await next() { return }
      }
    } catch DeviceClientError.refused(let message) where message.code == .cancelled {
      return
    }
  }

  // MARK: The session

  private var now: Duration { Duration(NIODeadline.now() - start) }

  private func begin() async throws { actions += session.connected(at: now) }

  /// The next thing that the caller has to know; sends what the session wants sent before it.
  private func next() async throws -> DeviceAction {
    while true {
      if let action = try await nextQueued() { return action }
      try await receive()
    }
  }

  /// The same without waiting for more from the server.
  private func nextQueued() async throws -> DeviceAction? {
    while !actions.isEmpty {
      let action = actions.removeFirst()
      switch action {
      case .send(let bytes): try await send(bytes)
      case .capabilitiesRefused(let message): capabilitiesRefusal = message
      case .notified(let news):
        // As many as names are watched, however often they change.
        notifications.removeAll { $0.name == news.name }
        notifications.append(news)
      case .failed(let message): throw refusal(message)
      case .close(let end): throw DeviceClientError.ended(end)
      default: return action
      }
    }
    return nil
  }

  /// NO_CAPABILITIES says less than the refusal before it, whichever request that came in.
  private func refusal(_ message: ErrorMessage) -> DeviceClientError {
    guard message.code == .noCapabilities, let capabilitiesRefusal else { return .refused(message) }
    return .refused(capabilitiesRefusal)
  }

  private func send(_ bytes: [UInt8]) async throws {
    // While an upload waits for this very write the server owes nothing: the session has no deadline.
    let deadline = session.nextDeadline ?? now + writeDeadline
    do {
      try await withDeadline(deadline) { try await outbound.write(ByteBuffer(bytes: bytes)) }
    } catch {
      // A session that has ended says why itself; that action is next in the queue.
      guard !session.isClosed else { return }
      guard session.nextDeadline != nil || now < deadline else {
        throw DeviceClientError.lost("the server took nothing for \(writeDeadline)")
      }
      // What the server said before it closed tells more than the failed write.
      try await receive()
    }
  }

  /// Waits for bytes, but not beyond `end` or the session's next deadline.
  /// - Returns: true when neither was the reason to stop waiting.
  @discardableResult private func receive(until end: Duration? = nil) async throws -> Bool {
    let time = [session.nextDeadline, end].compactMap(\.self).min()
    let timer = time.map { time in
      channel.eventLoop.scheduleTask(deadline: start + TimeAmount(time)) { [channel] in
        Self.interrupt(channel)
      }
    }
    defer { timer?.cancel() }
    let buffer: ByteBuffer?
    do { buffer = try await inbound.next() } catch {
      throw DeviceClientError.lost(Self.reason(error))
    }
    if let buffer { actions += session.received(Array(buffer.readableBytesView), at: now) }
    let late = session.deadlineReached(at: now)
    actions += late
    guard buffer != nil || !late.isEmpty else {
      throw DeviceClientError.lost("the server closed it")
    }
    // A server that is late may take nothing either: the session's last words do not wait for it.
    if session.isClosed, !late.isEmpty { channel.close(promise: nil) }
    return buffer?.readableBytes == 0 && time.map { now < $0 } ?? true
  }

  /// No bytes arrive: that ends a wait for some, and nothing else. On the event loop.
  private static func interrupt(_ channel: any Channel) {
    channel.pipeline.syncOperations.fireChannelRead(NIOAny(ByteBuffer()))
    channel.pipeline.syncOperations.fireChannelReadComplete()
  }

  /// Runs `body`, and closes the channel, which ends every wait for it, once `deadline` has passed.
  private func withDeadline(_ deadline: Duration, _ body: () async throws -> Void) async throws {
    let timer = channel.eventLoop.scheduleTask(deadline: start + TimeAmount(deadline)) {
      [channel] in channel.close(promise: nil)
    }
    defer { timer.cancel() }
    try await body()
  }

  private static func reason(_ error: any Error) -> String {
    switch error {
    case let error as IOError: String(describing: error)
    case let error as NIOConnectionError:
      error.connectionErrors.first.map { String(describing: $0.error) } ?? "no address for it"
    default: String(describing: error)
    }
  }
}
