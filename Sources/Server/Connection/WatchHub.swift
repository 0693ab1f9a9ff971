internal import Logging
internal import Store

/// Where a watched name points.
struct NameState: Hashable, Sendable {
  /// `nil`: the name is removed.
  let image: ImageID?
  let generation: UInt32

  /// True when this is what became of the name after `other`: a removal keeps its generation.
  func isNewer(than other: NameState) -> Bool {
    generation != other.generation
      ? generation > other.generation : image == nil && other.image != nil
  }
}

/// Tells connections which of their watched names have moved: newest state only, and only when it
/// differs from the one told before.
actor WatchHub {
  /// Looks up where a name points now; `nil`: it stands for nothing.
  typealias LookUp = @Sendable (String) async throws -> NameState?
  /// Told of each name that is watched from now on, or not any more: a front has to ask for it.
  typealias Observer = @Sendable (_ name: String, _ isWatched: Bool) -> Void
  /// Tells a connection; called on no particular executor.
  typealias Notify = @Sendable (String, NameState) -> Void

  private struct Watcher {
    let names: Set<String>
    let notify: Notify
  }

  private let lookUp: LookUp
  private let observer: Observer?
  private let logger: Logger
  private var watchers: [ObjectIdentifier: Watcher] = [:]
  private var watching: [String: Set<ObjectIdentifier>] = [:]
  /// What was told last of each watched name.
  private var states: [String: NameState] = [:]

  init(
    logger: Logger, observer: Observer? = nil, lookUp: @escaping LookUp
  ) {
    self.logger = logger
    self.observer = observer
    self.lookUp = lookUp
  }

  /// A hub for the names of this server's own store.
  init(library: any Library, logger: Logger) {
    self.init(logger: logger) { name in
      try await library.registration(of: name).map {
        NameState(image: $0.image, generation: $0.generation)
      }
    }
  }

  /// Watches these names instead of those before.
  func watch(_ names: [String], for watcher: ObjectIdentifier, notify: @escaping Notify) {
    end(watcher)
    guard !names.isEmpty else { return }
    watchers[watcher] = Watcher(names: Set(names), notify: notify)
    for name in names {
      if watching[name] == nil { observer?(name, true) }
      watching[name, default: []].insert(watcher)
    }
  }

  /// Watches nothing any more.
  func end(_ watcher: ObjectIdentifier) {
    guard let known = watchers.removeValue(forKey: watcher) else { return }
    for name in known.names {
      watching[name]?.remove(watcher)
      if watching[name]?.isEmpty == true {
        watching[name] = nil
        states[name] = nil
        observer?(name, false)
      }
    }
  }

  /// Tells a connection where its names point now, so that it misses nothing that happened before
  /// it watched; names that stand for nothing are left out.
  func tellAll(_ watcher: ObjectIdentifier) async {
    guard let known = watchers[watcher] else { return }
    for name in known.names.sorted() {
      let before = states[name]
      // What this look is the first to see is news for all who watch the name.
      await check(name)
      guard let state = states[name], state == before, state.image != nil else { continue }
      known.notify(name, state)
    }
  }

  /// Follows changes until they end, or this is cancelled.
  /// - Parameter changes: the library's.
  func run(_ changes: AsyncStream<NameChange>) async {
    for await change in changes {
      switch change {
      case .moved(let name): await check(name)
      case .any: for name in watching.keys.sorted() { await check(name) }
      }
    }
  }

  private func check(_ name: String) async {
    guard watching[name] != nil, let state = await look(up: name) else { return }
    // It may be unwatched by now, or somebody else may have looked meanwhile and seen more.
    guard let interested = watching[name], states[name].map(state.isNewer) ?? true else { return }
    let isFirstLook = states[name] == nil
    states[name] = state
    // A name that stands for nothing is news only where it stood for something.
    if isFirstLook, state.image == nil { return }
    for watcher in interested { watchers[watcher]?.notify(name, state) }
  }

  private func look(up name: String) async -> NameState? {
    do {
      if let found = try await lookUp(name) { return found }
      return NameState(image: nil, generation: states[name]?.generation ?? 0)
    } catch {
      logger.error("a watched name cannot be looked up", metadata: ["error": "\(error)"])
      return nil
    }
  }
}
