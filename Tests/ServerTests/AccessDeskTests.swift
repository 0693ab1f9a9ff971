import Foundation
import Store
import Synchronization
import Testing

@testable import Server

@Suite(.timeLimit(.minutes(1))) struct AccessDeskTests {
  /// A connection as the desk knows it.
  private final class Connection: Sendable {
    private let count = Mutex(0)
    private let (ends, continuation) = AsyncStream<Void>.makeStream()

    var endCount: Int { count.withLock { $0 } }

    func end() {
      count.withLock { $0 += 1 }
      continuation.yield()
    }

    /// Waits for the next end.
    func waitForEnd() async { for await _ in ends { return } }
  }

  private let folder: TemporaryFolder
  private let library: EmbeddedLibrary
  private let record = LogRecord()

  init() async throws {
    folder = try TemporaryFolder()
    library = try await EmbeddedLibrary.open(folder.path + "/data", at: Date())
  }

  private func desk(onLoopback: Bool = true, opensRetrieval: Bool = false) -> AccessDesk {
    AccessDesk(
      library: library, isOnLoopback: onLoopback, opensRetrieval: opensRetrieval,
      logger: record.logger())
  }

  private func addKey(
    _ text: String, to library: EmbeddedLibrary? = nil
  ) async throws -> AccessKey {
    let id = try #require(AccessKeyID(text))
    try await (library ?? self.library).addKey(id, secret: .random(), rights: .all, at: Date())
    return try #require(try await self.library.key(id))
  }

  private func enter(_ connection: Connection, _ key: AccessKey, _ desk: AccessDesk) async {
    desk.enter(ObjectIdentifier(connection), by: key) { connection.end() }
    await desk.check(ObjectIdentifier(connection))
  }

  @Test(arguments: [
    (true, false, false, Rights.all), (true, false, true, .all), (true, true, false, .none),
    (true, true, true, Rights(.retrieve)), (false, false, false, .none),
    (false, false, true, Rights(.retrieve)), (false, true, false, .none),
    (false, true, true, Rights(.retrieve)),
  ])
  func strangers(
    _ onLoopback: Bool, _ hasKeys: Bool, _ opensRetrieval: Bool, _ rights: Rights
  ) async throws {
    #expect(
      Rights.strangers(
        onLoopback: onLoopback, hasKeys: hasKeys, opensRetrieval: opensRetrieval) == rights)
    if hasKeys { _ = try await addKey("a") }
    let desk = desk(onLoopback: onLoopback, opensRetrieval: opensRetrieval)
    // Nobody comes in before the first look.
    #expect(desk.strangers == .none)
    try await desk.refresh()
    #expect(desk.strangers == rights)
  }

  @Test func strangersStayOutWhenTheLastKeyIsRevoked() async throws {
    let desk = desk()
    let key = try await addKey("a")
    #expect(try await library.revokeKey(key.id, at: Date()))
    try await desk.refresh()
    #expect(desk.strangers == .none)
    #expect(try await library.forgetKey(key.id))
    try await desk.refresh()
    #expect(desk.strangers == .all)
  }

  @Test func onlyThoseEndWhoseKeyIsRevoked() async throws {
    let desk = desk()
    let (a, b) = (try await addKey("a"), try await addKey("b"))
    let connections = [Connection(), Connection(), Connection(), Connection()]
    for connection in connections[0...2] { await enter(connection, a, desk) }
    await enter(connections[3], b, desk)
    desk.leave(ObjectIdentifier(connections[2]))
    try await desk.refresh()
    #expect(connections.map(\.endCount) == [0, 0, 0, 0])
    #expect(try await library.revokeKey(a.id, at: Date()))
    for _ in 0..<2 { try await desk.refresh() }
    #expect(connections.map(\.endCount) == [1, 1, 0, 0])
  }

  @Test func aLaterKeyOfTheSameIDIsAnother() async throws {
    let desk = desk()
    let connection = Connection()
    let key = try await addKey("a")
    await enter(connection, key, desk)
    #expect(try await library.forgetKey(key.id))
    _ = try await addKey("a")
    try await desk.refresh()
    #expect(connection.endCount == 1)
  }

  /// Between the look for a key and the proof.
  @Test func aKeyThatIsRevokedMeanwhileIsNoGood() async throws {
    let desk = desk()
    let connection = Connection()
    let key = try await addKey("a")
    #expect(try await library.revokeKey(key.id, at: Date()))
    try await desk.refresh()
    await enter(connection, key, desk)
    #expect(connection.endCount == 1)
  }

  @Test func whatOperatorsDoIsNoticed() async throws {
    let desk = desk()
    try await desk.refresh()
    #expect(desk.strangers == .all)
    // Whoever lives by a key that is no more is ended with the next look: that tells when it was.
    let ghost = Connection()
    let forgotten = try await addKey("ghost")
    #expect(try await library.forgetKey(forgotten.id))
    desk.enter(ObjectIdentifier(ghost), by: forgotten) { ghost.end() }
    let running = Task { [library] in await desk.run(library.nameChanges()) }
    let guest = try await EmbeddedLibrary.openAsGuest(folder.path + "/data")
    let key = try await addKey("a", to: guest)
    await ghost.waitForEnd()
    #expect(desk.strangers == .none)
    let connection = Connection()
    await enter(connection, key, desk)
    #expect(connection.endCount == 0)
    #expect(try await guest.revokeKey(key.id, at: Date()))
    await connection.waitForEnd()
    running.cancel()
    await running.value
    try await guest.close()
    try await library.close()
  }
}
