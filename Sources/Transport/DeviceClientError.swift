package import WireProtocol

/// Why a request of a ``DeviceClient`` failed.
package enum DeviceClientError: Error, Sendable {
  /// The server answered ERROR.
  case refused(ErrorMessage)
  /// The connection could not be made or did not last.
  case lost(String)
  /// The session ended: the server broke the protocol, was late, or said goodbye.
  case ended(SessionEnd)

  /// True when the same request may succeed on a new connection.
  package var isRetryable: Bool {
    switch self {
    case .refused(let message): message.flags.contains(.retry)
    case .lost: true
    case .ended(.goAway), .ended(.deadline): true
    case .ended(.peerError(let message)): message.flags.contains(.retry)
    case .ended: false
    }
  }

  /// How long the server asks to wait.
  package var retryAfter: Duration {
    switch self {
    case .refused(let message), .ended(.peerError(let message)):
      .seconds(Int64(message.retryAfterSeconds))
    case .ended(.goAway(let message)): .seconds(Int64(message.holdOffSeconds))
    case .lost, .ended: .zero
    }
  }
}

extension DeviceClientError: CustomStringConvertible {
  /// One line.
  package var description: String {
    switch self {
    case .refused(let message): "the server refuses: \(message)"
    case .lost(let reason): "connection lost: \(reason)"
    case .ended(let end): "connection ended: \(end)"
    }
  }
}
