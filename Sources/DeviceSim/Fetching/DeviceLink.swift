internal import Capabilities
internal import Transport
internal import WireProtocol

/// How a device talks to a server: to whom, in which frames, and as what.
struct DeviceLink: Sendable {
  let server: ServerAccess
  var settings = DeviceSession.Settings()
  /// The device's alternatives, best first.
  let capabilities: [Capability]

  /// Connects, runs `body`, and closes.
  func withConnection<Value: Sendable>(
    _ body: (DeviceClient) async throws -> Value
  ) async throws -> Value {
    try await server.withConnection(settings: settings, capabilities: capabilities, body)
  }

  /// The same device's link to a server that it was referred to.
  /// - Parameter secret: what it proves there; `nil` without a key.
  func referred(_ refer: ReferMessage, secret: KeySecret?) -> DeviceLink {
    var access = ServerAccess(address: ServerAddress(refer), deviceID: server.deviceID)
    if let secret, let key = server.key { access.key = PresharedKey(id: key.id, secret: secret) }
    // The ticket is all that this server has to know; the other one has heard the rest.
    access.fields = [.ticket(refer.ticket)]
    return DeviceLink(server: access, settings: settings, capabilities: capabilities)
  }
}

extension DeviceClientError {
  /// What failed at a server that the device was referred to, seen from the one that did: it may
  /// refer the device to another, and hands out a new ticket. What is final stays final.
  var atReferredServer: DeviceClientError {
    switch self {
    case .ended(.peerError(let message)) where message.code == .notProven:
      .lost("the ticket was refused: \(message)")
    case .refused(let message) where message.code == .notAllowed:
      .lost("the ticket was refused: \(message)")
    default: self
    }
  }
}
