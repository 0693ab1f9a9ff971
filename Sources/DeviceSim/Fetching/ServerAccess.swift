internal import Capabilities
internal import Transport
internal import WireProtocol

/// A server, and who asks it.
struct ServerAccess: Sendable {
  let address: ServerAddress
  /// Proven to the server, if there is one.
  var key: PresharedKey?
  /// The device's own id, at most 32 bytes.
  var deviceID: [UInt8] = []
  /// What HELLO says of the device, the most important first.
  var fields: [HelloField] = []

  /// Connects as ``DeviceClient/withConnection(to:settings:capabilities:key:_:)`` does. Every
  /// connection is greased in its own way, so that no server forgets what it must ignore.
  func withConnection<Value: Sendable>(
    settings: DeviceSession.Settings = DeviceSession.Settings(), capabilities: [Capability] = [],
    _ body: (DeviceClient) async throws -> Value
  ) async throws -> Value {
    var settings = settings
    settings.deviceID = deviceID
    settings.fields = fields
    settings.greaseSeed = .random(in: .min ... .max)
    return try await DeviceClient.withConnection(
      to: address, settings: settings, capabilities: capabilities, key: key, body)
  }
}
