/// The message types of version 1 (spec/PROTOCOL.md, "Message types").
///
/// A type that is not here is skipped when its high bit is set and refused otherwise. 0D, 16, 47
/// and 50 are never assigned: they begin other protocols, see ``ForeignPeer``.
public enum MessageType: UInt8, Hashable, Sendable, CaseIterable {
  case hello = 0x01
  case welcome = 0x02
  case capabilities = 0x03
  case accepted = 0x04
  case prove = 0x05
  case proven = 0x06
  case get = 0x10
  case form = 0x11
  case data = 0x12
  case credit = 0x13
  case cancel = 0x14
  case put = 0x20
  case ready = 0x21
  case stored = 0x22
  case list = 0x23
  case listing = 0x24
  case remove = 0x25
  case watch = 0x30
  case notify = 0x31
  case ok = 0x3F
  case ping = 0x40
  case pong = 0x41
  case goAway = 0x43
  case refer = 0x44
  case origin = 0x45
  case error = 0x7F

  /// True for types that a receiver skips when it does not know them.
  public static func isSkippable(_ type: UInt8) -> Bool { type & 0x80 != 0 }

  /// True for what a device asks for, one at a time.
  var isRequest: Bool {
    switch self {
    case .get, .put, .list, .remove, .watch: true
    default: false
    }
  }

  /// False for a number that this message may not carry, whatever the state (spec/PROTOCOL.md,
  /// "Numbers"): a request's is not 0, and what belongs to no request has no other.
  func takes(request: UInt16) -> Bool {
    switch self {
    case .get, .put, .list, .remove, .watch: request != 0
    case .hello, .welcome, .prove, .proven, .capabilities, .accepted, .notify, .origin:
      request == 0
    default: true
    }
  }

  /// The name in the specification.
  public var word: String {
    switch self {
    case .hello: "HELLO"
    case .welcome: "WELCOME"
    case .capabilities: "CAPABILITIES"
    case .accepted: "ACCEPTED"
    case .prove: "PROVE"
    case .proven: "PROVEN"
    case .get: "GET"
    case .form: "FORM"
    case .data: "DATA"
    case .credit: "CREDIT"
    case .cancel: "CANCEL"
    case .put: "PUT"
    case .ready: "READY"
    case .stored: "STORED"
    case .list: "LIST"
    case .listing: "LISTING"
    case .remove: "REMOVE"
    case .watch: "WATCH"
    case .notify: "NOTIFY"
    case .ok: "OK"
    case .ping: "PING"
    case .pong: "PONG"
    case .goAway: "GOAWAY"
    case .refer: "REFER"
    case .origin: "ORIGIN"
    case .error: "ERROR"
    }
  }
}
