internal import Foundation

/// Where blocking work runs: a few threads of its own, so that a slow disk or database never holds
/// up the threads that Swift's tasks share.
struct BlockingQueue: Sendable {
  private let queue: OperationQueue

  /// A queue for file work. Disk work beyond its width waits in line: more at once would only make
  /// the disk seek more.
  init() {
    self.init(named: "forme.store.files", width: 8)
  }

  /// A queue that does so much at once.
  init(named name: String, width: Int) {
    queue = OperationQueue()
    queue.name = name
    queue.maxConcurrentOperationCount = width
  }

  /// Runs `work` to its end, whether or not the calling task is cancelled meanwhile: a write that
  /// was begun is finished.
  func run<Value: Sendable>(
    _ work: @escaping @Sendable () throws(StoreError) -> Value
  ) async throws(StoreError) -> Value {
    let result: Result<Value, StoreError> = await withCheckedContinuation { continuation in
      queue.addOperation {
        continuation.resume(returning: Result(catching: work))
      }
    }
    return try result.get()
  }

  /// Returns when everything that was begun before has ended.
  func drain() async {
    await withCheckedContinuation { continuation in
      queue.addBarrierBlock { continuation.resume() }
    }
  }
}
