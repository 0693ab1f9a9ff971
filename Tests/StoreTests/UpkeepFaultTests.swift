import Foundation
import Testing

@testable import Store

@Suite("Crashes of upkeep", .timeLimit(.minutes(5)))
struct UpkeepFaultTests {
  static let points = FaultPoint.allCases.drop { $0 != .evictionCommitted }

  /// Passes every point of upkeep.
  static func work(on library: EmbeddedLibrary, backup: String) async throws {
    let ids = try await library.prepare(widths: [8, 16])
    try await library.store(ids[0], pictureBytes(3), mayEvict: true)
    try await library.store(ids[1], pictureBytes(4), mayEvict: true, at: .epoch + 1)
    let newer = FormID(image: ids[1].image, key: ids[1].key, rendererVersion: 2)
    try await library.noteForm(
      newer, facts: someFormFacts, digest: Digest(of: []), byteCount: 0, reason: .request,
      spooledUntil: nil, at: .epoch)
    try await library.sweep(at: .epoch)
    try await library.register("a", pictureBytes(2))
    _ = try await library.verify(sweep: true, at: .epoch + 100_000) { _ in }
    _ = try await library.backup(to: backup) { _ in }
  }

  /// Nothing belongs to nothing, and nothing is said to be there that is not.
  static func check(
    _ folder: TemporaryFolder, _ library: EmbeddedLibrary, backup: String,
    stoppedAt point: FaultPoint
  ) async throws {
    #expect(try await folder.byteCount("forms") == library.accountedByteCount)
    let summary = try await library.verify(sweep: false, at: .epoch) { Issue.record("\($0)") }
    #expect(summary.damagedOriginalCount == 0 && summary.orphanCount == 0)

    let isBackup = point.rawValue.hasPrefix("backup")
    #expect(FileManager.default.fileExists(atPath: backup) == isBackup)
    if isBackup {
      await #expect(throws: StoreError.catalogMissing(path: backup)) {
        try await EmbeddedLibrary.openAsGuest(backup)
      }
      await #expect(throws: StoreError.catalogMissing(path: backup)) {
        try await EmbeddedLibrary.open(backup, at: .epoch)
      }
    }
    try await work(on: library, backup: backup)
    let restored = try await EmbeddedLibrary.open(backup, at: .epoch)
    #expect(try await restored.registration(of: "a") == library.registration(of: "a"))
    #expect(
      try await restored.openOriginal(ImageID(Digest(of: pictureBytes(2)))).all()
        == pictureBytes(2))
    try await restored.close()
  }

  @Test("a kill leaves what the next start mends", arguments: points)
  func kill(point: FaultPoint) async throws {
    let folder = try TemporaryFolder()
    await #expect(processExitsWith: .signal(SIGKILL)) {
      [path = folder.path as String, point = point as FaultPoint] in
      let library = try await EmbeddedLibrary.open(
        path + "/data", at: .epoch, limits: StoreLimits(formByteLimit: 1_500),
        faults: FaultPoint.crash(at: point, count: 1))
      try await Self.work(on: library, backup: path + "/backup")
    }
    let library = try await EmbeddedLibrary.open(
      in: folder, limits: StoreLimits(formByteLimit: 1_500))
    try await Self.check(folder, library, backup: folder.path + "/backup", stoppedAt: point)
    try await library.close()
  }

  @Test("a failure leaves what the next start mends", arguments: points)
  func fail(point: FaultPoint) async throws {
    let folder = try TemporaryFolder()
    let faults = OneFault(point)
    let limits = StoreLimits(formByteLimit: 1_500)
    var library = try await EmbeddedLibrary.open(
      in: folder, limits: limits, faults: faults.reached)
    await #expect(throws: StoreError.cancelled) {
      try await Self.work(on: library, backup: folder.path + "/backup")
    }
    try await library.close()
    library = try await EmbeddedLibrary.open(in: folder, limits: limits)
    try await Self.check(folder, library, backup: folder.path + "/backup", stoppedAt: point)
    try await library.close()
  }

  @Test func aCrashWaitsForItsTurn() async throws {
    await #expect(processExitsWith: .signal(SIGKILL)) {
      let hook = FaultPoint.crash(at: .formRenamed, count: 3)
      for _ in 0..<2 { try hook(.formRenamed) }
      for point in FaultPoint.allCases where point != .formRenamed { try hook(point) }
      try hook(.formRenamed)
    }
    await #expect(processExitsWith: .success) {
      let hook = FaultPoint.crash(at: .formRenamed, count: 3)
      for _ in 0..<2 { try hook(.formRenamed) }
    }
  }
}
