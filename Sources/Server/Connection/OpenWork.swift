internal import Synchronization

/// Counts the tasks that use the store, so that it is closed after the last of them.
final class OpenWork: Sendable {
  private struct State {
    var count = 0
    var waiter: CheckedContinuation<Void, Never>?
  }

  private let state = Mutex(State())

  /// One task more; it calls ``leave()`` at its end.
  func enter() { state.withLock { $0.count += 1 } }

  /// Waits until no task is left; called once, when none can start any more.
  func drain() async {
    await withCheckedContinuation { continuation in
      let isIdle = state.withLock { state in
        if state.count > 0 { state.waiter = continuation }
        return state.count == 0
      }
      if isIdle { continuation.resume() }
    }
  }

  /// One task less.
  func leave() {
    let waiter = state.withLock { state in
      state.count -= 1
      return state.count == 0 ? state.waiter.take() : nil
    }
    waiter?.resume()
  }
}
