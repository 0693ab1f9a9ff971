import Capabilities
import NIOCore
import NIOPosix
import Synchronization
import Transport
import WireProtocol

/// What a test's server does.
struct Behaviour: Sendable {
  /// Bytes of every form.
  var formByteCount = 1_000
  /// What every GET is told instead.
  var failure: ErrorMessage?
  /// What a device that shows something may get instead of the form.
  var patch: FormPatch?
  /// How often every watched name moves, from generation 1 on, once it is watched.
  var moveCount = 0
  /// What every key's secret is, if there are keys.
  var secret: KeySecret?
}

/// What the services of a test's server saw, in order.
final class ServiceLog: Sendable {
  enum Event: Hashable, Sendable {
    case performed(ServerAction)
    /// All watched names have moved as often as they shall.
    case moved
    case closed(SessionEnd?)
  }

  private let events: AsyncStream<Event>
  private let continuation: AsyncStream<Event>.Continuation
  private let count = Mutex(0)

  init() { (events, continuation) = AsyncStream.makeStream() }

  /// Bytes of forms that were asked for.
  var producedByteCount: Int { count.withLock { $0 } }

  func add(_ event: Event) {
    if case .performed(.produce(_, _, let byteCount)) = event {
      count.withLock { $0 += byteCount }
    }
    continuation.yield(event)
  }

  /// Waits for an event; those before it are gone then.
  func wait<Value>(for match: (Event) -> Value?) async throws -> Value {
    for await event in events {
      if let value = match(event) { return value }
    }
    throw CancellationError()
  }

  /// Waits for the end of a connection, and says whether its request was abandoned before.
  func waitForEnd() async throws -> (end: SessionEnd?, wasAbandoned: Bool) {
    var wasAbandoned = false
    let end = try await wait { event -> SessionEnd?? in
      switch event {
      case .performed(.abandon):
        wasAbandoned = true
        return nil
      case .performed, .moved: return nil
      case .closed(let end): return .some(end)
      }
    }
    return (end, wasAbandoned)
  }
}

/// Knows every kind of device, and has one form for every image.
final class TestService: ConnectionService {
  /// The digests that its forms claim to have.
  static let etag = digest(1)
  static let sent = digest(2)
  /// What PUT ends with.
  static let generation: UInt32 = 7

  private static let period = 251
  private static let pattern = (0..<131_072).map { UInt8(truncatingIfNeeded: $0 % period) }

  private let connection: ServerConnection
  private let behaviour: Behaviour
  private let log: ServiceLog

  init(_ connection: ServerConnection, _ behaviour: Behaviour, _ log: ServiceLog) {
    self.connection = connection
    self.behaviour = behaviour
    self.log = log
  }

  /// Bytes of every form: each is its offset modulo 251.
  static func formBytes(_ range: Range<Int>) -> [UInt8] {
    let start = range.lowerBound % period
    return Array(pattern[start..<start + range.count])
  }

  func perform(_ action: ServerAction) {
    log.add(.performed(action))
    connection.answer { session, now in answer(action, &session, now) }
  }

  func closed(_ end: SessionEnd?) { log.add(.closed(end)) }

  private func answer(
    _ action: ServerAction, _ session: inout ServerSession, _ now: Duration
  ) -> [ServerAction] {
    switch action {
    case .lookUpKeys(let keys): session.keysKnown(Set(keys), at: now)
    case .find(let token, _, _): find(token, &session, now)
    case .produce(let token, let offset, let byteCount):
      session.produced(token, Self.formBytes(offset..<offset + byteCount), at: now)
    case .beginUpload(let token, _): session.uploadReady(token, nextOffset: 0, at: now)
    case .uploadBytes(let token, _, let bytes):
      session.uploadConsumed(token, byteCount: bytes.count, at: now)
    case .finishUpload(let token, let digest):
      session.stored(token, imageID: digest.imageID, generation: Self.generation, at: now)
    case .list(let token, _, _): session.listed(token, entries: [], isComplete: true, at: now)
    case .remove(let token, _): session.removed(token, at: now)
    case .watch(let token, let names): watch(token, names, &session, now)
    case .lookUpKey: session.keyFound(behaviour.secret, at: now)
    case .send, .identified, .proven, .originated, .register, .formSent, .abandon, .close: []
    }
  }

  private func find(
    _ token: RequestToken, _ session: inout ServerSession, _ now: Duration
  ) -> [ServerAction] {
    if let failure = behaviour.failure, let code = failure.code {
      return session.failed(
        token, code, retryAfterSeconds: failure.retryAfterSeconds, detail: failure.detail, at: now)
    }
    let form = FormDescription(
      alternative: 0, etag: Self.etag, sent: Self.sent, total: behaviour.formByteCount, width: 800,
      height: 480, codec: .identity, generation: 3, nextPollSeconds: 0)
    return session.formFound(token, form, patch: behaviour.patch, at: now)
  }

  private func watch(
    _ token: RequestToken, _ names: [ImageName], _ session: inout ServerSession, _ now: Duration
  ) -> [ServerAction] {
    Self.move(names, from: 0, to: UInt32(behaviour.moveCount), connection, log)
    return session.watching(token, at: now)
  }

  /// One after the other, as they would come from other connections, which have their turns between.
  private static func move(
    _ names: [ImageName], from first: UInt32, to last: UInt32, _ connection: ServerConnection,
    _ log: ServiceLog
  ) {
    connection.eventLoop.execute {
      let next = min(first + 100, last)
      for generation in first..<next {
        for name in names {
          connection.answer { session, now in
            session.notify(name, imageID: etag, generation: generation + 1, at: now)
          }
        }
      }
      guard next < last else { return log.add(.moved) }
      move(names, from: next, to: last, connection, log)
    }
  }
}

/// Runs a server on a free port of the loopback for the time of `body`.
func withServer<Value: Sendable>(
  _ behaviour: Behaviour = Behaviour(), connectionLimit: Int = 16, mustProve: Bool = false,
  settings change: (inout ServerListener.Settings) -> Void = { _ in },
  _ body: (ServerListener, ServiceLog) async throws -> Value
) async throws -> Value {
  var settings = ServerListener.Settings(
    address: ServerAddress(host: "127.0.0.1", port: 0), connectionLimit: connectionLimit)
  change(&settings)
  let log = ServiceLog()
  let listener = try await ServerListener.start(
    settings, on: .singletonMultiThreadedEventLoopGroup, mustProve: { mustProve },
    unixTime: { 1_800_000_000 },
    makeService: { TestService($0, behaviour, log) })
  let result: Result<Value, any Error>
  do { result = .success(try await body(listener, log)) } catch { result = .failure(error) }
  await listener.shutDown(grace: .zero)
  return try result.get()
}

/// 16 times the same byte.
func digest(_ byte: UInt8) -> ShortDigest {
  guard let digest = ShortDigest(Array(repeating: byte, count: ShortDigest.byteCount)) else {
    preconditionFailure("16 bytes")
  }
  return digest
}

/// The kind of device that the tests play: 800 × 480, one bit.
func panel() throws -> Capability {
  try Capability(
    size: PanelSize(width: 800, height: 480), color: .gray(GrayColor(bits: 1, black: .zero)))
}

/// HELLO of such a device with frames of any length.
func hello() throws -> Message {
  .hello(
    HelloMessage(
      maxFrame: 0xFFFF, keepAliveSeconds: 0, deviceID: [1, 2], formKeys: [try panel().formKey]))
}

/// GET of the form under a name.
func get(credit: UInt32) throws -> GetMessage {
  GetMessage(reference: .name(try ImageName("lobby")), credit: credit)
}
