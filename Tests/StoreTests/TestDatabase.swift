import Foundation
import Synchronization
import TestCluster

/// A new database of the cluster that all tests of this process share, dropped when the last
/// reference goes.
final class TestDatabase: Sendable {
  /// Where it is, as `--store` takes it.
  let uri: String
  private let cluster: PostgresCluster

  /// Waits until there are not too many others.
  init() async throws {
    await Self.permits.take()
    do {
      cluster = try Self.cluster.get()
      uri = try cluster.makeDatabase()
    } catch {
      Self.permits.give()
      throw error
    }
  }

  deinit {
    try? cluster.dropDatabase(uri)
    Self.permits.give()
  }

  private static let cluster = Result { try PostgresCluster.start() }
  /// All tests run at once, and a cluster has not so many connections.
  private static let permits = Permits(12)
}

/// A database that is made when it is first asked for.
actor LazyDatabase {
  private var task: Task<TestDatabase, any Error>?

  func get() async throws -> TestDatabase {
    let task = task ?? Task { try await TestDatabase() }
    self.task = task
    return try await task.value
  }
}

/// A number of permits; whoever finds none waits.
final class Permits: Sendable {
  private struct State {
    var count: Int
    var waiting: [CheckedContinuation<Void, Never>] = []
  }

  private let state: Mutex<State>

  init(_ count: Int) { state = Mutex(State(count: count)) }

  func take() async {
    await withCheckedContinuation { continuation in
      let isFree = state.withLock { state in
        if state.count > 0 {
          state.count -= 1
          return true
        }
        state.waiting.append(continuation)
        return false
      }
      if isFree { continuation.resume() }
    }
  }

  func give() {
    let next: CheckedContinuation<Void, Never>? = state.withLock { state in
      if state.waiting.isEmpty {
        state.count += 1
        return nil
      }
      return state.waiting.removeFirst()
    }
    next?.resume()
  }
}
