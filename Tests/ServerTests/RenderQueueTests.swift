import Foundation
import Synchronization
import Testing

@testable import Server

@Suite(.timeLimit(.minutes(1))) struct RenderQueueTests {
  struct Failure: Error {}

  @Test func workGivesItsResultOrItsError() async throws {
    let queue = RenderQueue(threadCount: 2, limit: 4)
    #expect(try await queue.run { 6 * 7 } == 42)
    await #expect(throws: Failure.self) { try await queue.run { throw Failure() } }
    // A failure gives its place free as well.
    for _ in 0..<8 {
      await #expect(throws: Failure.self) { try await queue.run { throw Failure() } }
    }
    #expect(try await queue.run { 1 } == 1)
    await queue.shutDown()
  }

  @Test func aFullLineRefusesAndRecovers() async throws {
    let queue = RenderQueue(threadCount: 3, limit: 3)
    let gate = Gate()
    try await withThrowingTaskGroup(of: Void.self) { group in
      for _ in 0..<3 { group.addTask { try await queue.run { gate.pass() } } }
      await gate.waitForArrivals(3)
      let refusal = await #expect(throws: RenderQueue.Full.self) { try await queue.run {} }
      #expect(refusal?.retryAfter == .seconds(5))
      gate.open(3)
      for try await _ in group {}
    }
    #expect(try await queue.run { 1 } == 1)
    await queue.shutDown()
  }

  @Test func noMoreRunAtOnceThanThereAreThreads() async throws {
    let queue = RenderQueue(threadCount: 2, limit: 64)
    let running = Running()
    try await withThrowingTaskGroup(of: Void.self) { group in
      for _ in 0..<32 {
        group.addTask {
          try await queue.run {
            running.begin()
            for _ in 0..<100 { sched_yield() }
            running.end()
          }
        }
      }
      for try await _ in group {}
    }
    #expect((1...2).contains(running.most))
    await queue.shutDown()
  }

  /// How much runs, and the most that ran at once.
  private final class Running: Sendable {
    private let counts = Mutex((now: 0, most: 0))

    var most: Int { counts.withLock { $0.most } }

    func begin() {
      counts.withLock {
        $0.now += 1
        $0.most = max($0.most, $0.now)
      }
    }

    func end() { counts.withLock { $0.now -= 1 } }
  }

  @Test func shuttingDownEndsWhatRunsAndTurnsAwayTheRest() async throws {
    let queue = RenderQueue(threadCount: 1, limit: 2)
    let gate = Gate()
    async let running = queue.run {
      gate.pass()
      return 1
    }
    await gate.waitForArrivals(1)
    let waiting = Task { try await queue.run { 2 } }
    async let end: Void = queue.shutDown()
    await #expect(throws: RenderQueue.Full.self) { _ = try await waiting.value }
    gate.open(1)
    #expect(try await running == 1)
    await end
    await #expect(throws: RenderQueue.Full.self) { try await queue.run { 3 } }
  }
}
