internal import GRDB
internal import Synchronization

/// Tells listeners of changed names: of this process at once, of others by looking every second.
final class NameFeed: Sendable {
  /// Changes that wait for a listener; beyond it they become one ``NameChange/any``.
  private static let bufferLimit = 256

  private struct State {
    var listeners: [Int: AsyncStream<NameChange>.Continuation] = [:]
    var lastListener = 0
    /// Looks for changes of other processes while somebody listens.
    var watch: Task<Void, Never>?
    var isClosed = false
    /// SQLite's count of commits that this process did not make.
    var dataVersion: Int
  }

  private let catalog: Catalog
  private let state: Mutex<State>

  /// A feed of the changes to `catalog` since it was opened.
  init(_ catalog: Catalog) {
    self.catalog = catalog
    state = Mutex(State(dataVersion: catalog.initialDataVersion))
  }

  /// A stream of the changes from now on.
  func changes() -> AsyncStream<NameChange> {
    let (stream, continuation) = AsyncStream.makeStream(
      of: NameChange.self, bufferingPolicy: .bufferingNewest(Self.bufferLimit))
    let listener: Int? = state.withLock { state in
      guard !state.isClosed else { return nil }
      state.lastListener += 1
      state.listeners[state.lastListener] = continuation
      if state.watch == nil {
        state.watch = Task { [weak self] in
          while (try? await Task.sleep(for: .seconds(1))) != nil, let self {
            await self.lookForOthers()
          }
        }
      }
      return state.lastListener
    }
    if let listener {
      continuation.onTermination = { [weak self] _ in self?.forget(listener) }
    } else {
      continuation.finish()
    }
    return stream
  }

  /// Tells everybody of a change that is on stable storage.
  func report(_ change: NameChange) {
    for listener in state.withLock({ Array($0.listeners.values) }) {
      // The oldest is dropped when the buffer is full; what takes its place stands for it too.
      if case .dropped = listener.yield(change) { listener.yield(.any) }
    }
  }

  /// Reports ``NameChange/any`` when another process has committed since the last look.
  func lookForOthers() async {
    // On the connection that writes, the number stays as it is when this process commits. While the
    // catalog cannot be read nothing is reported; the next look finds the change.
    guard let version = try? await catalog.dataVersion() else { return }
    let isChanged = state.withLock { state in
      defer { state.dataVersion = version }
      return state.dataVersion != version
    }
    if isChanged { report(.any) }
  }

  /// Ends all streams.
  func close() {
    let (listeners, watch) = state.withLock { state in
      state.isClosed = true
      defer {
        state.listeners = [:]
        state.watch = nil
      }
      return (Array(state.listeners.values), state.watch)
    }
    watch?.cancel()
    for listener in listeners { listener.finish() }
  }

  private func forget(_ listener: Int) {
    let watch: Task<Void, Never>? = state.withLock { state in
      state.listeners[listener] = nil
      guard state.listeners.isEmpty else { return nil }
      defer { state.watch = nil }
      return state.watch
    }
    watch?.cancel()
  }
}
