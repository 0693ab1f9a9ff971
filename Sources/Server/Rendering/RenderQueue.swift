internal import NIOPosix

/// Where pictures are decoded and forms are made: as many threads as cores, a bounded line before
/// them. Decoding blocks a thread for its whole length, so it never runs on the threads that
/// Swift's tasks or the event loops share.
final class RenderQueue: Sendable {
  /// The line is full.
  struct Full: Error {
    /// When to ask again.
    let retryAfter: Duration
  }

  private let pool: NIOThreadPool
  private let waiting: Waiting
  private let limit: Int

  /// - Parameters:
  ///   - threadCount: work in progress at once.
  ///   - limit: work in progress and in line together.
  init(threadCount: Int, limit: Int) {
    pool = NIOThreadPool(numberOfThreads: threadCount)
    waiting = Waiting()
    self.limit = limit
    pool.start()
  }

  /// Runs `work` on a thread of the queue.
  /// - Throws: ``Full`` when the line is full; what `work` throws.
  func run<Value: Sendable>(_ work: @escaping @Sendable () throws -> Value) async throws -> Value {
    guard await waiting.enter(limit: limit) else { throw Full(retryAfter: .seconds(5)) }
    do {
      let value = try await pool.runIfActive(work)
      await waiting.leave()
      return value
    } catch {
      await waiting.leave()
      throw error
    }
  }

  /// Lets running work end and refuses the rest.
  func shutDown() async { try? await pool.shutdownGracefully() }

  /// How much is in the queue.
  private actor Waiting {
    private var count = 0

    func enter(limit: Int) -> Bool {
      guard count < limit else { return false }
      count += 1
      return true
    }

    func leave() { count -= 1 }
  }
}
