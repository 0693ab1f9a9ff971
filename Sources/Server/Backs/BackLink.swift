internal import Transport
internal import WireProtocol

/// How a front reaches a back.
struct BackLink: Sendable {
  /// A back that takes longer to accept a connection is taken for gone.
  private static let connectDeadline = Duration.seconds(2)
  /// The longest silence of a back that works on a request: a picture waits for its decode up to a
  /// minute. A back that hangs is found sooner, see ``Back``.
  private static let answerDeadline = Duration.seconds(120)

  /// The back's listener for fronts.
  let address: ServerAddress
  /// What both prove.
  let key: PresharedKey

  /// Connects, proves the key, runs `body`, and closes.
  func withConnection<Value: Sendable>(
    _ body: (DeviceClient) async throws -> Value
  ) async throws -> Value {
    var settings = DeviceSession.Settings()
    settings.maxFrame = 65_535
    // Once the key is proven every frame has a MAC; what comes before is covered by the proof.
    settings.usesCRC32 = false
    settings.handshakeDeadline = Self.connectDeadline
    settings.answerDeadline = Self.answerDeadline
    return try await DeviceClient.withConnection(
      to: address, settings: settings, key: key, connectDeadline: Self.connectDeadline, body)
  }
}
