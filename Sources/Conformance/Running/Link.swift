internal import NIOCore
internal import NIOPosix
internal import Transport
internal import WireProtocol

/// One stream of bytes, in and out, with a limit for every wait.
final class Link: Sendable {
  private let channel: any Channel
  private let inbox: Mailbox<[UInt8]>

  private init(_ channel: any Channel, _ inbox: Mailbox<[UInt8]>) {
    self.channel = channel
    self.inbox = inbox
  }

  /// Makes the link of a channel, on its event loop.
  fileprivate static func wrap(_ channel: any Channel) throws -> Link {
    let mailbox = Mailbox<[UInt8]>()
    try channel.pipeline.syncOperations.addHandler(Reader(mailbox))
    return Link(channel, mailbox)
  }

  /// Connects to a server.
  static func connect(to address: ServerAddress, within limit: Duration) async throws -> Link {
    let mailbox = Mailbox<Link>()
    _ = try await ClientBootstrap(group: .singletonMultiThreadedEventLoopGroup)
      .connectTimeout(TimeAmount(limit))
      .channelOption(.socketOption(.tcp_nodelay), value: 1)
      .channelInitializer { channel in
        channel.eventLoop.makeCompletedFuture {
          let link = try Link.wrap(channel)
          mailbox.put(link)
        }
      }
      .connect(host: address.host, port: address.port).get()
    guard case .element(let link) = await mailbox.next(within: limit) else {
      throw ChannelError.connectTimeout(TimeAmount(limit))
    }
    return link
  }

  /// This end's address, of 4 or 16 bytes, and its port; `nil` of a link that has ended.
  var localAddress: (host: [UInt8], port: UInt16)? {
    guard let address = channel.localAddress, let text = address.ipAddress,
      let host = ReferMessage.Host(text), let port = address.port
    else { return nil }
    return (host.bytes, UInt16(truncatingIfNeeded: port))
  }

  /// The next bytes.
  func receive(within limit: Duration) async -> Arrival<[UInt8]> {
    await inbox.next(within: limit)
  }

  /// Sends bytes; what a peer that has closed does not take is lost without a word, since what it
  /// said before is what counts.
  func send(_ bytes: [UInt8]) async {
    try? await channel.writeAndFlush(ByteBuffer(bytes: bytes)).get()
  }

  /// Closes both halves.
  func close() async { try? await channel.close().get() }
}

/// Puts what a channel reads into its mailbox.
private final class Reader: ChannelInboundHandler {
  typealias InboundIn = ByteBuffer

  /// More than any sequence waits for: a peer that sends without end is cut off.
  private static let heldBufferLimit = 65_536

  private let mailbox: Mailbox<[UInt8]>

  init(_ mailbox: Mailbox<[UInt8]>) { self.mailbox = mailbox }

  func channelRead(context: ChannelHandlerContext, data: NIOAny) {
    mailbox.put(Array(unwrapInboundIn(data).readableBytesView))
    if mailbox.count > Self.heldBufferLimit { context.close(promise: nil) }
  }

  func channelInactive(context: ChannelHandlerContext) { mailbox.finish() }

  func errorCaught(context: ChannelHandlerContext, error: any Error) {
    context.close(promise: nil)
  }
}

/// Listens for a client under test.
final class Listener: Sendable {
  private let channel: any Channel
  private let links: Mailbox<Link>

  private init(_ channel: any Channel, _ links: Mailbox<Link>) {
    self.channel = channel
    self.links = links
  }

  /// Where it listens; the port is never 0.
  var port: Int { channel.localAddress?.port ?? 0 }

  static func bind(to address: ServerAddress) async throws -> Listener {
    let links = Mailbox<Link>()
    let channel = try await ServerBootstrap(group: .singletonMultiThreadedEventLoopGroup)
      .serverChannelOption(.socketOption(.so_reuseaddr), value: 1)
      .childChannelOption(.socketOption(.tcp_nodelay), value: 1)
      .childChannelInitializer { channel in
        channel.eventLoop.makeCompletedFuture {
          let link = try Link.wrap(channel)
          links.put(link)
        }
      }
      .bind(host: address.host, port: address.port).get()
    return Listener(channel, links)
  }

  /// The next connection; `nil` when none came.
  func accept(within limit: Duration) async -> Link? {
    if case .element(let link) = await links.next(within: limit) { link } else { nil }
  }

  func close() async { try? await channel.close().get() }
}
