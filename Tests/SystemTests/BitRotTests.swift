import Foundation
import Testing

/// Files that change while nobody looks: forms are made again with the same bytes, originals are
/// errors, and a damaged catalog is said in one line.
@Suite struct BitRotTests {
  private let folder: TemporaryFolder
  private let card: String
  /// 38,400 bytes on the wire, and held in memory.
  private let gray: String
  /// 307,200 bytes on the wire, and always read from the disk.
  private let large: String

  init() async throws {
    folder = try TemporaryFolder()
    card = folder.path("card.png")
    _ = try await Programs.device("testcard", "--width", "90", "--height", "60", "--output", card)
    gray = try folder.write(
      "gray.json",
      profile(#""size": {"width": 240, "height": 160}, "color": {"model": "gray", "bits": 8}"#))
    large = try folder.write(
      "large.json",
      profile(#""size": {"width": 640, "height": 480}, "color": {"model": "gray", "bits": 8}"#))
  }

  /// What becomes of a file.
  enum Damage: CaseIterable, CustomTestStringConvertible {
    case flippedFirstBit, flippedLastBit, cutByOne, emptied, lengthened, removed

    var testDescription: String { "\(self)" }

    func befall(_ url: URL) throws {
      guard self != .removed else { return try FileManager.default.removeItem(at: url) }
      let file = try FileHandle(forUpdating: url)
      defer { try? file.close() }
      let byteCount = try file.seekToEnd()
      switch self {
      case .flippedFirstBit: try flip(0x80, at: 0, of: file)
      case .flippedLastBit: try flip(0x01, at: byteCount - 1, of: file)
      case .cutByOne: try file.truncate(atOffset: byteCount - 1)
      case .emptied: try file.truncate(atOffset: 0)
      case .lengthened: try file.write(contentsOf: Data([0]))
      case .removed: break
      }
    }

    private func flip(_ bit: UInt8, at offset: UInt64, of file: FileHandle) throws {
      try file.seek(toOffset: offset)
      let byte = try #require(try file.read(upToCount: 1)?.first)
      try file.seek(toOffset: offset)
      try file.write(contentsOf: Data([byte ^ bit]))
    }
  }

  private func fetch(
    _ profile: String, to output: String, _ server: ServerProcess, retrySeconds: Int = 30
  ) async throws -> CommandResult {
    try await Programs.device(
      "fetch", "card", "--profile", profile, "--server", server.address, "--retry",
      String(retrySeconds), "--json",
      "--output", folder.path(output))
  }

  private func blobs(_ name: String) -> [URL] {
    let all = FileManager.default.enumerator(
      at: folder.url.appending(path: "store/\(name)"), includingPropertiesForKeys: nil)
    return (all?.compactMap { $0 as? URL } ?? []).filter { !$0.hasDirectoryPath }
  }

  /// Registers the card and stores its two forms.
  private func prepare(_ server: ServerProcess) async throws {
    let registered = try await Programs.device(
      "register", card, "--name", "card", "--server", server.address)
    #expect(registered.status == 0, "\(registered.errors)")
    _ = try await fetch(gray, to: "gray", server).fetched()
    _ = try await fetch(large, to: "large", server).fetched()
    try #require(blobs("forms").count == 2)
  }

  @Test(arguments: Damage.allCases)
  func aDamagedFormIsMadeAgain(_ damage: Damage) async throws {
    let first = try await ServerProcess(data: folder)
    try await prepare(first)
    #expect(first.stop() == 0)
    for blob in blobs("forms") { try damage.befall(blob) }

    let second = try await ServerProcess(data: folder)
    for (profile, name) in [(gray, "gray"), (large, "large"), (gray, "gray"), (large, "large")] {
      _ = try await fetch(profile, to: "again", second).fetched()
      #expect(try folder.data("again") == folder.data(name), "\(name) after \(damage)")
    }
    #expect(try second.logCount("form made") == 2)
    #expect(second.stop() == 0)
    try await expectIntact(originalCount: 1, formCount: 2)
  }

  /// A running server has read the small form into memory; the large one it has verified, so that
  /// only a look at all bytes finds the damage.
  @Test func formsInMemoryOutliveTheirFiles() async throws {
    let server = try await ServerProcess(data: folder)
    try await prepare(server)
    _ = try await fetch(gray, to: "again", server).fetched()
    for blob in blobs("forms") { try Damage.flippedFirstBit.befall(blob) }
    _ = try await fetch(gray, to: "again", server).fetched()
    #expect(try folder.data("again") == folder.data("gray"))

    let verified = try await verify()
    #expect(verified.output.contains("2 forms, 2 damaged"), "\(verified.output)")
    _ = try await fetch(large, to: "again", server).fetched()
    #expect(try folder.data("again") == folder.data("large"))
    _ = try await fetch(gray, to: "again", server).fetched()
    #expect(try folder.data("again") == folder.data("gray"))
    #expect(server.stop() == 0)
  }

  @Test(arguments: Damage.allCases)
  func aDamagedOriginalIsAnErrorThatNamesIt(_ damage: Damage) async throws {
    let first = try await ServerProcess(data: folder)
    let registered = try await Programs.device(
      "register", card, "--name", "card", "--server", first.address)
    #expect(registered.status == 0)
    #expect(first.stop() == 0)
    let original = try #require(blobs("originals").first)
    let image =
      original.deletingLastPathComponent().lastPathComponent
      + original.lastPathComponent.prefix(30)
    try damage.befall(original)

    let second = try await ServerProcess(data: folder)
    for _ in 0..<2 {
      let result = try await fetch(gray, to: "wrong", second, retrySeconds: 0)
      #expect(result.status == 1)
      let line = try #require(result.errorLine, "\(result.errors)")
      #expect(line.contains("the original of image \(image) is damaged"), "\(line)")
    }
    #expect(!FileManager.default.fileExists(atPath: folder.path("wrong")))
    #expect(blobs("forms").isEmpty)
    let damaged = try await verify()
    #expect(damaged.status == 1)
    #expect(damaged.output.contains("1 originals, 1 damaged"), "\(damaged.output)")

    // Registering the same picture again repairs it.
    let repaired = try await Programs.device(
      "register", card, "--name", "card", "--server", second.address)
    #expect(repaired.status == 0, "\(repaired.errors)")
    _ = try await fetch(gray, to: "right", second).fetched()
    #expect(second.stop() == 0)
    try await expectIntact(originalCount: 1, formCount: 1)
  }

  /// What is written over the catalog's beginning.
  enum Overwriting: CaseIterable, CustomTestStringConvertible {
    case header, firstPage, allButMagic

    var testDescription: String { "\(self)" }

    var bytes: [UInt8] {
      switch self {
      case .header: Array(repeating: 0xFF, count: 100)
      case .firstPage: Array(repeating: 0, count: 4_096)
      case .allButMagic: Array("SQLite format 3\0".utf8) + Array(repeating: 0xFF, count: 200)
      }
    }
  }

  @Test(arguments: Overwriting.allCases)
  func aDamagedCatalogIsSaidInOneLine(_ overwriting: Overwriting) async throws {
    let first = try await ServerProcess(data: folder)
    try await prepare(first)
    #expect(first.stop() == 0)
    let blobCount = blobs("originals").count + blobs("forms").count
    let file = try FileHandle(
      forUpdating: folder.url.appending(path: "store/catalog.sqlite"))
    try file.write(contentsOf: Data(overwriting.bytes))
    try file.close()

    let result = try await Programs.run(
      Programs.server, ["serve", "--listen", "127.0.0.1:0", "--data", folder.path("store")])
    #expect(result.status == 1)
    let line = try #require(result.errorLine, "\(result.errors)")
    #expect(line.contains("catalog"), "\(line)")
    #expect(result.output.isEmpty)
    // Nothing was swept because a broken catalog does not know it.
    #expect(blobs("originals").count + blobs("forms").count == blobCount)
  }

  private func verify() async throws -> CommandResult {
    try await Programs.run(Programs.server, ["verify", "--data", folder.path("store")])
  }

  private func expectIntact(
    originalCount: Int, formCount: Int, sourceLocation: SourceLocation = #_sourceLocation
  ) async throws {
    let result = try await verify()
    #expect(result.status == 0, "\(result.output)\(result.errors)", sourceLocation: sourceLocation)
    #expect(
      result.output.contains(
        "\(originalCount) originals, 0 damaged; \(formCount) forms, 0 damaged; 0 orphans"),
      "\(result.output)", sourceLocation: sourceLocation)
  }
}
