internal import Foundation
internal import GRDB

/// The embedded library's SQLite database: opens it safely, and turns what it throws into
/// ``StoreError``.
final class Catalog: Sendable {
  /// The database; many readers beside one writer.
  let pool: DatabasePool
  /// ``dataVersion()`` when it was opened.
  let initialDataVersion: Int

  /// Opens or makes the database. Blocks.
  /// - Parameter trace: called with every statement that is run, for tests.
  /// - Throws: ``StoreError/catalogTooNew``.
  init(_ path: String, trace: (@Sendable (String) -> Void)? = nil) throws(StoreError) {
    var configuration = Configuration()
    // Another process may be writing: writes wait for it instead of failing.
    configuration.busyMode = .timeout(5)
    if let trace {
      configuration.prepareDatabase { database in
        database.trace { event in
          if case .statement(let statement) = event { trace(statement.sql) }
        }
      }
    }
    do {
      pool = try DatabasePool(path: path, configuration: configuration)
      // The pool sets NORMAL, with which a crash of the machine may take back what was committed
      // and acknowledged. Only the one connection that writes needs to sync.
      try pool.writeWithoutTransaction { try $0.execute(sql: "PRAGMA synchronous = FULL") }
      let migrator = CatalogMigrations.migrator
      guard try !pool.read(migrator.hasBeenSuperseded) else { throw StoreError.catalogTooNew }
      initialDataVersion = try pool.writeWithoutTransaction { try Self.dataVersion($0) }
    } catch {
      throw StoreError(catalog: error)
    }
  }

  /// Whether the schema is up to date.
  func isMigrated() throws(StoreError) -> Bool {
    try readBlocking(CatalogMigrations.migrator.hasCompletedMigrations)
  }

  /// Brings the schema up to date. Blocks.
  func migrate() throws(StoreError) {
    do {
      try CatalogMigrations.migrator.migrate(pool)
    } catch {
      throw StoreError(catalog: error)
    }
  }

  /// Reads one state of the database, on a thread of the database's own.
  func read<Value: Sendable>(
    _ body: @escaping @Sendable (Database) throws -> Value
  ) async throws(StoreError) -> Value {
    do {
      return try await pool.read(body)
    } catch {
      throw StoreError(catalog: error)
    }
  }

  /// Runs `body` as one transaction, on a thread of the database's own. When it returns the changes
  /// are on stable storage; when it throws nothing was changed.
  func write<Value: Sendable>(
    _ body: @escaping @Sendable (Database) throws -> Value
  ) async throws(StoreError) -> Value {
    do {
      return try await pool.write(body)
    } catch {
      throw StoreError(catalog: error)
    }
  }

  /// Like ``write(_:)``, for file work that blocks anyway.
  func writeBlocking<Value>(_ body: (Database) throws -> Value) throws(StoreError) -> Value {
    do {
      return try pool.write(body)
    } catch {
      throw StoreError(catalog: error)
    }
  }

  /// Like ``read(_:)``, for file work that blocks anyway.
  func readBlocking<Value>(_ body: (Database) throws -> Value) throws(StoreError) -> Value {
    do {
      return try pool.read(body)
    } catch {
      throw StoreError(catalog: error)
    }
  }

  /// A number that changes when another process commits, and not when this one does.
  func dataVersion() async throws(StoreError) -> Int {
    do {
      return try await pool.writeWithoutTransaction { try Self.dataVersion($0) }
    } catch {
      throw StoreError(catalog: error)
    }
  }

  private static func dataVersion(_ database: Database) throws -> Int {
    try Int.fetchOne(database, sql: "PRAGMA data_version") ?? 0
  }

  /// Ends all accesses and leaves the whole catalog in one file. Blocks.
  func close() throws(StoreError) {
    do {
      // SQLite moves the write-ahead log into the database when the last connection closes, which
      // one that only reads cannot do; so the writer has to be the last.
      pool.invalidateReadOnlyConnections()
      try pool.close()
    } catch {
      throw StoreError(catalog: error)
    }
  }
}

extension StoreError {
  /// What an access to the catalog threw.
  init(catalog error: any Error) {
    switch error {
    case let error as StoreError:
      self = error
    case let error as DatabaseError where error.resultCode == .SQLITE_FULL:
      self = .storeFull
    case let error as DatabaseError:
      self = .catalog(
        code: error.extendedResultCode.rawValue, message: error.message ?? "no message")
    case is CancellationError:
      self = .cancelled
    default:
      self = .catalog(code: 0, message: "\(type(of: error))")
    }
  }
}

extension Row {
  /// The value of a column. A catalog that somebody has tampered with is an error, never a trap.
  func value<Value: DatabaseValueConvertible>(
    _ column: String, as type: Value.Type = Value.self
  ) throws(StoreError) -> Value {
    let value: DatabaseValue = self[column]
    guard let value = Value.fromDatabaseValue(value) else {
      throw .catalogDamaged(column: column)
    }
    return value
  }

  /// The bytes of a column.
  func bytes(_ column: String) throws(StoreError) -> [UInt8] {
    Array(try value(column, as: Data.self))
  }

  /// What `make` makes of the bytes of a column, for instance an id.
  func value<Value>(
    _ column: String, _ make: ([UInt8]) -> Value?
  ) throws(StoreError) -> Value {
    guard let value = make(try bytes(column)) else { throw .catalogDamaged(column: column) }
    return value
  }
}
