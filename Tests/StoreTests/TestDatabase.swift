import Foundation
import Synchronization
import TestCluster
import Testing

@testable import Store

/// A new database of the cluster that all tests of this process share, dropped when the last
/// reference goes.
final class TestDatabase: Sendable {
  /// Where it is, as `--store` takes it.
  let uri: String
  private let name: String
  private let site: Site

  /// Waits until there are not too many others.
  init() async throws {
    await Self.permits.take()
    do {
      let site = try await Self.site.get()
      let name = "t" + UUID().uuidString.lowercased().replacing("-", with: "")
      try await site.run("CREATE DATABASE \(name)")
      self.name = name
      self.site = site
      uri = site.cluster.uri(of: name)
    } catch {
      Self.permits.give()
      throw error
    }
  }

  deinit {
    // Nobody waits for it but who wants another.
    let (site, name) = (site, name)
    Task {
      try? await site.run("DROP DATABASE \(name) WITH (FORCE)")
      Self.permits.give()
    }
  }

  /// What the cluster has written to its log about this database.
  var log: [Substring] {
    site.cluster.log.split(separator: "\n").filter { $0.contains(" \(name) ") }
  }

  /// The cluster, and how its databases are made: on threads that may wait.
  private final class Site: Sendable {
    let cluster: PostgresCluster
    private let pool: PostgresPool

    init() throws {
      cluster = try PostgresCluster.start()
      var settings = PostgresSettings()
      settings.connectionLimit = 2
      pool = PostgresPool(
        try #require(PostgresURI(cluster.uri(of: "postgres"))), settings: settings)
    }

    func run(_ sql: String) async throws {
      try await pool.read { connection throws(StoreError) in _ = try connection.command(sql) }
    }
  }

  private static let site = Lazy { try Site() }
  /// All tests run at once, and a cluster has not so many connections.
  private static let permits = Permits(12)
}

/// A value that is made when it is first asked for, on a thread that may wait.
actor Lazy<Value: Sendable> {
  private let make: @Sendable () throws -> Value
  private var task: Task<Value, any Error>?

  init(_ make: @escaping @Sendable () throws -> Value) { self.make = make }

  func get() async throws -> Value {
    let task =
      task
      ?? Task { [make] in
        try await withCheckedThrowingContinuation { continuation in
          DispatchQueue.global().async { continuation.resume(with: Result(catching: make)) }
        }
      }
    self.task = task
    return try await task.value
  }
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
