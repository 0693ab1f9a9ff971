import Capabilities
import Foundation
import GRDB
import Testing

@testable import Store

@Suite("The embedded library's folder", .timeLimit(.minutes(5)))
struct EmbeddedLibraryTests {
  func open(_ folder: TemporaryFolder, at now: Date = .epoch) async throws -> EmbeddedLibrary {
    try await EmbeddedLibrary.open(folder.data, at: now, faults: folder.kept(by: nil))
  }

  @Test func oneProcessOwnsIt() async throws {
    let folder = try TemporaryFolder()
    let library = try await open(folder)
    await #expect(throws: StoreError.folderInUse(path: folder.data)) { try await open(folder) }
    #expect("\(StoreError.folderInUse(path: folder.data))".contains(folder.data))
    #expect(try await library.registration(of: "a") == nil)
    try await library.close()
    _ = try await open(folder)
  }

  @Test func aMissingParentIsAnError() async throws {
    let folder = try TemporaryFolder()
    await #expect(throws: StoreError.file(.makeFolder, .folder, code: ENOENT)) {
      try await EmbeddedLibrary.open(folder.data + "/deeper", at: .epoch)
    }
  }

  @Test func theCatalogIsSafe() async throws {
    let library = try await open(TemporaryFolder())
    func pragma(_ name: String) async throws -> String? {
      try await library.catalog.pool.writeWithoutTransaction {
        try String.fetchOne($0, sql: "PRAGMA \(name)")
      }
    }
    #expect(try await pragma("synchronous") == "2")
    #expect(try await pragma("journal_mode") == "wal")
    #expect(try await pragma("foreign_keys") == "1")
  }

  @Test func closingLeavesTheCatalogInOneFile() async throws {
    let folder = try TemporaryFolder()
    let library = try await open(folder)
    try await library.remember([try capability(width: 8)], isTrusted: true, at: .epoch)
    #expect(try await library.capabilities(for: []) == [:])
    try await library.close()
    #expect(folder.files("") == ["catalog.sqlite", "lock"])
    // The lock alone keeps another process out; the file may lie about.
    _ = try await open(folder)
  }

  @Test func aNewerCatalogIsRefused() async throws {
    let folder = try TemporaryFolder()
    let library = try await open(folder)
    try await library.catalog.write {
      try $0.execute(sql: "INSERT INTO grdb_migrations VALUES ('9999 from the future')")
    }
    try await library.close()
    await #expect(throws: StoreError.catalogTooNew) { try await open(folder) }
  }

  @Test func aFileThatIsNoCatalogIsAnError() async throws {
    let folder = try TemporaryFolder()
    try await open(folder).close()
    try Data(repeating: 0x55, count: 8_192).write(
      to: URL(fileURLWithPath: folder.data + "/catalog.sqlite"))
    let error = await #expect(throws: StoreError.self) { try await open(folder) }
    guard case .catalog(code: 26, _) = error else {
      Issue.record("\(String(describing: error)) is not SQLITE_NOTADB")
      return
    }
  }

  @Test func namesAreFoundByAnIndexAmongTenThousand() async throws {
    let library = try await open(TemporaryFolder())
    let image = try await library.register("name 05000", pictureBytes(1)).image
    try await library.catalog.write { database in
      for index in 0..<10_000 where index != 5_000 {
        // Every other name was removed.
        try database.execute(
          sql: "INSERT INTO name VALUES (?, ?, 1, 0)",
          arguments: [
            Data(String(format: "name %05d", index).utf8),
            index.isMultiple(of: 2) ? Data(image.bytes) : nil,
          ])
      }
    }
    var names: [String] = []
    while true {
      let page = try await library.list(prefix: "name 0", after: names.last ?? "", limit: 999)
      if page.isEmpty { break }
      names += page.map(\.name)
    }
    #expect(names == (0..<5_000).map { String(format: "name %05d", $0 * 2) })

    let plan = try await library.catalog.read { database in
      try Row.fetchAll(
        database, sql: "EXPLAIN QUERY PLAN " + EmbeddedLibrary.listSQL,
        arguments: [Data("name 0".utf8), Data("name 1".utf8), 100]
      ).map { row -> String in row["detail"] }
    }
    #expect(
      plan == [
        "SEARCH name USING INDEX listedName (name>? AND name<?)",
        "SEARCH image USING PRIMARY KEY (id=?)",
      ])
  }

  @Test func whatADeviceSendsNeverBecomesAPath() async throws {
    let folder = try TemporaryFolder()
    let library = try await open(folder)
    let hostile = "../../../\u{0}/etc/passwd"
    let upload = try await library.beginUpload(
      identity: Array(hostile.utf8), digest: Digest(of: [1]), byteCount: 1)
    let trailing = try await library.beginUpload(identity: [], digest: nil, byteCount: 1)
    try await library.register("../../escape", pictureBytes(1))
    let files = folder.files("incoming")
    #expect(files.map(\.count).sorted() == [32, 64])
    #expect(files.allSatisfy { bytes(hexadecimal: $0) != nil })
    let expected = Digest(of: Digest(of: [1]).bytes + Array(hostile.utf8)).description
    #expect(files.contains(expected))
    #expect(try FileManager.default.contentsOfDirectory(atPath: folder.path) == ["data"])
    upload.suspend()
    trailing.suspend()
  }

  @Test func anOriginalIsOneFile() async throws {
    let folder = try TemporaryFolder()
    let library = try await open(folder)
    let digest = Digest(of: pictureBytes(1))
    for name in ["a", "a", "b"] { try await library.register(name, pictureBytes(1)) }
    let path = "\(digest.description.prefix(2))/\(digest.description.dropFirst(2))"
    #expect(folder.files("originals") == [path])
    #expect(folder.files("incoming") == [])
    #expect(
      folder.files("") == [
        "catalog.sqlite", "catalog.sqlite-shm", "catalog.sqlite-wal", "gate", "lock",
        "originals/" + path,
      ])
  }

  // MARK: Sweeping

  @Test(arguments: [(age: -5.0, isKept: true), (86_400, true), (86_401, false)])
  func uploadsAreKeptForADay(age: Double, isKept: Bool) async throws {
    let folder = try TemporaryFolder()
    var library = try await open(folder)
    let picture = pictureBytes(1)
    let upload = try await library.beginUpload(
      identity: [1], digest: Digest(of: picture), byteCount: 1_000)
    try await upload.write(Array(picture[..<600]))
    upload.suspend()
    let name = try #require(folder.files("incoming").first)
    try folder.setModified("\(folder.data)/incoming/\(name)", .epoch - age)
    try await library.close()

    library = try await open(folder, at: .epoch)
    #expect(folder.files("incoming") == (isKept ? [name] : []))
    let again = try await library.beginUpload(
      identity: [1], digest: Digest(of: picture), byteCount: 1_000)
    #expect(again.nextOffset == (isKept ? 600 : 0))
  }

  @Test func sweepingSparesWhatIsUnderWay() async throws {
    let folder = try TemporaryFolder()
    let library = try await open(folder)
    let picture = pictureBytes(1)
    let upload = try await library.beginUpload(
      identity: [1], digest: Digest(of: picture), byteCount: 1_000)
    try await upload.write(Array(picture[..<600]))
    let trailing = try await library.beginUpload(identity: [1], digest: nil, byteCount: 1_000)
    let left = try await library.beginUpload(
      identity: [2], digest: Digest(of: picture), byteCount: 1_000)
    left.suspend()
    #expect(folder.files("incoming").count == 3)

    try await library.sweep(at: Date() + 1_000_000)
    #expect(folder.files("incoming").count == 2)
    try await upload.write(Array(picture[600...]))
    try await trailing.write(picture)
    let image = try await library.commit(
      upload.seal(), name: "a", picture: someFacts, at: .epoch
    ).image
    _ = try await library.commit(
      trailing.seal(trailingDigest: Digest(of: picture)), name: "a", picture: someFacts, at: .epoch)
    #expect(try await library.openOriginal(image).all() == picture)
    #expect(folder.files("incoming") == [])
  }

  @Test func leftoversAreSweptAtTheNextStart() async throws {
    let folder = try TemporaryFolder()
    try await open(folder).close()
    let leftovers = [
      "incoming/" + String(repeating: "0", count: 32), "incoming/x.tmp",
      "spool/" + String(repeating: "1", count: 32),
    ]
    for leftover in leftovers {
      try Data([1]).write(to: URL(fileURLWithPath: "\(folder.data)/\(leftover)"))
      try folder.setModified("\(folder.data)/\(leftover)", .epoch)
    }
    _ = try await open(folder)
    #expect(folder.files("incoming") + folder.files("spool") == [])
  }

  @Test func whatIsDroppedLeavesNoFile() async throws {
    let folder = try TemporaryFolder()
    let library = try await open(folder)
    do {
      let file = try await library.makeSpoolFile()
      try file.append([1])
      #expect(folder.files("spool").count == 1)
      let trailing = try await library.beginUpload(identity: [1], digest: nil, byteCount: 1)
      #expect(folder.files("incoming").count == 1)
      try await trailing.write([1])
      _ = try await trailing.seal(trailingDigest: Digest(of: [1]))
      _ = try file.finish()
    }
    #expect(folder.files("spool") == [])
    #expect(folder.files("incoming") == [])
  }

  // MARK: Damage

  enum Damage: CaseIterable {
    case flippedBit, truncated, extended, missing

    func apply(to path: String, in folder: TemporaryFolder) throws {
      switch self {
      case .flippedBit: try folder.flipBit(path, byte: 500)
      case .truncated:
        try Data(Data(contentsOf: URL(fileURLWithPath: path)).dropLast()).write(
          to: URL(fileURLWithPath: path))
      case .extended:
        try (Data(contentsOf: URL(fileURLWithPath: path)) + [0]).write(
          to: URL(fileURLWithPath: path))
      case .missing: try FileManager.default.removeItem(atPath: path)
      }
    }
  }

  @Test(arguments: Damage.allCases)
  func aDamagedOriginalIsAnErrorUntilItIsRegisteredAgain(damage: Damage) async throws {
    let folder = try TemporaryFolder()
    let library = try await open(folder)
    let picture = pictureBytes(1)
    let image = try await library.register("a", picture).image
    try damage.apply(to: folder.blob("originals", Digest(of: picture)), in: folder)
    for _ in 0..<2 {
      await #expect(throws: StoreError.originalDamaged(image)) {
        try await library.openOriginal(image)
      }
    }
    #expect(try await library.register("a", picture).generation == 2)
    #expect(try await library.openOriginal(image).all() == picture)
  }

  @Test(arguments: Damage.allCases)
  func aDamagedFormIsMadeAgain(damage: Damage) async throws {
    let folder = try TemporaryFolder()
    let (library, id, other) = try await FormTests.prepare(.embedded, in: folder)
    let bytes = pictureBytes(3)
    let form = try await library.store(id, bytes)
    let twin = try await library.store(other, bytes)
    try damage.apply(to: folder.blob("forms", form.digest), in: folder)
    #expect(try await library.openForm(form).isDamaged)
    #expect(folder.files("forms") == [])

    // What is known of it stays, and every form of these bytes is a miss.
    for (id, form) in [(id, form), (other, twin)] {
      let known = try #require(try await library.form(id))
      #expect(!known.hasBytes)
      #expect(known.facts == form.facts)
      #expect(known.sent == form.sent)
      #expect(known.byteCount == form.byteCount)
      #expect(try await library.openForm(known).isAbsent)
    }
    try await library.store(id, bytes)
    let again = try #require(try await library.form(other))
    #expect(try await library.openForm(again).bytes() == bytes)
  }

  @Test func bytesAreComparedOnceAStart() async throws {
    let folder = try TemporaryFolder()
    var library = try await open(folder)
    let picture = pictureBytes(1)
    let image = try await library.register("a", picture).image
    #expect(try await library.openOriginal(image).all() == picture)
    try folder.flipBit(folder.blob("originals", Digest(of: picture)), byte: 500)
    // Comparing at every opening would read every form twice.
    #expect(try await library.openOriginal(image).all() != picture)
    try await library.close()
    library = try await open(folder)
    await #expect(throws: StoreError.originalDamaged(image)) {
      try await library.openOriginal(image)
    }
  }

  @Test func aBlobThatShrinksIsNeverReadShort() async throws {
    let folder = try TemporaryFolder()
    let library = try await open(folder)
    let picture = pictureBytes(1)
    let image = try await library.register("a", picture).image
    let blob = try await library.openOriginal(image)
    let path = folder.blob("originals", Digest(of: picture))
    try #require(FileHandle(forWritingAtPath: path)).truncate(atOffset: 900)
    #expect(throws: StoreError.file(.read, .original, code: 0)) { try blob.all() }
  }

  @Test func aCapabilityThatIsNoLongerUnderstoodIsUnknown() async throws {
    let library = try await open(TemporaryFolder())
    let kind = try capability(width: 8)
    try await library.remember([kind], isTrusted: true, at: .epoch)
    try await library.catalog.write {
      try $0.execute(sql: "UPDATE capability SET descriptor = x'FF0000'")
    }
    #expect(try await library.capabilities(for: [kind.formKey]) == [:])
  }

  @Test func twoPicturesOfOneIDAreRefused() async throws {
    let library = try await open(TemporaryFolder())
    let picture = pictureBytes(1)
    let digest = Digest(of: picture)
    // Half of SHA-256 cannot be made to collide here, so the other half of the first is changed.
    try await library.catalog.write {
      try $0.execute(
        sql: "INSERT INTO image VALUES (?, ?, 1, 'png', 1, 1, NULL)",
        arguments: [Data(digest.firstHalf), Data(digest.firstHalf + digest.firstHalf)])
    }
    await #expect(throws: StoreError.imageCollision(ImageID(digest))) {
      try await library.register("a", picture)
    }
    #expect(try await library.registration(of: "a") == nil)
  }

  @Test(arguments: [
    ("UPDATE image SET format = 'bmp'", "format"),
    ("UPDATE image SET byteCount = 9223372036854775807, width = 1", nil),
  ])
  func anImpossibleValueIsAnError(change: String, column: String?) async throws {
    let library = try await open(TemporaryFolder())
    let image = try await library.register("a", pictureBytes(1)).image
    try await library.catalog.write { try $0.execute(sql: change) }
    if let column {
      await #expect(throws: StoreError.catalogDamaged(column: column)) {
        try await library.image(image)
      }
    } else {
      await #expect(throws: StoreError.originalDamaged(image)) {
        try await library.openOriginal(image)
      }
    }
  }
}
