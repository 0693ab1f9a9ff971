/// One message of version 1 and its fields.
public enum Message: Hashable, Sendable {
  case hello(HelloMessage)
  case welcome(WelcomeMessage)
  case capabilities(CapabilitiesMessage)
  case accepted(AcceptedMessage)
  case prove(ProveMessage)
  case proven(ProvenMessage)
  case get(GetMessage)
  case form(FormMessage)
  /// Bytes of a form or picture, in order.
  case data([UInt8])
  case credit(CreditMessage)
  case cancel
  case put(PutMessage)
  case ready(ReadyMessage)
  case stored(StoredMessage)
  case list(ListMessage)
  case listing(ListingMessage)
  case remove(RemoveMessage)
  case watch(WatchMessage)
  case notify(NotifyMessage)
  case ok
  case ping
  case pong
  case goAway(GoAwayMessage)
  case refer(ReferMessage)
  case origin(OriginMessage)
  case error(ErrorMessage)

  /// The message that a frame carries.
  /// - Returns: `nil` for a frame that must be skipped.
  /// - Throws: ``MessageError`` with the byte offset in the payload.
  public init?(_ frame: Frame) throws(MessageError) {
    guard let type = MessageType(rawValue: frame.type) else {
      guard MessageType.isSkippable(frame.type) else { throw .unknownType(frame.type) }
      return nil
    }
    var reader = ByteReader(frame.payload)
    switch type {
    case .hello: self = .hello(try HelloMessage(from: &reader))
    case .welcome: self = .welcome(try WelcomeMessage(from: &reader))
    case .capabilities: self = .capabilities(try CapabilitiesMessage(from: &reader))
    case .accepted: self = .accepted(try AcceptedMessage(from: &reader))
    case .prove: self = .prove(try ProveMessage(from: &reader))
    case .proven: self = .proven(try ProvenMessage(from: &reader))
    case .get: self = .get(try GetMessage(from: &reader))
    case .form: self = .form(try FormMessage(from: &reader))
    case .data:
      self = .data(frame.payload)
      return
    case .credit: self = .credit(try CreditMessage(from: &reader))
    case .cancel: self = .cancel
    case .put: self = .put(try PutMessage(from: &reader))
    case .ready: self = .ready(try ReadyMessage(from: &reader))
    case .stored: self = .stored(try StoredMessage(from: &reader))
    case .list: self = .list(try ListMessage(from: &reader))
    case .listing: self = .listing(try ListingMessage(from: &reader))
    case .remove: self = .remove(try RemoveMessage(from: &reader))
    case .watch: self = .watch(try WatchMessage(from: &reader))
    case .notify: self = .notify(try NotifyMessage(from: &reader))
    case .ok: self = .ok
    case .ping: self = .ping
    case .pong: self = .pong
    case .goAway: self = .goAway(try GoAwayMessage(from: &reader))
    case .refer: self = .refer(try ReferMessage(from: &reader))
    case .origin: self = .origin(try OriginMessage(from: &reader))
    case .error: self = .error(try ErrorMessage(from: &reader))
    }
    try reader.finish()
  }

  /// The type byte's meaning.
  public var type: MessageType {
    switch self {
    case .hello: .hello
    case .welcome: .welcome
    case .capabilities: .capabilities
    case .accepted: .accepted
    case .prove: .prove
    case .proven: .proven
    case .get: .get
    case .form: .form
    case .data: .data
    case .credit: .credit
    case .cancel: .cancel
    case .put: .put
    case .ready: .ready
    case .stored: .stored
    case .list: .list
    case .listing: .listing
    case .remove: .remove
    case .watch: .watch
    case .notify: .notify
    case .ok: .ok
    case .ping: .ping
    case .pong: .pong
    case .goAway: .goAway
    case .refer: .refer
    case .origin: .origin
    case .error: .error
    }
  }

  /// The fields as bytes; the inverse of ``init(_:)``.
  public var payload: [UInt8] {
    var writer = ByteWriter()
    switch self {
    case .hello(let message): message.encode(to: &writer)
    case .welcome(let message): message.encode(to: &writer)
    case .capabilities(let message): message.encode(to: &writer)
    case .accepted(let message): message.encode(to: &writer)
    case .prove(let message): message.encode(to: &writer)
    case .proven(let message): message.encode(to: &writer)
    case .get(let message): message.encode(to: &writer)
    case .form(let message): message.encode(to: &writer)
    case .data(let bytes): return bytes
    case .credit(let message): message.encode(to: &writer)
    case .put(let message): message.encode(to: &writer)
    case .ready(let message): message.encode(to: &writer)
    case .stored(let message): message.encode(to: &writer)
    case .list(let message): message.encode(to: &writer)
    case .listing(let message): message.encode(to: &writer)
    case .remove(let message): message.encode(to: &writer)
    case .watch(let message): message.encode(to: &writer)
    case .notify(let message): message.encode(to: &writer)
    case .goAway(let message): message.encode(to: &writer)
    case .refer(let message): message.encode(to: &writer)
    case .origin(let message): message.encode(to: &writer)
    case .error(let message): message.encode(to: &writer)
    case .cancel, .ok, .ping, .pong: break
    }
    return writer.bytes
  }
}
