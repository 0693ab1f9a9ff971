internal import Logging
internal import Store
internal import Synchronization

/// Knows what strangers may do, and which connections live by which key: those of a key that is
/// revoked are ended.
///
/// Keys change beside the server, by the operator's commands. What this says of strangers is as old
/// as the last look, within a second or two; a key itself is always looked up anew.
final class AccessDesk: Sendable {
  /// A connection that proved a key.
  private struct Holder {
    let key: AccessKeyID
    let serial: Int64
    /// Ends the connection; called on no particular executor.
    let end: @Sendable () -> Void
  }

  private struct State {
    var strangers = Rights.none
    var holders: [ObjectIdentifier: Holder] = [:]
  }

  private let library: any Library
  private let isOnLoopback: Bool
  private let opensRetrieval: Bool
  /// The most that anybody may do at this server.
  let actions: Rights.Actions
  private let logger: Logger
  private let state = Mutex(State())

  /// A desk that lets strangers do nothing until ``refresh()``.
  /// - Parameters:
  ///   - isOnLoopback: nobody but this machine reaches the listener.
  ///   - opensRetrieval: strangers may retrieve wherever they are.
  ///   - actions: the most that anybody may do.
  init(
    library: any Library, isOnLoopback: Bool, opensRetrieval: Bool,
    actions: Rights.Actions = [.retrieve, .register], logger: Logger
  ) {
    self.library = library
    self.isOnLoopback = isOnLoopback
    self.opensRetrieval = opensRetrieval
    self.actions = actions
    self.logger = logger
  }

  /// What somebody without a key may do now.
  var strangers: Rights { state.withLock { $0.strangers }.limited(to: actions) }

  /// What the holder of a key may do.
  func rights(of key: AccessKey) -> Rights { key.rights.limited(to: actions) }

  /// The key with this id that is in force now; `nil` when there is none.
  func key(_ id: AccessKeyID) async throws -> AccessKey? { try await library.key(id) }

  /// A connection lives by a key from now on.
  /// - Parameters:
  ///   - key: what it proved; it was looked up before.
  ///   - end: called once the key is revoked.
  ///
  /// Then call ``check(_:)``: the key may have been revoked between the look and this.
  func enter(
    _ connection: ObjectIdentifier, by key: AccessKey, end: @escaping @Sendable () -> Void
  ) {
    state.withLock {
      $0.holders[connection] = Holder(key: key.id, serial: key.serial, end: end)
    }
  }

  /// The connection is over.
  func leave(_ connection: ObjectIdentifier) {
    state.withLock { $0.holders[connection] = nil }
  }

  /// Looks at the keys whenever another process has written to the catalog, until the changes end
  /// or this is cancelled.
  /// - Parameter changes: the library's.
  func run(_ changes: AsyncStream<NameChange>) async {
    for await change in changes where change == .any {
      while !Task.isCancelled {
        do {
          try await refresh()
          break
        } catch {
          logger.error("keys cannot be looked up", metadata: ["error": "\(error)"])
          try? await Task.sleep(for: .seconds(1))
        }
      }
    }
  }

  /// Looks at the keys now.
  func refresh() async throws {
    let keys = try await library.keys()
    let rights = Rights.strangers(
      onLoopback: isOnLoopback, hasKeys: !keys.isEmpty, opensRetrieval: opensRetrieval)
    let valid = Set(keys.filter { $0.revokedAt == nil }.map(\.serial))
    let doubtful = state.withLock { state in
      state.strangers = rights
      return state.holders.filter { !valid.contains($0.value.serial) }.map(\.key)
    }
    // A key may be younger than the list.
    for connection in doubtful { await check(connection) }
  }

  /// Ends a connection unless its key is in force.
  func check(_ connection: ObjectIdentifier) async {
    guard let holder = state.withLock({ $0.holders[connection] }) else { return }
    do {
      if try await library.key(holder.key)?.serial == holder.serial { return }
    } catch {
      // Nobody keeps a right because the catalog cannot be read.
      logger.error("a key cannot be looked up", metadata: ["error": "\(error)"])
    }
    guard state.withLock({ $0.holders.removeValue(forKey: connection) }) != nil else { return }
    holder.end()
  }
}

extension Rights {
  /// What a device without a key may do (spec/PROTOCOL.md, "Security considerations").
  /// - Parameters:
  ///   - onLoopback: nobody but this machine reaches the listener.
  ///   - hasKeys: the operator has made a key, which may be revoked by now: whoever once decided
  ///     who comes in does not mean everybody when the last key goes.
  ///   - opensRetrieval: the setting.
  static func strangers(onLoopback: Bool, hasKeys: Bool, opensRetrieval: Bool) -> Rights {
    if onLoopback && !hasKeys { return .all }
    return opensRetrieval ? Rights(.retrieve) : .none
  }
}
