internal import Capabilities
internal import Transport
internal import WireProtocol

/// A server, and the key that is proven to it, if any.
struct ServerAccess: Sendable {
  let address: ServerAddress
  var key: PresharedKey?

  /// Connects as ``DeviceClient/withConnection(to:settings:capabilities:key:_:)`` does. Every
  /// connection is greased in its own way, so that no server forgets what it must ignore.
  func withConnection<Value: Sendable>(
    settings: DeviceSession.Settings = DeviceSession.Settings(), capabilities: [Capability] = [],
    _ body: (DeviceClient) async throws -> Value
  ) async throws -> Value {
    var settings = settings
    settings.greaseSeed = .random(in: .min ... .max)
    return try await DeviceClient.withConnection(
      to: address, settings: settings, capabilities: capabilities, key: key, body)
  }
}
