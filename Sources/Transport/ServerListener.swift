internal import NIOConcurrencyHelpers
package import NIOCore
internal import NIOPosix
package import WireProtocol

/// Accepts connections and gives each its session and its service.
package final class ServerListener: Sendable {
  /// What the listener needs to know.
  package struct Settings: Sendable {
    /// Where to listen; port 0 picks a free one.
    package var address: ServerAddress
    /// The most connections at once; one more is told TOO_MANY_CONNECTIONS.
    package var connectionLimit: Int
    /// What every session grants.
    package var session = ServerSession.Settings()
    /// A device that takes nothing of what waits for it in this time is gone (spec/PROTOCOL.md,
    /// "Deadlines").
    package var writeDeadline = Duration.seconds(10)
    /// How long a device may take to read the last frame before the connection is cut.
    package var lingerTime = Duration.seconds(2)

    /// Settings with the protocol's own defaults.
    package init(address: ServerAddress, connectionLimit: Int) {
      self.address = address
      self.connectionLimit = connectionLimit
    }
  }

  /// Bytes waiting for a slow device beyond which nothing more is made for it.
  private static let waterMark = ChannelOptions.Types.WriteBufferWaterMark(
    low: 16_384, high: 65_536)

  /// Where connections are accepted, with the port that was picked.
  package let address: ServerAddress

  private let channel: any Channel
  private let connections: Connections

  private init(channel: any Channel, address: ServerAddress, connections: Connections) {
    self.channel = channel
    self.address = address
    self.connections = connections
  }

  /// Begins to accept connections.
  /// - Parameters:
  ///   - mustProve: whether strangers may do nothing, so that devices must prove that they hold a
  ///     key; asked once for each connection, on its event loop.
  ///   - unixTime: seconds since 1970, asked once for each connection.
  ///   - makeService: called on the connection's event loop.
  /// - Throws: what the system says when it cannot listen there.
  package static func start(
    _ settings: Settings, on group: any EventLoopGroup,
    mustProve: @escaping @Sendable () -> Bool = { false },
    unixTime: @escaping @Sendable () -> UInt64,
    makeService: @escaping @Sendable (ServerConnection) -> any ConnectionService
  ) async throws -> ServerListener {
    let connections = Connections(limit: settings.connectionLimit)
    let channel = try await ServerBootstrap(group: group)
      .serverChannelOption(.socketOption(.so_reuseaddr), value: 1)
      .serverChannelOption(.backlog, value: 1_024)
      .childChannelOption(.socketOption(.tcp_nodelay), value: 1)
      .childChannelOption(.autoRead, value: false)
      .childChannelOption(.maxMessagesPerRead, value: 1)
      .childChannelOption(.writeBufferWaterMark, value: waterMark)
      .childChannelOption(
        .recvAllocator,
        value: AdaptiveRecvByteBufferAllocator(minimum: 256, initial: 1_024, maximum: 65_536)
      )
      .childChannelInitializer { channel in
        channel.eventLoop.makeCompletedFuture {
          let session = ServerSession(
            settings: settings.session, mustProve: mustProve(), nonce: randomNonce(),
            unixTime: unixTime(), now: .zero)
          let isAdmitted = connections.enter(channel)
          let handler = ServerChannelHandler(
            session: session, eventLoop: channel.eventLoop,
            refusal: isAdmitted ? nil : .tooManyConnections,
            writeDeadline: TimeAmount(settings.writeDeadline),
            lingerTime: TimeAmount(settings.lingerTime), makeService: makeService)
          try channel.pipeline.syncOperations.addHandler(handler)
        }
      }
      .bind(host: settings.address.host, port: settings.address.port).get()
    let port = channel.localAddress?.port ?? settings.address.port
    return ServerListener(
      channel: channel, address: ServerAddress(host: settings.address.host, port: port),
      connections: connections)
  }

  /// Stops accepting, tells every device GOAWAY once its request is answered, and waits until all
  /// are gone or `grace` has passed.
  package func shutDown(grace: Duration) async {
    try? await channel.close()
    await connections.drain(grace: grace)
  }
}

/// The connections there are, counted and bounded.
private final class Connections: Sendable {
  private struct State {
    var channels: [ObjectIdentifier: any Channel] = [:]
    /// Those that were refused and read their goodbye: they keep nobody out.
    var refused: Set<ObjectIdentifier> = []
    var waiter: CheckedContinuation<Void, Never>?
  }

  private let limit: Int
  private let state = NIOLockedValueBox(State())

  init(limit: Int) { self.limit = limit }

  /// Counts a connection until it closes.
  /// - Returns: false when there are too many; it is kept for the goodbye, and not counted.
  func enter(_ channel: any Channel) -> Bool {
    let id = ObjectIdentifier(channel)
    let isAdmitted = state.withLockedValue { state in
      let isAdmitted = state.channels.count - state.refused.count < limit
      state.channels[id] = channel
      if !isAdmitted { state.refused.insert(id) }
      return isAdmitted
    }
    channel.closeFuture.whenComplete { _ in self.leave(id) }
    return isAdmitted
  }

  private func leave(_ id: ObjectIdentifier) {
    let waiter = state.withLockedValue { state in
      state.channels[id] = nil
      state.refused.remove(id)
      guard state.channels.isEmpty else { return nil as CheckedContinuation<Void, Never>? }
      defer { state.waiter = nil }
      return state.waiter
    }
    waiter?.resume()
  }

  /// Asks all to go, and closes those that are left after `grace`.
  func drain(grace: Duration) async {
    for channel in current {
      channel.pipeline.fireUserInboundEventTriggered(ServerChannelHandler.ShutDown())
    }
    let guillotine = Task {
      try await Task.sleep(for: grace)
      for channel in current { channel.close(promise: nil) }
    }
    await withCheckedContinuation { continuation in
      let isEmpty = state.withLockedValue { state in
        guard !state.channels.isEmpty else { return true }
        state.waiter = continuation
        return false
      }
      if isEmpty { continuation.resume() }
    }
    guillotine.cancel()
  }

  private var current: [any Channel] { state.withLockedValue { Array($0.channels.values) } }
}
