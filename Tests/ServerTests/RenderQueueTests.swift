import Foundation
import Synchronization
import Testing

@testable import Server

@Suite(.timeLimit(.minutes(1))) struct RenderQueueTests {
  struct Failure: Error {}

  @Test func workGivesItsResultOrItsError() async throws {
    let queue = RenderQueue(threadCount: 2, costLimit: 4)
    #expect(try await queue.run(cost: 1) { 6 * 7 } == 42)
    // A failure gives its place and its cost free as well.
    for _ in 0..<8 {
      await #expect(throws: Failure.self) { try await queue.run(cost: 3) { throw Failure() } }
    }
    #expect(try await queue.run(cost: 4) { 1 } == 1)
    await queue.shutDown()
  }

  @Test func whatCostsTooMuchTogetherIsRefused() async throws {
    let queue = RenderQueue(threadCount: 1, costLimit: 100)
    try queue.reserve(60)
    try queue.reserve(40)
    #expect(throws: RenderQueue.Full.self) { try queue.reserve(1) }
    queue.release(40)
    #expect(throws: RenderQueue.Full.self) { try queue.reserve(41) }
    try queue.reserve(40)
    queue.release(40)
    queue.release(60)
    // Alone, anything is taken on.
    try queue.reserve(1_000)
    #expect(throws: RenderQueue.Full.self) { try queue.reserve(1) }
    queue.release(1_000)
    try queue.reserve(1)
    queue.release(1)
    await queue.shutDown()
  }

  /// BUSY says how long what is in line takes, at 25 Mpx a second and thread, 1 to 60 s.
  @Test(arguments: [(1, 1), (100_000_000, 2), (200_000_000, 4), (1 << 40, 60)])
  func aRefusalSaysWhenToComeBack(_ cost: Int, _ seconds: Int) async throws {
    let queue = RenderQueue(threadCount: 2, costLimit: 1)
    try queue.reserve(cost)
    let refusal = #expect(throws: RenderQueue.Full.self) { try queue.reserve(1) }
    #expect(refusal?.retryAfter == .seconds(seconds))
    queue.release(cost)
    await queue.shutDown()
  }

  @Test func noMoreRunAtOnceThanThereAreThreads() async throws {
    let queue = RenderQueue(threadCount: 2)
    let running = Running()
    try await withThrowingTaskGroup(of: Void.self) { group in
      for _ in 0..<32 {
        group.addTask {
          try await queue.run(cost: 1) {
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

  /// Who got a slot, in order.
  private actor Order {
    var names: [String] = []
    func add(_ name: String) { names.append(name) }
  }

  @Test func whoeverWaitsGoesBeforeBackgroundWork() async throws {
    let queue = RenderQueue(threadCount: 1)
    let order = Order()
    #expect(await queue.enter(queue.makeTicket(), .waiting) == .waiting)
    let tickets = (0..<4).map { _ in queue.makeTicket() }
    let line: [(String, RenderQueue.Priority)] = [
      ("background 0", .background), ("background 1", .background), ("waiting 2", .waiting),
      ("waiting 3", .waiting),
    ]
    let tasks = zip(line, tickets).map { entry, ticket in
      let (name, priority) = entry
      return Task {
        let slot = await queue.enter(ticket, priority)
        await order.add(slot == nil ? "\(name) withdrawn" : name)
        if let slot { queue.leave(slot) }
      }
    }
    while queue.lineCount < 4 { await Task.yield() }
    queue.withdraw(tickets[2])
    // A device waits for it now; it comes after those who waited before.
    queue.promote(tickets[1])
    await tasks[2].value
    queue.leave(.waiting)
    for task in tasks { await task.value }
    #expect(
      await order.names == ["waiting 2 withdrawn", "waiting 3", "background 1", "background 0"])
    await queue.shutDown()
  }

  @Test func backgroundWorkLeavesASlotFree() async throws {
    let queue = RenderQueue(threadCount: 2)
    #expect(await queue.enter(queue.makeTicket(), .background) == .background)
    let second = queue.makeTicket()
    let waiting = Task { await queue.enter(second, .background) }
    while queue.lineCount < 1 { await Task.yield() }
    #expect(await queue.enter(queue.makeTicket(), .waiting) == .waiting)
    queue.leave(.waiting)
    // Promoted, it may have the slot that is free.
    queue.promote(second)
    #expect(await waiting.value == .waiting)
    queue.leave(.waiting)
    queue.leave(.background)
    await queue.shutDown()
  }

  @Test func shuttingDownEndsWhatRunsAndTurnsAwayTheRest() async throws {
    let queue = RenderQueue(threadCount: 1)
    let gate = Gate()
    async let running = queue.run(cost: 1) {
      gate.pass()
      return 1
    }
    await gate.waitForArrivals(1)
    let waiting = Task { try await queue.run(cost: 1) { 2 } }
    async let end: Void = queue.shutDown()
    await #expect(throws: RenderQueue.Full.self) { _ = try await waiting.value }
    gate.open(1)
    #expect(try await running == 1)
    await end
    await #expect(throws: RenderQueue.Full.self) { try await queue.run(cost: 1) { 3 } }
  }
}
