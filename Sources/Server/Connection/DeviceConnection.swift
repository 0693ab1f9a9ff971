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
  private let connection: ServerConnection
  private let services: ServerServices
  private var logger: Logger

  /// The kinds of device that this one said it is, for GET.
  private var capabilities: [FormKey: Capability] = [:]
  /// Who uploads: partial uploads belong to the device's id.
  private var identity: [UInt8] = []
  /// The work for the request in flight.
  private var work: Task<Void, Never>?
  /// A search is under way, perhaps one that was cancelled: forms are not made more quickly by
  /// asking for one and cancelling it again and again.
  private var isFinding = false
  /// The search that comes after it.
  private var nextSearch: Search?
  /// The form in transfer.
  private var sending: (token: RequestToken, bytes: BlobFile)?
  /// The picture in transfer.
  private var receiving: (token: RequestToken, desk: UploadDesk)?

  /// A GET that was asked for.
  private struct Search {
    let token: RequestToken
    let get: GetMessage
    let alternatives: [FormKey]
  }

  /// The event loop outlives the connection, and so this actor's work: that is what is asserted here.
  nonisolated var unownedExecutor: UnownedSerialExecutor {
    unsafe connection.eventLoop.executor.asUnownedSerialExecutor()
  }

  init(_ connection: ServerConnection, services: ServerServices) {
    self.connection = connection
    self.services = services
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
    case .lookUpKeys(let keys): launch { await $0.lookUp(keys) }
    case .register(let capabilities): launch { await $0.remember(capabilities) }
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
    case .abandon: abandon()
    case .send, .close: break
    }
  }

  private func end(_ end: SessionEnd?) {
    abandon()
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
  private func launch(_ body: @escaping @Sendable (isolated DeviceConnection) async -> Void) {
    services.openWork.enter()
    work = Task {
      await body(self)
      services.openWork.leave()
    }
  }

  // MARK: Handshake

  private func identify(_ hello: HelloMessage) {
    identity = hello.deviceID
    if !identity.isEmpty { logger[metadataKey: "device"] = "\(hexadecimal(identity))" }
    logger.debug("hello", metadata: ["kinds": "\(hello.formKeys.count)"])
  }

  private func lookUp(_ keys: [FormKey]) async {
    do {
      let known = try await services.library.capabilities(for: keys)
      // A kind that this renderer cannot serve is asked for again, so that the device is told why.
      capabilities = known.filter { Renderer.unsupported($0.value) == nil }
    } catch {
      guard !Task.isCancelled else { return }
      logger.error("capabilities cannot be looked up", metadata: ["error": "\(error)"])
    }
    let known = Set(capabilities.keys)
    connection.answer { session, now in session.keysKnown(known, at: now) }
  }

  private func remember(_ list: [Capability]) async {
    guard !services.rights.isEmpty else {
      // Whoever may do nothing leaves nothing in the store either.
      return connection.answer { session, now in
        session.capabilitiesRefused(.notAllowed, detail: "strangers may do nothing here", at: now)
      }
    }
    for capability in list {
      if let (field, reason) = Renderer.unsupported(capability) {
        return connection.answer { session, now in
          session.capabilitiesRefused(.unsupportedField, detail: "\(field): \(reason)", at: now)
        }
      }
    }
    do {
      try await services.library.remember(list)
      capabilities = Dictionary(list.map { ($0.formKey, $0) }, uniquingKeysWith: { $1 })
      connection.answer { session, now in session.capabilitiesAccepted(at: now) }
    } catch {
      guard !Task.isCancelled else { return }
      let failure = RequestFailure(error, logger)
      connection.answer { session, now in
        session.capabilitiesRefused(failure.code, detail: failure.detail, at: now)
      }
    }
  }

  // MARK: Retrieving

  private func searchNext() {
    guard !isFinding, let search = nextSearch else { return }
    nextSearch = nil
    isFinding = true
    launch {
      await $0.find(search)
      $0.isFinding = false
      $0.searchNext()
    }
  }

  private func find(_ search: Search) async {
    let token = search.token
    do {
      try require(.retrieve)
      let (image, generation) = try await resolve(search.get.reference)
      let wanted = search.alternatives.compactMap { capabilities[$0] }
      guard wanted.count == search.alternatives.count else {
        throw RequestFailure(.internalError, "a capability was forgotten")
      }
      let outcome = try await services.finder.find(
        image: image, alternatives: wanted, shown: search.get.shown.bytes)
      guard !Task.isCancelled else { return }
      let (alternative, form): (Int, StoredForm)
      switch outcome {
      case .notModified(let index, let stored): (alternative, form) = (index, stored)
      case .found(let index, let stored, let bytes):
        (alternative, form) = (index, stored)
        sending = (token, bytes)
      }
      let description = try FormDescription(form, alternative, generation: generation)
      connection.answer { session, now in session.formFound(token, description, at: now) }
    } catch {
      fail(token, error)
    }
  }

  private func resolve(_ reference: GetMessage.Reference) async throws -> (ImageID, UInt32) {
    switch reference {
    case .name(let name):
      guard let registration = try await services.library.registration(of: name.text) else {
        throw RequestFailure(.notFound, "no picture is registered as \(name)")
      }
      return (registration.image, registration.generation)
    case .id(let id):
      guard let image = ImageID(id.bytes), try await services.library.image(image) != nil else {
        throw RequestFailure(.notFound, "no picture has the id \(id)")
      }
      return (image, 0)
    }
  }

  private func produce(_ token: RequestToken, offset: Int, byteCount: Int) async {
    do {
      guard let sending, sending.token == token else {
        throw RequestFailure(.internalError, "the form in transfer is gone")
      }
      let bytes = try await services.files.runIfActive {
        try sending.bytes.read(at: offset, count: byteCount)
      }
      guard bytes.count == byteCount else {
        throw RequestFailure(.internalError, "the stored form became shorter")
      }
      guard !Task.isCancelled else { return }
      connection.answer { session, now in session.produced(token, bytes, at: now) }
    } catch {
      fail(token, error)
    }
  }

  private func list(_ token: RequestToken, _ list: ListMessage, limit: Int) async {
    do {
      try require(.retrieve)
      let found = try await services.library.list(
        prefix: list.prefix, after: list.after, limit: limit + 1)
      let entries = try found.prefix(limit).map { try ListingMessage.Entry($0) }
      connection.answer { session, now in
        session.listed(token, entries: entries, isComplete: found.count <= limit, at: now)
      }
    } catch {
      fail(token, error)
    }
  }

  // MARK: Registering

  private func beginReceiving(_ token: RequestToken, _ put: PutMessage) {
    do {
      try require(.register)
    } catch {
      return fail(token, error)
    }
    receiving = (token, UploadDesk(put: put, identity: identity, services: services))
    launch { await $0.receive(token, put) }
  }

  /// Takes the turn for this picture, then takes the picture in.
  private func receive(_ token: RequestToken, _ put: PutMessage) async {
    guard let (active, desk) = receiving, active == token else { return }
    let turn = put.digest.map { UploadTurns.Key(identity: identity, digest: $0) }
    if let turn {
      await services.uploads.begin(turn) { [weak self] in Task { await self?.giveWay(token) } }
    }
    do {
      try await takeIn(token, desk)
    } catch {
      fail(token, error)
    }
    if receiving?.token == token { receiving = nil }
    if let turn { await services.uploads.end(turn) }
  }

  private func takeIn(_ token: RequestToken, _ desk: UploadDesk) async throws {
    guard receiving?.token == token else { return }
    let nextOffset = try await desk.begin()
    connection.answer { session, now in
      session.uploadReady(token, nextOffset: nextOffset, at: now)
    }
    let registration = try await desk.receive { byteCount in
      connection.answer { session, now in
        session.uploadConsumed(token, byteCount: byteCount, at: now)
      }
    }
    guard let registration, let image = ShortDigest(registration.image.bytes) else { return }
    connection.answer { session, now in
      session.stored(token, imageID: image, generation: registration.generation, at: now)
    }
  }

  /// The same device sends the same picture on a newer connection.
  private func giveWay(_ token: RequestToken) {
    guard let (active, desk) = receiving, active == token else { return }
    desk.stop()
    receiving = nil
    fail(
      token,
      RequestFailure(.busy, "the upload goes on in a newer connection", retryAfterSeconds: 1))
  }

  private func remove(_ token: RequestToken, _ name: ImageName) async {
    do {
      try require(.register)
      guard try await services.library.remove(name.text) else {
        throw RequestFailure(.notFound, "no picture is registered as \(name)")
      }
      logger.info("removed", metadata: ["name": "\(LogText(name.text))"])
      connection.answer { session, now in session.removed(token, at: now) }
    } catch {
      fail(token, error)
    }
  }

  // MARK: Failing

  private func require(_ right: Rights) throws {
    guard services.rights.contains(right) else {
      throw RequestFailure(
        .notAllowed, "strangers may not \(right == .register ? "register" : "retrieve") here")
    }
  }

  private func fail(_ token: RequestToken, _ error: any Error) {
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
