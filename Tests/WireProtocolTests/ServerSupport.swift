import Capabilities
import WireProtocol

/// A server's session with defaults, and what a device would send to it.
struct ServerHarness {
  var session: ServerSession
  var now = Duration.zero
  let encoder: FrameEncoder

  init(settings: ServerSession.Settings = .init(), usesCRC32: Bool = false) {
    session = ServerSession(settings: settings, nonce: full(0).bytes, unixTime: 1, now: .zero)
    encoder = FrameEncoder(maxFrame: 8_192, usesCRC32: usesCRC32)
  }

  mutating func receive(
    _ message: Message, flags: FrameFlags = [], request: UInt16 = 0
  ) -> [ServerAction] {
    session.received(encoder.encode(message, flags: flags, request: request), at: now)
  }

  /// HELLO of a device with these capabilities, all of them known.
  mutating func open(_ capabilities: [Capability] = [panel()], maxFrame: UInt16 = 248) {
    _ = receive(hello(capabilities, maxFrame: maxFrame))
    _ = session.keysKnown(Set(capabilities.map(\.formKey)), at: now)
  }

  /// HELLO and WELCOME, then GET up to the question for the form.
  mutating func find(_ get: GetMessage, maxFrame: UInt16 = 248) throws -> RequestToken {
    open(maxFrame: maxFrame)
    return try requestToken(receive(.get(get), request: 1))
  }
}

func hello(
  _ capabilities: [Capability], maxFrame: UInt16 = 248, keepAliveSeconds: UInt16 = 0
) -> Message {
  .hello(
    HelloMessage(
      maxFrame: maxFrame, keepAliveSeconds: keepAliveSeconds, deviceID: Array("dev1".utf8),
      formKeys: capabilities.map(\.formKey)))
}

/// Another server, and a ticket of three bytes.
func refer() -> ReferMessage {
  ReferMessage(ttlSeconds: 60, host: .v4([192, 0, 2, 7]), port: 3_676, ticket: [1, 2, 3])
}

/// A device that may do everything, for which a front asks.
func origin(
  _ capabilities: [Capability], flags: OriginMessage.Flags = [.retrieve, .register]
) -> OriginMessage {
  OriginMessage(
    flags: flags, prefix: "", deviceID: Array("dev1".utf8), keyID: nil,
    formKeys: capabilities.map(\.formKey))
}

struct NoToken: Error {}

/// The request that the actions ask about.
func requestToken(_ actions: [ServerAction]) throws -> RequestToken {
  for action in actions {
    switch action {
    case .find(let token, _, _), .produce(let token, _, _), .beginUpload(let token, _),
      .finishUpload(let token, _), .list(let token, _, _), .remove(let token, _),
      .watch(let token, _):
      return token
    default: continue
    }
  }
  throw NoToken()
}

/// Everything the actions send, as messages.
func sent(_ actions: [ServerAction]) throws -> [Message] {
  try messages(
    actions.flatMap { action in
      if case .send(let bytes) = action { bytes } else { [UInt8]() }
    }
  ).map(\.message)
}

/// A form of `total` bytes of the panel 800 × 480.
func form(total: Int = 48_000, etag: ShortDigest = short(1), sent: ShortDigest = short(2))
  -> FormDescription
{
  FormDescription(
    alternative: 0, etag: etag, sent: sent, total: total, width: 800, height: 480,
    codec: .identity, generation: 4, nextPollSeconds: 600)
}
