internal import Foundation
internal import Synchronization

/// How a library works with its database. What may be set is set by tests.
package struct PostgresSettings: Sendable {
  /// Connections for statements; another one listens.
  package var connectionLimit = 8
  /// How long a statement may take.
  package var statementTimeout: Duration = .seconds(30)
  /// How long a call tries again while the database cannot be reached.
  package var patience: Duration = .seconds(10)
  /// How long a claim holds when its node is not heard of.
  package var lease: Duration = .seconds(15)
  /// Bytes of originals and forms that a node keeps in its folder.
  package var cacheByteLimit = 8_589_934_592

  /// The standard settings.
  package init() {}
}

/// Connections to the database, and threads that wait on them.
///
/// A call outlives the loss of a connection, and a restart of the database: it is done again from
/// its beginning until ``PostgresSettings/patience`` is over. A write may have happened nevertheless
/// when its commit was sent and not answered, so what is written must come to the same when it is
/// done twice, by itself or by its ``PostgresReceipt``.
final class PostgresPool: Sendable {
  private let uri: PostgresURI
  private let settings: PostgresSettings
  private let queue: BlockingQueue
  /// Connections that nobody uses now.
  private let idle = Mutex<[PostgresConnection]>([])

  /// A pool that connects when it has to.
  init(_ uri: PostgresURI, settings: PostgresSettings) {
    self.uri = uri
    self.settings = settings
    queue = BlockingQueue(named: "forme.store.postgres", width: settings.connectionLimit)
  }

  /// Runs blocking work on one of the pool's threads.
  func run<Value: Sendable>(
    _ work: @escaping @Sendable () throws(StoreError) -> Value
  ) async throws(StoreError) -> Value {
    try await queue.run(work)
  }

  /// Runs statements that change nothing, or one that commits by itself and may be done twice.
  func read<Value: Sendable>(
    _ body: @escaping @Sendable (PostgresConnection) throws(StoreError) -> Value
  ) async throws(StoreError) -> Value {
    try await run { [self] () throws(StoreError) in try readBlocking(body) }
  }

  /// Runs `body` as one transaction that may be done twice; see above.
  func write<Value: Sendable>(
    _ body: @escaping @Sendable (PostgresConnection) throws(StoreError) -> Value
  ) async throws(StoreError) -> Value {
    try await run { [self] () throws(StoreError) in try writeBlocking(body) }
  }

  /// Like ``read(_:)``, on a thread of the pool.
  /// - Parameter patience: for how long it is tried; by default as the settings say.
  func readBlocking<Value>(
    patience: Duration? = nil,
    _ body: (PostgresConnection) throws(StoreError) -> Value
  ) throws(StoreError) -> Value {
    let deadline = ContinuousClock.now + (patience ?? settings.patience)
    var backoff = Backoff()
    while true {
      do throws(StoreError) {
        return try withConnection(body)
      } catch  where error.mayPass && .now < deadline {
        Thread.sleep(forTimeInterval: backoff.next())
      }
    }
  }

  /// Like ``write(_:)``, on a thread of the pool.
  func writeBlocking<Value>(
    _ body: (PostgresConnection) throws(StoreError) -> Value
  ) throws(StoreError) -> Value {
    try readBlocking { connection throws(StoreError) in
      try connection.command("BEGIN")
      let value: Value
      do throws(StoreError) {
        value = try body(connection)
      } catch {
        _ = try? connection.command("ROLLBACK")
        throw error
      }
      try Self.commit(connection)
      return value
    }
  }

  private static func commit(_ connection: PostgresConnection) throws(StoreError) {
    let answer: String
    do throws(StoreError) {
      answer = try connection.command("COMMIT")
    } catch .database(let state, let message) where PostgresState.isLoss(state) {
      throw .database(state: PostgresState.outcomeUnknown, message: message)
    }
    // A transaction in which something failed is rolled back, and the server calls that a success.
    guard answer == "COMMIT" else {
      throw .database(state: PostgresState.unknown, message: "the transaction was rolled back")
    }
  }

  private func withConnection<Value>(
    _ body: (PostgresConnection) throws(StoreError) -> Value
  ) throws(StoreError) -> Value {
    let connection: PostgresConnection
    if let waiting = idle.withLock({ $0.popLast() }) {
      connection = waiting
    } else {
      connection = try PostgresConnection(uri, statementTimeout: settings.statementTimeout)
    }
    do throws(StoreError) {
      let value = try body(connection)
      giveBack(connection)
      return value
    } catch {
      if error.isLoss {
        // The others have most likely ended with it.
        idle.withLock { $0.removeAll() }
      } else {
        giveBack(connection)
      }
      throw error
    }
  }

  private func giveBack(_ connection: PostgresConnection) {
    guard connection.isIdle else { return }
    idle.withLock { $0.append(connection) }
  }

  /// Ends all connections when what was begun has ended.
  func close() async {
    await queue.drain()
    idle.withLock { $0.removeAll() }
  }
}

/// How long to wait before the next attempt: longer each time, up to a second, and never as long as
/// others who failed at the same moment.
struct Backoff {
  private var limit: TimeInterval = 0.02

  /// The next time, in seconds.
  mutating func next() -> TimeInterval {
    defer { limit = min(limit * 2, 1) }
    return .random(in: limit / 2...limit)
  }
}

extension StoreError {
  /// The database could not be reached, or the connection ended.
  var isLoss: Bool {
    if case .database(let state, _) = self { PostgresState.isLoss(state) } else { false }
  }

  /// The same may succeed when it is done again: the database cannot be reached, or others were in
  /// the way.
  package var mayPass: Bool {
    if case .database(let state, _) = self, PostgresState.isConflict(state) { return true }
    return isLoss
  }
}
