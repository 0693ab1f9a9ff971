import Foundation
import Synchronization
import TestCluster
import Testing

@testable import Store

/// PostgreSQL ends under the store, as a power cut would end it, and comes back.
@Suite("A database that fails", .serialized, .timeLimit(.minutes(5)))
struct PostgresCrashTests {
  /// Counts, and lets somebody wait for a count.
  final class Progress: Sendable {
    private let state = Mutex((count: 0, waiting: [(Int, CheckedContinuation<Void, Never>)]()))

    var count: Int { state.withLock { $0.count } }

    func step() {
      let reached = state.withLock { state in
        state.count += 1
        let reached = state.waiting.filter { $0.0 <= state.count }
        state.waiting.removeAll { $0.0 <= state.count }
        return reached.map(\.1)
      }
      for continuation in reached { continuation.resume() }
    }

    func wait(for count: Int) async {
      await withCheckedContinuation { continuation in
        let isReached = state.withLock { state in
          if state.count >= count { return true }
          state.waiting.append((count, continuation))
          return false
        }
        if isReached { continuation.resume() }
      }
    }
  }

  static var patient: PostgresSettings {
    var settings = PostgresSettings()
    settings.patience = .seconds(60)
    return settings
  }

  /// Whatever was acknowledged is there, and nothing was done twice, although nobody was told that
  /// the database was gone.
  @Test func everyWriteIsDoneOnce() async throws {
    let cluster = try PostgresCluster.start(isDurable: true)
    let uri = try #require(PostgresURI(cluster.makeDatabase()))
    let folder = try TemporaryFolder()
    let library = try await PostgresLibrary.open(
      uri, folder: folder.data, at: .epoch, settings: Self.patient)
    let form = try await library.prepare(widths: [8], name: "counted")[0]
    let request = RequestKey(image: form.image, key: form.key)
    let progress = Progress()
    let isEnding = Shared(false)

    try await withThrowingTaskGroup(of: Void.self) { group in
      for worker in 0..<4 {
        group.addTask {
          var generation: UInt32 = 0
          while !isEnding.withLock({ $0 }) {
            let picture = pictureBytes(UInt8(generation % 5), count: 20_000 + worker)
            let registration = try await library.register(
              "name \(worker)", picture, identity: "\(worker)")
            generation += 1
            #expect(registration.generation == generation)
            #expect(registration.image == ImageID(Digest(of: picture)))
            progress.step()
          }
          #expect(try await library.registration(of: "name \(worker)")?.generation == generation)
        }
      }
      group.addTask {
        var count = 0
        while !isEnding.withLock({ $0 }) {
          let totals = try await library.record(UseRecord(requests: [request: 3]), at: .epoch)
          count += 3
          #expect(totals.images == [request: count] && totals.kinds == [form.key: count])
          progress.step()
        }
      }
      group.addTask {
        // Each is there for as long as it was said to be.
        let id = try #require(AccessKeyID("k"))
        while !isEnding.withLock({ $0 }) {
          try await library.addKey(id, secret: .random(), rights: .all, at: .epoch)
          #expect(try await library.revokeKey(id, at: .epoch))
          #expect(try await library.forgetKey(id))
          progress.step()
        }
      }
      for _ in 0..<6 {
        await progress.wait(for: progress.count + 60)
        try cluster.kill()
        try cluster.restart()
      }
      await progress.wait(for: progress.count + 60)
      isEnding.withLock { $0 = true }
      try await group.waitForAll()
    }
    let findings = SweepTests.Findings()
    _ = try await library.verify(sweep: false, at: .epoch, report: findings.add)
    #expect(findings.all == [])
    try await library.close()
  }

  @Test func whatWasMissedMeanwhileIsTold() async throws {
    let cluster = try PostgresCluster.start()
    let uri = try #require(PostgresURI(cluster.makeDatabase()))
    let folder = try TemporaryFolder()
    let library = try await PostgresLibrary.open(
      uri, folder: folder.data, at: .epoch, settings: Self.patient)
    let changes = library.nameChanges()
    try cluster.kill()
    try cluster.restart()
    var told = changes.makeAsyncIterator()
    #expect(await told.next() == .any)
    let other = try await PostgresLibrary.openAsGuest(uri)
    try await other.register("a", pictureBytes(1))
    #expect(await told.next() == .moved("a"))
    try await other.close()
    try await library.close()
  }

  @Test func withoutADatabaseNothingIsAcknowledged() async throws {
    let cluster = try PostgresCluster.start()
    let uri = try #require(PostgresURI(cluster.makeDatabase()))
    let folder = try TemporaryFolder()
    var settings = PostgresSettings()
    settings.patience = .milliseconds(200)
    let library = try await PostgresLibrary.open(
      uri, folder: folder.data, at: .epoch, settings: settings)
    let claim = try await library.claim(ClaimTests.id())
    try cluster.kill()
    for _ in 0..<2 {
      let error = await #expect(throws: StoreError.self) {
        try await library.register("a", pictureBytes(1))
      }
      #expect(error?.mayPass == true)
    }
    // Nobody waits for what cannot be said.
    await claim.release()
    try cluster.restart()
    #expect(try await library.register("a", pictureBytes(1)).generation == 1)
    try await library.close()
  }

  @Test func aReceiptIsTakenOnce() async throws {
    let nodes = try await PostgresNodes(1)
    let pool = nodes.first.pool
    let receipt = PostgresReceipt()
    let runs = Shared(0)
    let values = try await withThrowingTaskGroup(of: Int?.self) { group in
      for _ in 0..<8 {
        group.addTask {
          try await pool.write { connection throws(StoreError) in
            try receipt.once(connection) { () throws(StoreError) in
              runs.withLock { runs in
                runs += 1
                return 41 + runs
              }
            }
          }
        }
      }
      return try await group.reduce(into: Set()) { $0.insert($1) }
    }
    #expect(values == [42] && runs.withLock { $0 } == 1)
    // What was rolled back was not done.
    let other = PostgresReceipt()
    await #expect(throws: StoreError.cancelled) {
      try await pool.write { connection throws(StoreError) in
        try other.once(connection) { () throws(StoreError) in throw .cancelled }
      }
    }
    let value = try await pool.write { connection throws(StoreError) in
      try other.once(connection) { () throws(StoreError) in 7 }
    }
    #expect(value == 7)
    try await nodes.close()
  }
}
