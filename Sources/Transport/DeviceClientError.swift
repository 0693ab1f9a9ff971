package import WireProtocol

/// Why a request of a ``DeviceClient`` failed.
package enum DeviceClientError: Error, Sendable {
  /// The server answered ERROR.
  case refused(ErrorMessage)
  /// The connection could not be made or did not last.
  case lost(String)
  /// The session ended: the server broke the protocol, was late, or said goodbye.
  case ended(SessionEnd)

  /// True when the same request may succeed on a new connection: the server says so, or a line that
  /// was cut, slow or noisy is reason enough for the failure.
  package var isRetryable: Bool {
    switch self {
    case .refused(let message): message.flags.contains(.retry) || message.code == .creditTimeout
    case .lost: true
    case .ended(.goAway), .ended(.deadline): true
    // Damage; but a peer whose very first bytes are no frame speaks something else.
    case .ended(.framing(.checkMismatch(_, _, let offset))): offset > 0
    case .ended(.framing(.crcMismatch)), .ended(.framing(.macMismatch)): true
    case .ended(.peerError(let message)):
      message.flags.contains(.retry)
        || [.checkMismatch, .badMAC, .deadline].contains(message.code)
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
  /// One line, whatever the server said.
  package var description: String {
    let text =
      switch self {
      case .refused(let message): "the server refuses: \(message)"
      case .lost(let reason): "connection lost: \(reason)"
      case .ended(let end): "connection ended: \(end)"
      }
    // Details come from the other side: a line break or a terminal's escape has no place here.
    let isHarmless = { (scalar: Unicode.Scalar) in scalar.properties.generalCategory != .control }
    return String(
      String.UnicodeScalarView(text.unicodeScalars.map { isHarmless($0) ? $0 : "\u{FFFD}" }))
  }
}
