internal import Foundation

/// Where blocking file work runs: a few threads of its own, so that a slow disk never holds up the
/// threads that Swift's tasks share.
struct FileQueue: Sendable {
  /// Disk work beyond this waits in line: more at once would only make the disk seek more.
  private static let widthLimit = 8

  private let queue: OperationQueue

  init() {
    queue = OperationQueue()
    queue.name = "forme.store.files"
    queue.maxConcurrentOperationCount = Self.widthLimit
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
}
