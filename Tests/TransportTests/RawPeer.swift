import NIOCore
import NIOPosix
import Transport
import WireProtocol

/// One end of a connection in a test's hands: it sends any bytes, and what it reads can wait.
final class RawPeer {
  typealias Stream = NIOAsyncChannel<ByteBuffer, ByteBuffer>

  private let channel: any Channel
  private var inbound: NIOAsyncChannelInboundStream<ByteBuffer>.AsyncIterator
  private let outbound: NIOAsyncChannelOutboundWriter<ByteBuffer>
  var decoder = FrameDecoder(maxFrame: 0xFFFF)
  private var held: ArraySlice<UInt8> = []

  private init(
    _ channel: any Channel, _ inbound: NIOAsyncChannelInboundStream<ByteBuffer>,
    _ outbound: NIOAsyncChannelOutboundWriter<ByteBuffer>
  ) {
    self.channel = channel
    self.inbound = inbound.makeAsyncIterator()
    self.outbound = outbound
  }

  /// Uses an open connection and closes it.
  static func use<Value: Sendable>(
    _ stream: Stream, _ body: (RawPeer) async throws -> Value
  ) async throws -> Value {
    try await stream.executeThenClose { inbound, outbound in
      try await body(RawPeer(stream.channel, inbound, outbound))
    }
  }

  /// Connects to a server.
  /// - Parameters:
  ///   - reads: false leaves everything that comes in the kernel until ``beginReading()``.
  ///   - staysOpen: goes on sending after the server has closed its half.
  ///   - receiveBufferByteCount: what the kernel then holds on this side, about.
  static func connect<Value: Sendable>(
    to address: ServerAddress, reads: Bool = true, staysOpen: Bool = false,
    receiveBufferByteCount: Int? = nil,
    _ body: (RawPeer) async throws -> Value
  ) async throws -> Value {
    var bootstrap = ClientBootstrap(group: .singletonMultiThreadedEventLoopGroup)
      .channelOption(.socketOption(.tcp_nodelay), value: 1)
      .channelOption(.autoRead, value: reads)
      .channelOption(.allowRemoteHalfClosure, value: staysOpen)
    if let byteCount = receiveBufferByteCount {
      bootstrap = bootstrap.channelOption(
        .socketOption(.so_rcvbuf), value: SocketOptionValue(byteCount))
    }
    let stream = try await bootstrap.connect(host: address.host, port: address.port) { channel in
      channel.eventLoop.makeCompletedFuture { try Stream(wrappingChannelSynchronously: channel) }
    }
    return try await use(stream, body)
  }

  func close() async throws { try await channel.close() }

  func beginReading() async throws { try await channel.setOption(.autoRead, value: true).get() }

  func send(_ bytes: [UInt8]) async throws { try await outbound.write(ByteBuffer(bytes: bytes)) }

  /// Sends a message in a frame without trailer.
  func send(_ message: Message, flags: FrameFlags = [], request: UInt16 = 0) async throws {
    try await send(
      FrameEncoder(maxFrame: 0xFFFF, usesCRC32: false).encode(
        message, flags: flags, request: request))
  }

  /// The next bytes; `nil` when the other side has closed.
  func receive() async throws -> [UInt8]? {
    try await inbound.next().map { Array($0.readableBytesView) }
  }

  /// The next message; `nil` when the other side has closed.
  func message() async throws -> Message? {
    while true {
      if let frame = try decoder.next(from: &held) {
        if let message = try Message(frame) { return message }
      } else if let bytes = try await receive() {
        held = bytes[...]
      } else {
        return nil
      }
    }
  }

  /// DATA up to `byteCount` bytes of it.
  func data(_ byteCount: Int) async throws -> [UInt8] {
    var bytes: [UInt8] = []
    while bytes.count < byteCount {
      guard case .data(let more) = try await message() else { throw NoData() }
      bytes += more
    }
    return bytes
  }

  struct NoData: Error {}
}

/// A server that a test plays itself, for one connection.
/// - Parameters:
///   - script: the server's part.
///   - body: the client's part.
func withScriptedServer<Value: Sendable>(
  _ script: @escaping @Sendable (RawPeer) async throws -> Void,
  _ body: (ServerAddress) async throws -> Value
) async throws -> Value {
  let listener = try await ServerBootstrap(group: .singletonMultiThreadedEventLoopGroup)
    .bind(host: "127.0.0.1", port: 0) { channel in
      channel.eventLoop.makeCompletedFuture {
        try RawPeer.Stream(wrappingChannelSynchronously: channel)
      }
    }
  return try await listener.executeThenClose { connections in
    async let server: Void = {
      for try await stream in connections { return try await RawPeer.use(stream, script) }
    }()
    let value = try await body(
      ServerAddress(host: "127.0.0.1", port: listener.channel.localAddress?.port ?? 0))
    try await server
    return value
  }
}
