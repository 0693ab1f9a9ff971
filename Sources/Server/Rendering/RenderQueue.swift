internal import NIOPosix
internal import Synchronization

/// Where pictures are decoded and forms are made: a bounded line before as many slots as threads.
/// Decoding blocks a thread for its whole length, so it never runs on the threads that Swift's
/// tasks or the event loops share. Files are opened in a slot, not in the line.
final class RenderQueue: Sendable {
  /// The line is full, or the server is ending.
  struct Full: Error {
    /// When to ask again.
    let retryAfter: Duration
  }

  private struct State {
    var freeSlotCount: Int
    var line: [CheckedContinuation<Void, any Error>] = []
    var isClosed = false
  }

  private static let full = Full(retryAfter: .seconds(5))

  private let pool: NIOThreadPool
  private let lineLimit: Int
  private let state: Mutex<State>

  /// - Parameters:
  ///   - threadCount: work in progress at once.
  ///   - limit: work in progress and in line together.
  init(threadCount: Int, limit: Int) {
    precondition(threadCount > 0 && limit >= 0)
    pool = NIOThreadPool(numberOfThreads: threadCount)
    lineLimit = max(0, limit - threadCount)
    state = Mutex(State(freeSlotCount: min(threadCount, limit)))
    pool.start()
  }

  /// Waits for a slot and runs `body` in it; `body` does its blocking work with ``onThread(_:)``.
  /// - Throws: ``Full`` when the line is full; what `body` throws.
  func withSlot<Value: Sendable>(
    isolation: isolated (any Actor)? = #isolation, _ body: () async throws -> Value
  ) async throws -> Value {
    try await enter()
    defer { leave() }
    return try await body()
  }

  /// Waits for a slot and runs blocking work in it.
  func run<Value: Sendable>(_ work: @escaping @Sendable () throws -> Value) async throws -> Value {
    try await withSlot { try await onThread(work) }
  }

  /// Runs blocking work; only from within a slot.
  func onThread<Value: Sendable>(
    _ work: @escaping @Sendable () throws -> Value
  ) async throws -> Value {
    try await pool.runIfActive(work)
  }

  /// Turns away the line and everybody who comes, and waits for the work in progress.
  func shutDown() async {
    let line = state.withLock { state in
      state.isClosed = true
      defer { state.line = [] }
      return state.line
    }
    for waiter in line { waiter.resume(throwing: Self.full) }
    try? await pool.shutdownGracefully()
  }

  private func enter() async throws {
    try await withCheckedThrowingContinuation { continuation in
      let answer: Result<Void, any Error>? = state.withLock { state in
        if state.isClosed { return .failure(Self.full) }
        if state.freeSlotCount > 0 {
          state.freeSlotCount -= 1
          return .success(())
        }
        guard state.line.count < lineLimit else { return .failure(Self.full) }
        state.line.append(continuation)
        return nil
      }
      if let answer { continuation.resume(with: answer) }
    }
  }

  private func leave() {
    let next = state.withLock { state in
      guard !state.line.isEmpty else {
        state.freeSlotCount += 1
        return nil as CheckedContinuation<Void, any Error>?
      }
      return state.line.removeFirst()
    }
    next?.resume()
  }
}
