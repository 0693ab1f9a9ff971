internal import GRDB
internal import Synchronization

/// Tells listeners of changed names: of this process at once, of others by looking every second.
final class NameFeed: Sendable {
  private struct State {
    /// Looks for changes of other processes while somebody listens.
    var watch: Task<Void, Never>?
    /// SQLite's count of commits that this process did not make.
    var dataVersion: Int
  }

  private let catalog: Catalog
  private let feed = ChangeFeed()
  private let state: Mutex<State>

  /// A feed of the changes to `catalog` since it was opened.
  init(_ catalog: Catalog) {
    self.catalog = catalog
    state = Mutex(State(dataVersion: catalog.initialDataVersion))
  }

  /// A stream of the changes from now on.
  func changes() -> AsyncStream<NameChange> {
    let stream = feed.changes { [weak self] in self?.adjustWatch() }
    adjustWatch()
    return stream
  }

  /// Looks while somebody listens, and not longer.
  private func adjustWatch() {
    let ended: Task<Void, Never>? = state.withLock { state in
      guard feed.hasListeners else {
        defer { state.watch = nil }
        return state.watch
      }
      if state.watch == nil {
        state.watch = Task { [weak self] in
          while (try? await Task.sleep(for: .seconds(1))) != nil, let self {
            await self.lookForOthers()
          }
        }
      }
      return nil
    }
    ended?.cancel()
  }

  /// Tells everybody of a change that is on stable storage.
  func report(_ change: NameChange) { feed.report(change) }

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
    feed.close()
    adjustWatch()
  }
}
