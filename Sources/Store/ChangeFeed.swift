internal import Synchronization

/// Tells listeners of changed names.
final class ChangeFeed: Sendable {
  /// Changes that wait for a listener; beyond it they become one ``NameChange/any``.
  private static let bufferLimit = 256

  private struct State {
    var listeners: [Int: AsyncStream<NameChange>.Continuation] = [:]
    var lastListener = 0
    var isClosed = false
  }

  private let state = Mutex(State())

  /// A stream of the changes from now on.
  /// - Parameter ended: called when its listener listens no more, unless the feed is closed.
  func changes(ended: (@Sendable () -> Void)? = nil) -> AsyncStream<NameChange> {
    let (stream, continuation) = AsyncStream.makeStream(
      of: NameChange.self, bufferingPolicy: .bufferingNewest(Self.bufferLimit))
    let listener: Int? = state.withLock { state in
      guard !state.isClosed else { return nil }
      state.lastListener += 1
      state.listeners[state.lastListener] = continuation
      return state.lastListener
    }
    if let listener {
      continuation.onTermination = { [weak self] _ in
        self?.forget(listener)
        ended?()
      }
    } else {
      continuation.finish()
    }
    return stream
  }

  /// Whether somebody listens.
  var hasListeners: Bool { state.withLock { !$0.listeners.isEmpty } }

  /// Tells everybody of a change that is on stable storage.
  func report(_ change: NameChange) {
    for listener in state.withLock({ Array($0.listeners.values) }) {
      // The oldest is dropped when the buffer is full; what takes its place stands for it too.
      if case .dropped = listener.yield(change) { listener.yield(.any) }
    }
  }

  /// Ends all streams.
  func close() {
    let listeners = state.withLock { state in
      state.isClosed = true
      defer { state.listeners = [:] }
      return Array(state.listeners.values)
    }
    for listener in listeners { listener.finish() }
  }

  private func forget(_ listener: Int) {
    _ = state.withLock { $0.listeners.removeValue(forKey: listener) }
  }
}
