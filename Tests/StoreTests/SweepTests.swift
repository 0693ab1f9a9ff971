import Capabilities
import Foundation
import GRDB
import Synchronization
import Testing

@testable import Store

@Suite("Sweeping and verifying", .timeLimit(.minutes(5)))
struct SweepTests {
  /// What a verification said.
  final class Findings: Sendable {
    private let content = Mutex<[VerifyFinding]>([])

    var all: [VerifyFinding] { content.withLock { $0 } }

    func add(_ finding: VerifyFinding) { content.withLock { $0.append(finding) } }
  }

  static func write(_ bytes: [UInt8], _ place: String, in folder: TemporaryFolder) throws {
    try Data(bytes).write(to: URL(filePath: folder.blob(place, Digest(of: bytes))))
  }

  @Test(arguments: [false, true])
  func filesThatNoRowKnowsAreRemoved(atStart: Bool) async throws {
    let folder = try TemporaryFolder()
    var library = try await EmbeddedLibrary.open(in: folder)
    let id = try await library.prepare(widths: [8])[0]
    try await library.store(id, pictureBytes(2))
    let kept = folder.files("originals") + folder.files("forms")
    for place in ["originals", "forms"] {
      for seed in UInt8(50)..<60 { try Self.write(pictureBytes(seed), place, in: folder) }
    }
    // This one is named by nobody here, so it stays.
    try Data([1]).write(to: URL(filePath: folder.data + "/originals/00/note"))
    if atStart {
      try await library.close()
      library = try await EmbeddedLibrary.open(in: folder)
    } else {
      try await library.sweep(at: .epoch)
    }
    #expect(
      folder.files("originals").filter { $0 != "00/note" } + folder.files("forms") == kept)
    #expect(try await library.accountedByteCount == 1_000)
  }

  @Test(arguments: [Data?.none, Data([1])])
  func rowsOfBytesThatAreGoneAreRemoved(left: Data?) async throws {
    let folder = try TemporaryFolder()
    let library = try await EmbeddedLibrary.open(in: folder)
    let ids = try await library.prepare(widths: [8, 16])
    let lost = try await library.store(ids[0], pictureBytes(2))
    try await library.store(ids[1], pictureBytes(3))
    let path = folder.blob("forms", lost.digest)
    try FileManager.default.removeItem(atPath: path)
    try left?.write(to: URL(filePath: path))
    try await library.sweep(at: .epoch)
    #expect(try await library.form(ids[0])?.hasBytes == false)
    #expect(try await library.form(ids[1])?.hasBytes == true)
    #expect(try await library.accountedByteCount == 1_000)
    #expect(folder.files("forms").count == 1)
  }

  @Test(arguments: LibraryKind.allCases)
  func spooledFormsAreForgottenAtTheNextStart(kind: LibraryKind) async throws {
    let folder = try TemporaryFolder()
    var library = try await kind.open(folder)
    let id = try await library.prepare(widths: [8])[0]
    try await library.noteForm(
      id, facts: someFormFacts, digest: Digest(of: [1]), byteCount: 1, reason: .name,
      spooledUntil: .epoch + 600, at: .epoch)
    func states(at time: Date) async throws -> [FormDemand.State] {
      try await library.demandedImages(after: nil, limit: 9, rendererVersion: 1, at: time)
        .flatMap(\.forms).map(\.state)
    }
    #expect(try await states(at: .epoch + 599) == [.spooled])
    #expect(try await states(at: .epoch + 600) == [.known])
    try await library.close()
    library = try await kind.open(folder)
    #expect(try await states(at: .epoch) == [.known])
  }

  @Test func picturesWithoutACatalogAreNotTouched() async throws {
    let folder = try TemporaryFolder()
    let library = try await EmbeddedLibrary.open(in: folder)
    try await library.register("a", pictureBytes(1))
    try await library.close()
    try FileManager.default.removeItem(atPath: folder.data + "/catalog.sqlite")
    let files = folder.files("")
    await #expect(throws: StoreError.catalogMissing(path: folder.data)) {
      try await EmbeddedLibrary.open(in: folder)
    }
    #expect(folder.files("") == files)
  }

  // MARK: Verifying

  @Test(arguments: EmbeddedLibraryTests.Damage.allCases, [false, true])
  func damageIsFoundAndFormsAreMended(
    damage: EmbeddedLibraryTests.Damage, asGuest: Bool
  ) async throws {
    let folder = try TemporaryFolder()
    let owner = try await EmbeddedLibrary.open(in: folder)
    let id = try await owner.prepare(widths: [8])[0]
    try await owner.register("b", pictureBytes(1))
    let sound = try await owner.register("c", pictureBytes(2)).image
    let form = try await owner.store(id, pictureBytes(3))
    // Both were read since start, and found sound.
    #expect(try await owner.openForm(form).bytes() != nil)
    _ = try await owner.openOriginal(id.image)
    try damage.apply(to: folder.blob("originals", Digest(of: pictureBytes(1))), in: folder)
    try damage.apply(to: folder.blob("forms", form.digest), in: folder)

    let library = asGuest ? try await EmbeddedLibrary.openAsGuest(in: folder) : owner
    for round in 0..<2 {
      let findings = Findings()
      let summary = try await library.verify(sweep: false, at: .epoch, report: findings.add)
      let original = VerifyFinding.damagedOriginal(
        id.image, isMissing: damage == .missing, names: ["a", "b"])
      let mended = VerifyFinding.damagedForm(form.digest, isMissing: damage == .missing)
      #expect(findings.all == (round == 0 ? [original, mended] : [original]))
      #expect(summary.originalCount == 2 && summary.damagedOriginalCount == 1)
      #expect(summary.formCount == 1 - round && summary.damagedFormCount == 1 - round)
      #expect(summary.orphanCount == 0 && summary.unnamedImageCount == 0)
    }
    #expect(try await owner.form(id)?.hasBytes == false)
    #expect(folder.files("forms") == [])
    #expect(folder.files("originals").count == (damage == .missing ? 1 : 2))
    #expect(try await owner.openOriginal(sound).all() == pictureBytes(2))
    try await owner.register("a", pictureBytes(1))
    try await owner.store(id, pictureBytes(3))
    let findings = Findings()
    _ = try await library.verify(sweep: false, at: .epoch, report: findings.add)
    #expect(findings.all == [])
    if asGuest { try await library.close() }
    try await owner.close()
  }

  @Test func orphansAreListedAndRemovedOnDemand() async throws {
    let folder = try TemporaryFolder()
    let library = try await EmbeddedLibrary.open(in: folder)
    try await library.register("a", pictureBytes(1))
    try Self.write(pictureBytes(50), "originals", in: folder)
    try Self.write(pictureBytes(51), "forms", in: folder)
    for (isSweeping, expected) in [(false, 2), (true, 2), (true, 0)] {
      let findings = Findings()
      let summary = try await library.verify(
        sweep: isSweeping, at: .epoch, report: findings.add)
      #expect(summary.orphanCount == expected)
      let orphans = [
        VerifyFinding.orphan(.original, Digest(of: pictureBytes(50)), isRemoved: isSweeping),
        .orphan(.form, Digest(of: pictureBytes(51)), isRemoved: isSweeping),
      ]
      #expect(findings.all == (expected == 0 ? [] : orphans))
    }
    #expect(folder.files("originals").count == 1)
    #expect(folder.files("forms") == [])
  }

  @Test(arguments: LibraryKind.allCases)
  func imagesWithoutANameGoAfterADay(kind: LibraryKind) async throws {
    let folder = try TemporaryFolder()
    let library = try await kind.open(folder)
    let id = try await library.prepare(widths: [8])[0]
    try await library.register("b", pictureBytes(1))
    try await library.store(id, pictureBytes(9))
    _ = try await library.record(
      UseRecord(requests: [RequestKey(image: id.image, key: id.key): 3]), at: .epoch)
    // Of the two names one is removed and the other moved; each is enough to keep the picture.
    _ = try await library.remove("b", at: .epoch)
    try await library.register("a", pictureBytes(2), at: .epoch + 100)
    let day = 86_400.0
    func verify(sweep: Bool, at time: Date) async throws -> [VerifyFinding] {
      let findings = Findings()
      _ = try await library.verify(sweep: sweep, at: time, report: findings.add)
      return findings.all
    }
    #expect(try await verify(sweep: true, at: .epoch + 99 + day) == [])
    #expect(
      try await verify(sweep: false, at: .epoch + 100 + day)
        == [.unnamedImage(id.image, isRemoved: false)])
    // A name saves it; without the name its day begins again.
    try await library.register("c", pictureBytes(1), at: .epoch + 100 + day)
    #expect(try await verify(sweep: true, at: .epoch + 10 * day) == [])
    _ = try await library.remove("c", at: .epoch + 10 * day)
    #expect(try await verify(sweep: true, at: .epoch + 11 * day - 1) == [])
    #expect(
      try await verify(sweep: true, at: .epoch + 11 * day)
        == [.unnamedImage(id.image, isRemoved: true)])
    #expect(try await library.image(id.image) == nil)
    #expect(try await library.form(id) == nil)
    if kind == .embedded { #expect(folder.files("originals").count == 1) }
    // Its form's bytes belong to nothing now.
    try await library.sweep(at: .epoch)
    #expect(try await library.storedCount(folder) == 0)
    #expect(try await library.accountedByteCount == 0)
    // The names remember how often they were registered.
    #expect(try await library.register("c", pictureBytes(1)).generation == 2)
  }
}
