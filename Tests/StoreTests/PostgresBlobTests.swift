import Foundation
import Testing

@testable import Store

@Suite("Blobs in the database", .timeLimit(.minutes(5)))
struct PostgresBlobTests {
  static let edges = [0, 1, 1_048_575, 1_048_576, 1_048_577, 2_097_152, 2_097_153]

  @Test(arguments: edges)
  func aFormIsCutAtMebibytes(byteCount: Int) async throws {
    let nodes = try await PostgresNodes()
    let id = try await nodes.first.prepare(widths: [8])[0]
    let bytes = pictureBytes(3, count: byteCount)
    let form = try await nodes.first.store(id, bytes)
    let parts = try await nodes.first.number("SELECT count(*) AS total FROM form_part")
    #expect(parts == (byteCount + 1_048_575) / 1_048_576)
    for _ in 0..<2 {
      for library in nodes.libraries {
        #expect(try await library.openForm(form).bytes() == bytes)
      }
    }
    #expect(try await nodes.first.accountedByteCount == byteCount)
    try await nodes.close()
  }

  @Test(arguments: edges.dropFirst())
  func anOriginalIsCutAtMebibytes(byteCount: Int) async throws {
    let nodes = try await PostgresNodes()
    let bytes = pictureBytes(3, count: byteCount)
    let image = try await nodes.first.register("a", bytes).image
    for library in nodes.libraries {
      #expect(try await library.openOriginal(image).all() == bytes)
    }
    try await nodes.close()
  }

  /// Ways in which rows of parts are not as they were written.
  enum Damage: String, CaseIterable {
    case flipped, missing, shorter

    func sql(_ table: String) -> String {
      switch self {
      case .flipped: "UPDATE \(table) SET bytes = set_byte(bytes, 9, get_byte(bytes, 9) # 1)"
      case .missing: "DELETE FROM \(table) WHERE part = 1"
      case .shorter: "UPDATE \(table) SET bytes = substr(bytes, 1, 9) WHERE part = 1"
      }
    }
  }

