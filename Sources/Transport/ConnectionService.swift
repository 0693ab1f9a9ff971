package import NIOCore
package import WireProtocol

/// What a server does for one connection: finds forms, keeps uploads, lists names. Everything here
/// is called on the connection's event loop; answers go back through ``ServerConnection``.
package protocol ConnectionService: AnyObject {
  /// Does what the session wants, in the order of the calls; every action but `send`, `close` and
  /// a `produce` that the connection's output has no room for yet comes by here.
  func perform(_ action: ServerAction)

  /// The connection is over; nothing can be answered any more.
  func closed(_ end: SessionEnd?)
}

/// The connection that a ``ConnectionService`` serves.
package struct ServerConnection: Sendable {
  /// Where everything of this connection happens.
  package let eventLoop: any EventLoop
  /// The device's address, for the log.
  package let peer: String

  private let handler: NIOLoopBound<ServerChannelHandler>

  init(_ handler: ServerChannelHandler, eventLoop: any EventLoop, peer: String) {
    self.handler = NIOLoopBound(handler, eventLoop: eventLoop)
    self.eventLoop = eventLoop
    self.peer = peer
  }

  /// What the device proves to a server that it is referred to; `nil` before it proved a key. Only on
  /// the event loop.
  package var referralSecret: KeySecret? { handler.value.referralSecret }

  /// Gives the session an answer; only on the event loop.
  package func answer(_ body: (inout ServerSession, Duration) -> [ServerAction]) {
    handler.value.apply(body)
  }
}
