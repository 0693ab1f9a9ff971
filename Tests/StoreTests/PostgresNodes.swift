import Foundation
import Synchronization
import Testing

@testable import Store

/// Nodes of one store, each with a folder of its own.
final class PostgresNodes: Sendable {
  let database: TestDatabase
  let folders: [TemporaryFolder]
  let libraries: [PostgresLibrary]

  init(
    _ count: Int = 2, limits: StoreLimits = StoreLimits(),
    settings: PostgresSettings = PostgresSettings()
  ) async throws {
    let database = try await TestDatabase()
    self.database = database
    let folders = try (0..<count).map { _ in try TemporaryFolder() }
    self.folders = folders
    let uri = try #require(PostgresURI(database.uri))
    // All at once: the first to come makes the schema.
    let opened = try await withThrowingTaskGroup(of: (Int, PostgresLibrary).self) { group in
      for (index, folder) in folders.enumerated() {
        group.addTask {
          let library = try await PostgresLibrary.open(
            uri, folder: folder.data, at: .epoch, limits: limits, settings: settings,
            faults: folder.kept(by: nil))
          return (index, library)
        }
      }
      return try await group.reduce(into: []) { $0.append($1) }
    }
    libraries = opened.sorted { $0.0 < $1.0 }.map(\.1)
  }

  var first: PostgresLibrary { libraries[0] }
  var second: PostgresLibrary { libraries[1] }

  func close() async throws {
    for library in libraries { try await library.close() }
  }
}

/// A value that tasks share.
final class Shared<Value: Sendable>: Sendable {
  private let value: Mutex<Value>

  init(_ value: Value) { self.value = Mutex(value) }

  func withLock<Result: Sendable>(_ body: (inout Value) -> Result) -> Result {
    value.withLock { value in
      var copy = value
      defer { value = copy }
      return body(&copy)
    }
  }
}
