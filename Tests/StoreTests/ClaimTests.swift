import Capabilities
import Foundation
import Testing

@testable import Store

@Suite("Claims", .timeLimit(.minutes(5)))
struct ClaimTests {
  static func id(_ width: Int = 8) throws -> FormID {
    FormID(
      image: ImageID(Digest(of: [1])), key: try capability(width: width).formKey,
      rendererVersion: .max)
  }

  @Test(arguments: LibraryKind.allCases)
  func aClaimIsHeldUntilItIsReleased(kind: LibraryKind) async throws {
    let library = try await kind.open(TemporaryFolder())
    #expect(library.isShared == (kind == .postgres))
    for _ in 0..<3 {
      let claim = try await library.claim(Self.id())
      #expect(claim.isHeld)
      // Another form is another claim.
      try await library.claim(Self.id(16)).release()
      await claim.release()
      await claim.release()
      #expect(claim.isHeld == !library.isShared)
    }
    try await library.close()
  }

  @Test func oneMakesAtATime() async throws {
    var settings = PostgresSettings()
    // However busy the machine is.
    settings.lease = .seconds(600)
    let nodes = try await PostgresNodes(settings: settings)
    let makers = Shared((now: 0, most: 0, all: 0))
    try await withThrowingTaskGroup(of: Void.self) { group in
      for index in 0..<24 {
        group.addTask {
          let claim = try await nodes.libraries[index % 2].claim(Self.id())
          makers.withLock { makers in
            makers.now += 1
            makers.all += 1
            makers.most = max(makers.most, makers.now)
          }
          for _ in 0..<5 { await Task.yield() }
          #expect(claim.isHeld)
          makers.withLock { $0.now -= 1 }
          // Some are released, some only dropped.
          if index.isMultiple(of: 3) { await claim.release() }
        }
      }
      try await group.waitForAll()
    }
    let (now, most, all) = makers.withLock { $0 }
    #expect(now == 0 && most == 1 && all == 24)
    try await nodes.close()
  }

  @Test func aNodeThatIsNotHeardOfLosesItsClaim() async throws {
    var settings = PostgresSettings()
    settings.lease = .seconds(1)
    let nodes = try await PostgresNodes(settings: settings)
    let lost = try await nodes.first.claim(Self.id())
    nodes.first.claims.close()
    let taken = try await nodes.second.claim(Self.id())
    #expect(!lost.isHeld)
    // What was lost gives nothing back.
    await lost.release()
    #expect(try await nodes.first.number("SELECT count(*) AS total FROM claim") == 1)
    await taken.release()
    #expect(try await nodes.first.number("SELECT count(*) AS total FROM claim") == 0)
    try await nodes.close()
  }

  @Test func aClaimIsRenewedForAsLongAsItIsHeld() async throws {
    let nodes = try await PostgresNodes()
    let claim = try await nodes.first.claim(Self.id())
    let waiting = Task { try await nodes.second.claim(Self.id()) }
    func leaseEnd() async throws -> Int {
      try await nodes.first.number(
        "SELECT (extract(epoch FROM lease_until) * 1000)::bigint AS total FROM claim")
    }
    let first = try await leaseEnd()
    while try await leaseEnd() < first + 3_000 {}
    #expect(claim.isHeld)
    waiting.cancel()
    await #expect(throws: StoreError.cancelled) { try await waiting.value }
    await claim.release()
    try await nodes.close()
  }

  @Test func aRestartedNodeHoldsNothing() async throws {
    let folder = try TemporaryFolder()
    let uri = try #require(PostgresURI(try await folder.database().uri))
    let library = try await PostgresLibrary.open(uri, folder: folder.data, at: .epoch)
    let claim = try await library.claim(Self.id())
    try await library.close()
    // As a crash would leave it.
    let again = try await PostgresLibrary.open(uri, folder: folder.data, at: .epoch)
    #expect(try await again.number("SELECT count(*) AS total FROM claim") == 0)
    withExtendedLifetime(claim) {}
    try await again.close()
  }
}
