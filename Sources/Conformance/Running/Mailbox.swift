internal import Synchronization

/// What a wait came to.
enum Arrival<Element: Sendable>: Sendable {
  case element(Element)
  /// Nothing will come any more.
  case finished
  /// Nothing came in time.
  case nothing
}

/// What arrives on any thread and is waited for by one task, never for longer than it likes.
final class Mailbox<Element: Sendable>: Sendable {
  private struct State {
    var held: [Element] = []
    var isFinished = false
    var waiting: CheckedContinuation<Arrival<Element>, Never>?
    /// Counts waits, so that a timer ends its own alone.
    var waitCount = 0
  }

  private let state = Mutex(State())

  /// How many elements nobody has taken yet.
  var count: Int { state.withLock { $0.held.count } }

  func put(_ element: Element) {
    let waiting = state.withLock { state in
      let waiting = state.waiting
      state.waiting = nil
      if waiting == nil { state.held.append(element) }
      return waiting
    }
    waiting?.resume(returning: .element(element))
  }

  func finish() {
    let waiting = state.withLock { state in
      state.isFinished = true
      defer { state.waiting = nil }
      return state.waiting
    }
    waiting?.resume(returning: .finished)
  }

  /// The next element.
  func next(within limit: Duration) async -> Arrival<Element> {
    var timer: Task<Void, any Error>?
    defer { timer?.cancel() }
    return await withCheckedContinuation { continuation in
      let (now, number) = state.withLock { state -> (Arrival<Element>?, Int) in
        precondition(state.waiting == nil, "two tasks wait for one mailbox")
        state.waitCount += 1
        if !state.held.isEmpty { return (.element(state.held.removeFirst()), state.waitCount) }
        if state.isFinished { return (.finished, state.waitCount) }
        state.waiting = continuation
        return (nil, state.waitCount)
      }
      if let now { return continuation.resume(returning: now) }
      timer = Task {
        try await Task.sleep(for: limit)
        endWait(number)
      }
    }
  }

  private func endWait(_ number: Int) {
    let waiting = state.withLock { state -> CheckedContinuation<Arrival<Element>, Never>? in
      guard state.waitCount == number else { return nil }
      defer { state.waiting = nil }
      return state.waiting
    }
    waiting?.resume(returning: .nothing)
  }
}
