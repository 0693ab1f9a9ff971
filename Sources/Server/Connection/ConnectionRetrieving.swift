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
      let kinds = try await kinds(search.alternatives)
      let answer = try await services.desk.find(
        search.get, for: requester(kinds, secret: connection.referralSecret))
      guard !Task.isCancelled else { return }
      send(answer, token)
    } catch {
      fail(token, error)
    }
  }

  private func send(_ answer: GetAnswer, _ token: RequestToken) {
    connection.answer { session, now in
      switch answer {
      case .notModified(let form): return session.formFound(token, form, at: now)
      case .form(let form, let source, let patch):
        sending = (token, source)
        return session.formFound(token, form, patch: patch, at: now)
      case .pending(let seconds):
        return session.formPending(token, retryAfterSeconds: seconds, at: now)
      case .elsewhere(let refer): return session.formElsewhere(token, refer, at: now)
      }
    }
  }

  func produce(_ token: RequestToken, offset: Int, byteCount: Int) async {
    do {
      guard let sending, sending.token == token else {
        throw RequestFailure(.internalError, "the form in transfer is gone")
      }
      let source = sending.source
      let bytes =
        if source.isInMemory {
          try source.read(at: offset, count: byteCount)
        } else {
          try await services.files.runIfActive { try source.read(at: offset, count: byteCount) }
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
      if case .refused = rights.listing(prefix: list.prefix) { throw refusal(.retrieve) }
      noteDevice()
      let page = try await services.desk.list(list, limit: limit, for: requester())
      connection.answer { session, now in
        session.listed(token, entries: page.entries, isComplete: page.isComplete, at: now)
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
