internal import Capabilities
internal import Logging
internal import NIOCore
internal import NIOPosix
internal import Render
internal import Store
internal import Transport
internal import WireProtocol

/// Serves one device. Isolated to the connection's event loop, so that the session's wishes and the
/// answers to them meet without a lock; only decoding and the disk happen elsewhere.
actor DeviceConnection: ConnectionService {
  let connection: ServerConnection
  let services: ServerServices
  let door: Door
  var logger: Logger

  /// The kinds of device that this one said it is, for GET.
  var capabilities: [FormKey: Capability] = [:]
  /// What it calls itself.
  var deviceID: [UInt8] = []
  /// What it said of itself in HELLO, until that is noted.
  var report: DeviceReport?
  /// The key that it wants to prove.
  var claimedKey: ClaimedKey?
  /// As whom it acts.
  var standing = Standing.stranger
  /// It takes REFER.
  var takesReferrals = false
  /// Whose its partial uploads are.
  var identity = UploadIdentity.device([])
  /// The work for the request in flight.
  var work: Task<Void, Never>?
  /// A search is under way, perhaps one that was cancelled: forms are not made more quickly by
  /// asking for one and cancelling it again and again.
  var isFinding = false
  /// The search that comes after it.
  var nextSearch: Search?
  /// The form in transfer.
  var sending: (token: RequestToken, source: any FormSource)?
  /// The picture in transfer.
  var receiving: (token: RequestToken, desk: UploadDesk)?

  /// The device is told when names move.
  var isWatching = false

  /// Kinds that are remembered here at once: those of many devices, on a connection of a front.
  static let kindLimit = 256

  /// A GET that was asked for.
  struct Search {
    let token: RequestToken
    let get: GetMessage
    let alternatives: [FormKey]
  }

  /// The event loop outlives the connection, and so this actor's work: that is what is asserted here.
  nonisolated var unownedExecutor: UnownedSerialExecutor {
    unsafe connection.eventLoop.executor.asUnownedSerialExecutor()
  }

  init(_ connection: ServerConnection, services: ServerServices, door: Door = .devices) {
    self.connection = connection
    self.services = services
    self.door = door
    logger = services.logger
    logger[metadataKey: "peer"] = "\(connection.peer)"
  }

  // MARK: What the session wants

  nonisolated func perform(_ action: ServerAction) {
    assumeIsolated { $0.start(action) }
  }

  nonisolated func closed(_ end: SessionEnd?) {
    assumeIsolated { $0.end(end) }
  }

  private func start(_ action: ServerAction) {
    switch action {
    case .identified(let hello): identify(hello)
    case .lookUpKey(let id): launch { await $0.lookUp(id) }
    case .proven: acceptProof()
    case .lookUpKeys(let keys): launch { await $0.lookUp(keys) }
    case .register(let capabilities): launch { await $0.remember(capabilities) }
    case .originated(let origin): speak(for: origin)
    case .find(let token, let get, let alternatives):
      nextSearch = Search(token: token, get: get, alternatives: alternatives)
      searchNext()
    case .produce(let token, let offset, let byteCount):
      launch { await $0.produce(token, offset: offset, byteCount: byteCount) }
    case .formSent: sending = nil
    case .beginUpload(let token, let put): beginReceiving(token, put)
    case .uploadBytes(_, _, let bytes): receiving?.desk.append(bytes)
    case .finishUpload(_, let digest): receiving?.desk.finish(digest)
    case .list(let token, let list, let limit):
      launch { await $0.list(token, list, limit: limit) }
    case .remove(let token, let name): launch { await $0.remove(token, name) }
    case .watch(let token, let names): launch { await $0.watch(token, names) }
    case .abandon: abandon()
    case .send, .close: break
    }
  }

  private func end(_ end: SessionEnd?) {
    abandon()
    services.access.leave(ObjectIdentifier(self))
    if isWatching {
      isWatching = false
      // The task keeps this object, and so its identifier, until it is forgotten.
      launchAside { await $0.services.watches.end(ObjectIdentifier($0)) }
    }
    if let end { logger.info("connection ended", metadata: ["reason": "\(LogText("\(end)"))"]) }
  }

  private func abandon() {
    work?.cancel()
    work = nil
    nextSearch = nil
    sending = nil
    receiving?.desk.stop()
    receiving = nil
  }

  /// Does the work for the request in flight; there is one at a time.
  func launch(_ body: @escaping @Sendable (isolated DeviceConnection) async -> Void) {
    services.openWork.enter()
    work = Task {
      await body(self)
      services.openWork.leave()
    }
  }

  /// Does what nobody waits for and nothing cancels.
  func launchAside(_ body: @escaping @Sendable (isolated DeviceConnection) async -> Void) {
    services.openWork.enter()
    Task {
      await body(self)
      services.openWork.leave()
    }
  }

  // MARK: Failing

  func fail(_ token: RequestToken, _ error: any Error) {
    // A cancelled task speaks for a request that is over; the next one may be under way.
    guard !Task.isCancelled else { return }
    if sending?.token == token { sending = nil }
    let failure = RequestFailure(error, logger)
    connection.answer { session, now in
      session.failed(
        token, failure.code, retryAfterSeconds: failure.retryAfterSeconds,
        detail: failure.detail, at: now)
    }
  }
}
