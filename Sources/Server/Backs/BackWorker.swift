internal import Synchronization
internal import Transport
internal import WireProtocol

/// One proven connection to a back, and the task that owns it: does one thing after the other.
final class BackWorker: Sendable {
  /// What is to be done with the connection.
  private struct Job: Sendable {
    /// - Returns: false when the connection is of no use any more.
    let run: @Sendable (DeviceClient) async -> Bool
    let fail: @Sendable (any Error) -> Void
  }

  private struct State {
    var job: Job?
    var isOver = false
    var task: Task<Void, Never>?
  }

  private let state = Mutex(State())
  private let signal: AsyncStream<Void>.Continuation

  /// Connects at once.
  /// - Parameter ended: called when the connection is over.
  init(_ link: BackLink, ended: @escaping @Sendable (BackWorker) -> Void) {
    let (signals, signal) = AsyncStream.makeStream(
      of: Void.self, bufferingPolicy: .bufferingNewest(1))
    self.signal = signal
    let task = Task {
      var failure: any Error = DeviceClientError.lost("the connection to the back was given up")
      do {
        try await link.withConnection { client in
          for await _ in signals {
            guard let job = self.takeJob() else { continue }
            guard await job.run(client) else { return }
          }
        }
      } catch {
        failure = error
      }
      self.end(failure)
      ended(self)
    }
    state.withLock { $0.task = task }
  }

  /// Does something with the connection, which nobody else uses meanwhile. A cancelled caller ends
  /// the connection, so that the back stops as well.
  /// - Throws: ``DeviceClientError`` when there is no connection; what `body` throws.
  func run<Value: Sendable>(
    _ body: @escaping @Sendable (DeviceClient) async throws -> Value
  ) async throws -> Value {
    try await withTaskCancellationHandler {
      try await withCheckedThrowingContinuation { continuation in
        let job = Job { client in
          do {
            continuation.resume(returning: try await body(client))
            return true
          } catch {
            continuation.resume(throwing: error)
            // The back has refused one request, and takes another.
            return if case DeviceClientError.refused = error { true } else { false }
          }
        } fail: { error in
          continuation.resume(throwing: error)
        }
        give(job)
      }
    } onCancel: {
      close()
    }
  }

  /// Ends the connection, and what is done with it.
  func close() {
    state.withLock { $0.task }?.cancel()
  }

  private func give(_ job: Job) {
    let isTaken = state.withLock { state in
      guard !state.isOver else { return false }
      precondition(state.job == nil, "two jobs for one connection")
      state.job = job
      return true
    }
    if isTaken {
      signal.yield()
    } else {
      job.fail(DeviceClientError.lost("the back closed the connection"))
    }
  }

  private func takeJob() -> Job? { state.withLock { $0.job.take() } }

  private func end(_ failure: any Error) {
    let job = state.withLock { state in
      state.isOver = true
      return state.job.take()
    }
    job?.fail(failure)
  }
}
