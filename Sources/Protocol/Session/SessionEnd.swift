/// Why a session ended; for the log, and for the caller of a device's session.
public enum SessionEnd: Error, Hashable, Sendable {
  /// The peer's bytes are no frames.
  case framing(FramingError)
  /// A frame's payload is not the message its type names.
  case message(MessageError)
  /// A known message at a time when, or from a side where, it has no meaning.
  case unexpected(MessageType, state: String)
  /// A request's number is 0, or a handshake's is not.
  case wrongRequestNumber(MessageType, request: UInt16)
  /// DATA that does not add up with what was announced.
  case wrongData(reason: String, offset: Int)
  /// A field that does not fit the request it answers.
  case wrongAnswer(field: String, reason: String)
  /// Credit above 2³¹−1, or more DATA than credit.
  case creditOverflow(byteCount: Int, limit: Int)
  /// The peer was late.
  case deadline(SessionDeadline)
  /// The server wants a proof, and this device has no key.
  case authenticationRequired
  /// A message that needs a proof came before one.
  case proofRequired(MessageType)
  /// The device's proof is wrong, or nobody holds the key it names. The device is not told which.
  case proofRefused(KeyID, isKnown: Bool)
  /// The server's proof is wrong: it does not hold this device's key.
  case serverNotProven
  /// The application refused the connection.
  case refused(ErrorCode, detail: String)
  /// The peer sent an ERROR that closes.
  case peerError(ErrorMessage)
  /// The server said GOAWAY, or this server did.
  case goAway(GoAwayMessage)
  /// This side closed on its own account.
  case closed

  /// What the peer is told in ERROR; `nil` when it is told nothing or something else.
  public var code: ErrorCode? {
    switch self {
    case .framing(let error): error.code
    case .message(let error): error.code.scope == .connection ? error.code : .malformed
    case .unexpected: .unexpectedMessage
    case .wrongRequestNumber, .wrongData, .wrongAnswer: .malformed
    case .creditOverflow: .creditOverflow
    case .deadline(let deadline): deadline == .idle ? nil : .deadline
    case .authenticationRequired, .proofRequired, .proofRefused, .serverNotProven: .notProven
    case .refused(let code, _): code
    case .peerError, .goAway, .closed: nil
    }
  }
}

extension SessionEnd {
  /// ERROR's detail: as the description, but for what the peer must not learn.
  var detail: String {
    if case .proofRefused = self { "unknown key or wrong proof" } else { "\(self)" }
  }
}

/// What a peer can be late with (spec/PROTOCOL.md, "Deadlines").
public enum SessionDeadline: Hashable, Sendable, CaseIterable {
  /// HELLO, or PROVE or CAPABILITIES that were asked for; a device: WELCOME, PROVEN and ACCEPTED.
  case handshake
  /// The rest of a begun frame.
  case frame
  /// CREDIT that lets a transfer go on.
  case credit
  /// DATA of an upload.
  case upload
  /// Any sign of life between requests.
  case idle
  /// A device: anything from the server while a request is in flight.
  case answer
}

extension SessionEnd: CustomStringConvertible {
  /// One line for the log and for ERROR's detail.
  public var description: String {
    switch self {
    case .framing(let error): "\(error)"
    case .message(let error): "\(error)"
    case .unexpected(let type, let state): "\(type.word) while \(state)"
    case .wrongRequestNumber(let type, let request): "\(type.word) with request \(request)"
    case .wrongData(let reason, let offset): "DATA \(reason), at byte \(offset)"
    case .wrongAnswer(let field, let reason): "\(field): \(reason)"
    case .creditOverflow(let byteCount, let limit):
      "\(byteCount) bytes, the credit's limit is \(limit)"
    case .deadline(let deadline): "\(deadline) deadline passed"
    case .proofRequired(let type): "\(type.word) without a proof"
    case .proofRefused(let id, let isKnown):
      isKnown ? "wrong proof of the key \(id)" : "proof of the unknown key \(id)"
    case .serverNotProven: "the server's proof is wrong"
    case .authenticationRequired: "the server wants a proof and there is no key"
    case .refused(let code, let detail): detail.isEmpty ? code.word : detail
    case .peerError(let message): "peer's \(message)"
    case .goAway(let message): "GOAWAY: \(message.reason)"
    case .closed: "closed"
    }
  }
}