  @Test(arguments: Damage.allCases)
  func damageIsNeverHandedOut(damage: Damage) async throws {
    let nodes = try await PostgresNodes()
    let (here, there) = (nodes.first, nodes.second)
    let picture = pictureBytes(1, count: 1_100_000)
    let id = try await here.prepare(widths: [8], picture: picture)[0]
    let bytes = pictureBytes(2, count: 1_100_000)
    let form = try await here.store(id, bytes)
    try await here.change(damage.sql("form_part"))
    try await here.change(damage.sql("original_part"))

    await #expect(throws: StoreError.originalDamaged(id.image)) {
      try await there.openOriginal(id.image)
    }
    #expect(try await there.openForm(form).isDamaged)
    #expect(try await there.openForm(form).isAbsent)
    #expect(try await there.form(id)?.hasBytes == false)
    #expect(try await there.accountedByteCount == 0)
    // The node that has copies goes on with them.
    #expect(try await here.openOriginal(id.image).all() == picture)
    // The same again mends it.
    try await here.register("b", picture)
    #expect(try await there.openOriginal(id.image).all() == picture)
    #expect(try await there.openForm(here.store(id, bytes)).bytes() == bytes)
    try await nodes.close()
  }

  @Test(arguments: Damage.allCases)
  func verifyingFindsDamage(damage: Damage) async throws {
    let nodes = try await PostgresNodes(1)
    let library = nodes.first
    let id = try await library.prepare(
      widths: [8], picture: pictureBytes(1, count: 1_100_000))[0]
    let form = try await library.store(id, pictureBytes(2, count: 1_100_000))
    let findings = SweepTests.Findings()
    _ = try await library.verify(sweep: true, at: .epoch, report: findings.add)
    #expect(findings.all == [])
    try await library.change(damage.sql("form_part"))
    try await library.change(damage.sql("original_part"))
    for round in 0..<2 {
      let summary = try await library.verify(sweep: false, at: .epoch, report: findings.add)
      #expect(summary.originalCount == 1 && summary.damagedOriginalCount == 1)
      #expect(summary.formCount == 1 - round && summary.damagedFormCount == 1 - round)
    }
    let original = VerifyFinding.damagedOriginal(id.image, isMissing: false, names: ["a"])
    #expect(
      findings.all == [original, .damagedForm(form.digest, isMissing: false), original])
    try await nodes.close()
  }

  // MARK: Copies

  @Test func aDamagedCopyIsFetchedAgain() async throws {
    let folder = try TemporaryFolder()
    var library = try await LibraryKind.postgres.open(folder)
    let id = try await library.prepare(widths: [8])[0]
    let form = try await library.store(id, pictureBytes(2))
    try await library.close()
    for (place, bytes) in [("forms", pictureBytes(2)), ("originals", pictureBytes(1))] {
      try folder.flipBit(folder.blob(place, Digest(of: bytes)), byte: 500)
    }
    for _ in 0..<2 {
      library = try await LibraryKind.postgres.open(folder)
      #expect(try await library.openForm(form).bytes() == pictureBytes(2))
      #expect(try await library.openOriginal(id.image).all() == pictureBytes(1))
      #expect(folder.files("forms").count == 1 && folder.files("spool") == [])
      try await library.close()
    }
  }

  @Test func copiesStayWithinTheirLimit() async throws {
    var settings = PostgresSettings()
    settings.cacheByteLimit = 5_000
    let nodes = try await PostgresNodes(1, settings: settings)
    let (library, folder) = (nodes.first, nodes.folders[0])
    let ids = try await library.prepare(widths: Array(1...10))
    let first = try await library.store(ids[0], pictureBytes(100))
    let open = try await library.openForm(first)
    for (index, id) in ids.enumerated().dropFirst() {
      try await library.store(id, pictureBytes(UInt8(index)))
      let byteCount = try folder.byteCount("forms") + folder.byteCount("originals")
      #expect(byteCount <= 5_000)
      #expect(library.cache.byteCount == byteCount)
    }
    // What is open stays; of the others those that came last.
    let kept = Set(folder.files("forms"))
    for (seed, isKept) in [(UInt8(100), true), (1, false), (2, false), (8, true), (9, true)] {
      let digest = Digest(of: pictureBytes(seed)).description
      #expect(kept.contains("\(digest.prefix(2))/\(digest.dropFirst(2))") == isKept, "\(seed)")
    }
    #expect(try open.bytes() == pictureBytes(100))
    // What went is fetched again.
    let gone = try #require(try await library.form(ids[1]))
    #expect(try await library.openForm(gone).bytes() == pictureBytes(1))
    try await library.freeSpace(byteCount: 5_000)
    #expect(folder.files("originals") == [])
    #expect(library.cache.byteCount <= 1_000)
    #expect(try await library.openOriginal(ids[0].image).all() == pictureBytes(1))
    try await nodes.close()
  }

  @Test func whatAnotherNodeEvictsIsSentToItsEnd() async throws {
    let nodes = try await PostgresNodes(limits: StoreLimits(formByteLimit: 1_000))
    let ids = try await nodes.first.prepare(widths: [8, 16])
    let form = try await nodes.first.store(ids[0], pictureBytes(1, count: 800))
    let open = try await nodes.first.openForm(form)
    // This node spares it, the other knows nothing of it.
    await #expect(throws: StoreError.formsFull(byteCount: 900, limit: 1_000)) {
      try await nodes.first.store(ids[1], pictureBytes(2, count: 900), mayEvict: true)
    }
    try await nodes.second.store(ids[1], pictureBytes(2, count: 900), mayEvict: true)
    #expect(try await nodes.first.form(ids[0])?.hasBytes == false)
    #expect(try open.bytes() == pictureBytes(1, count: 800))
    // A request that looked before goes on with the copy as well.
    #expect(try await nodes.first.openForm(form).bytes() == pictureBytes(1, count: 800))
    #expect(try await nodes.second.openForm(form).isAbsent)
    try await nodes.close()
  }

  @Test func manyWhoWantABlobFetchItOnce() async throws {
    let nodes = try await PostgresNodes()
    let picture = pictureBytes(1, count: 1_100_000)
    let image = try await nodes.first.register("a", picture).image
    let blobs = try await withThrowingTaskGroup(of: BlobFile.self) { group in
      for _ in 0..<20 { group.addTask { try await nodes.second.openOriginal(image) } }
      return try await group.reduce(into: []) { $0.append($1) }
    }
    for blob in blobs { #expect(try blob.all() == picture) }
    try await nodes.close()
  }
}
