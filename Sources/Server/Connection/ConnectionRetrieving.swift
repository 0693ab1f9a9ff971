internal import Foundation
internal import Logging
internal import NIOPosix
internal import Store
internal import Transport
internal import WireProtocol

// GET, LIST and WATCH.

extension DeviceConnection {
  func searchNext() {
    guard !isFinding, let search = nextSearch else { return }
    nextSearch = nil
    isFinding = true
    launch {
      await $0.find(search)
      $0.isFinding = false
      $0.searchNext()
    }
  }

  func find(_ search: Search) async {
    let token = search.token
    do {
      try require(search.get.reference)
      let (image, generation) = try await resolve(search.get.reference)
      let wanted = search.alternatives.compactMap { capabilities[$0] }
      guard wanted.count == search.alternatives.count else {
        throw RequestFailure(.internalError, "a capability was forgotten")
      }
      let outcome = try await services.finder.find(
        FormRequest(
          image: image, name: search.get.reference.name?.text, alternatives: wanted,
          shown: search.get.shown.bytes, partial: search.get.partial.bytes,
          offset: Int(search.get.offset)))
      guard !Task.isCancelled else { return }
      try answer(token, outcome, generation: generation)
    } catch {
      fail(token, error)
    }
  }

  func answer(_ token: RequestToken, _ outcome: FindOutcome, generation: UInt32) throws {
    let (alternative, form): (Int, StoredForm)
    var patch: FormPatch?
    switch outcome {
    case .notModified(let index, let known): (alternative, form) = (index, known)
    case .found(let index, let ready):
      (alternative, form) = (index, ready.form)
      sending = (token, ready)
    case .patch(let index, let ready, let difference):
      (alternative, form) = (index, ready.form)
      patch = difference
      sending = (token, ready)
    case .pending(let delay):
      return connection.answer { session, now in
        session.formPending(
          token, retryAfterSeconds: UInt32(clamping: delay.components.seconds), at: now)
      }
    }
    let description = try FormDescription(form, alternative, generation: generation)
    connection.answer { session, now in
      session.formFound(token, description, patch: patch, at: now)
    }
  }

  func resolve(_ reference: GetMessage.Reference) async throws -> (ImageID, UInt32) {
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

  func produce(_ token: RequestToken, offset: Int, byteCount: Int) async {
    do {
      guard let sending, sending.token == token else {
        throw RequestFailure(.internalError, "the form in transfer is gone")
      }
      let ready = sending.ready
      let bytes =
        if case .memory = ready.bytes {
          try ready.read(at: offset, count: byteCount)
        } else {
          try await services.files.runIfActive { try ready.read(at: offset, count: byteCount) }
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

  func list(_ token: RequestToken, _ list: ListMessage, limit: Int) async {
    do {
      let found: [NameEntry]
      switch rights.listing(prefix: list.prefix) {
      case .refused: throw refusal(.retrieve)
      case .nothing: found = []
      case .names(let prefix):
        found = try await services.library.list(
          prefix: prefix, after: list.after, limit: limit + 1)
      }
      noteDevice()
      let entries = try found.prefix(limit).map { try ListingMessage.Entry($0) }
      connection.answer { session, now in
        session.listed(token, entries: entries, isComplete: found.count <= limit, at: now)
      }
    } catch {
      fail(token, error)
    }
  }

  // MARK: Watching

  func watch(_ token: RequestToken, _ names: [ImageName]) async {
    do {
      for name in names { try require(.retrieve, of: name) }
      guard rights.actions.contains(.retrieve) else { throw refusal(.retrieve) }
      let watcher = ObjectIdentifier(self)
      isWatching = !names.isEmpty
      await services.watches.watch(names.map(\.text), for: watcher) { [weak self] name, state in
        Task { await self?.tell(name, state) }
      }
      // The connection may be over by now; what it asked for must not outlive it.
      if !isWatching { await services.watches.end(watcher) }
      guard !Task.isCancelled else { return }
      connection.answer { session, now in session.watching(token, at: now) }
      await services.watches.tellAll(watcher)
    } catch {
      fail(token, error)
    }
  }

  /// A watched name has moved.
  func tell(_ name: String, _ state: NameState) {
    // A key may have come between strangers and what they watch.
    guard isWatching, rights.allow(.retrieve, of: name), let name = try? ImageName(name),
      let image = ShortDigest(state.image?.bytes ?? [UInt8](repeating: 0, count: 16))
    else { return }
    connection.answer { session, now in
      session.notify(name, imageID: image, generation: state.generation, at: now)
    }
  }
}

extension GetMessage.Reference {
  /// The name; `nil` for an id.
  fileprivate var name: ImageName? {
    if case .name(let name) = self { name } else { nil }
  }
}
