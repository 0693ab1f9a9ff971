import Foundation
import Testing

@testable import Store

@Suite("Backups", .timeLimit(.minutes(5)))
struct BackupTests {
  @Test(arguments: [false, true])
  func aBackupIsADataFolder(asGuest: Bool) async throws {
    let folder = try TemporaryFolder()
    let owner = try await EmbeddedLibrary.open(in: folder)
    let library = asGuest ? try await EmbeddedLibrary.openAsGuest(in: folder) : owner
    let id = try await owner.prepare(widths: [8])[0]
    try await owner.store(id, pictureBytes(3))
    let request = RequestKey(image: id.image, key: id.key)
    _ = try await owner.record(UseRecord(requests: [request: 4]), at: .epoch)
    try await owner.register("b", pictureBytes(2, count: 600_000))
    let target = folder.path + "/backup"
    #expect(
      try await library.backup(to: target) { Issue.record("\($0)") }
        == BackupSummary(copiedCount: 2))
    // What comes later is not in it.
    try await owner.register("a", pictureBytes(5))

    // It can be looked at without being served, and is a backup still.
    let guest = try await EmbeddedLibrary.openAsGuest(target)
    let summary = try await guest.verify(sweep: false, at: .epoch) { Issue.record("\($0)") }
    #expect(summary.originalCount == 2 && summary.formCount == 0)
    try await guest.close()
    #expect(
      try await library.backup(to: target) { Issue.record("\($0)") }
        == BackupSummary(copiedCount: 1, keptCount: 2))

    let restored = try await EmbeddedLibrary.open(target, at: .epoch)
    #expect(try await restored.registration(of: "a") == owner.registration(of: "a"))
    #expect(
      try await restored.openOriginal(ImageID(Digest(of: pictureBytes(2, count: 600_000)))).all()
        == pictureBytes(2, count: 600_000))
    let form = try #require(try await restored.form(id))
    #expect(form.facts == someFormFacts && !form.hasBytes)
    #expect(try await restored.accountedByteCount == 0)
    #expect(
      try await restored.record(UseRecord(requests: [request: 1]), at: .epoch).images
        == [request: 5])
    // A folder that is or was served is never overwritten.
    await #expect(throws: StoreError.notBackup(path: target)) {
      try await library.backup(to: target) { _ in }
    }
    try await restored.close()
    await #expect(throws: StoreError.notBackup(path: target)) {
      try await library.backup(to: target) { _ in }
    }
    await #expect(throws: StoreError.notBackup(path: folder.data)) {
      try await library.backup(to: folder.data) { _ in }
    }
    if asGuest { try await library.close() }
    try await owner.close()
  }

  @Test func onlyEmptyFoldersAndBackupsAreWrittenTo() async throws {
    let folder = try TemporaryFolder()
    let library = try await EmbeddedLibrary.open(in: folder)
    let target = folder.path + "/target"
    try FileManager.default.createDirectory(atPath: target, withIntermediateDirectories: false)
    try Data([1]).write(to: URL(filePath: target + "/.hidden"))
    await #expect(throws: StoreError.notBackup(path: target)) {
      try await library.backup(to: target) { _ in }
    }
    #expect(try FileManager.default.contentsOfDirectory(atPath: target) == [".hidden"])
    try FileManager.default.removeItem(atPath: target + "/.hidden")
    #expect(try await library.backup(to: target) { _ in } == BackupSummary())
    await #expect(throws: StoreError.file(.makeFolder, .folder, code: ENOENT)) {
      try await library.backup(to: target + "/deeper/still") { _ in }
    }
  }

  @Test func whatIsDamagedIsNamedAndTheRestCopied() async throws {
    let folder = try TemporaryFolder()
    let library = try await EmbeddedLibrary.open(in: folder)
    for seed in UInt8(1)...3 { try await library.register("n\(seed)", pictureBytes(seed)) }
    try folder.flipBit(folder.blob("originals", Digest(of: pictureBytes(1))), byte: 500)
    try FileManager.default.removeItem(
      atPath: folder.blob("originals", Digest(of: pictureBytes(2))))
    let findings = SweepTests.Findings()
    let target = folder.path + "/backup"
    #expect(
      try await library.backup(to: target, report: findings.add)
        == BackupSummary(copiedCount: 1, damagedCount: 2))
    #expect(
      Set(findings.all) == [
        .damagedOriginal(
          ImageID(Digest(of: pictureBytes(1))), isMissing: false, names: ["n1"]),
        .damagedOriginal(ImageID(Digest(of: pictureBytes(2))), isMissing: true, names: ["n2"]),
      ])
    // Repaired there, it is copied with the next backup.
    try await library.register("n1", pictureBytes(1))
    #expect(
      try await library.backup(to: target) { _ in }
        == BackupSummary(copiedCount: 1, keptCount: 1, damagedCount: 1))
    let restored = try await EmbeddedLibrary.open(target, at: .epoch)
    #expect(
      try await restored.openOriginal(ImageID(Digest(of: pictureBytes(1)))).byteCount == 1_000)
    await #expect(throws: StoreError.originalDamaged(ImageID(Digest(of: pictureBytes(2))))) {
      try await restored.openOriginal(ImageID(Digest(of: pictureBytes(2))))
    }
    try await restored.close()
  }

  @Test func aBackupIsTakenWhileOthersWrite() async throws {
    let folder = try TemporaryFolder()
    let library = try await EmbeddedLibrary.open(in: folder)
    let target = folder.path + "/backup"
    try await withThrowingTaskGroup(of: Void.self) { group in
      group.addTask {
        for index in 0..<25 {
          try await library.register("n\(index)", pictureBytes(UInt8(index)))
        }
      }
      group.addTask {
        for _ in 0..<4 { _ = try await library.backup(to: target) { Issue.record("\($0)") } }
      }
      try await group.waitForAll()
    }
    let restored = try await EmbeddedLibrary.openAsGuest(target)
    // Whatever it knows it has.
    let summary = try await restored.verify(sweep: false, at: .epoch) { finding in
      if case .orphan = finding { return }
      Issue.record("\(finding)")
    }
    #expect(summary.damagedOriginalCount == 0)
    try await restored.close()
  }
}
