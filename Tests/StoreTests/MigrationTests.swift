import Capabilities
import Foundation
import GRDB
import Testing

@testable import Store

@Suite("Catalogs of earlier versions", .timeLimit(.minutes(5)))
struct MigrationTests {
  static let picture = pictureBytes(1)
  static let unnamed = pictureBytes(2)
  static let formBytes = pictureBytes(3)

  /// Makes a data folder as the first version left it.
  static func makeOld(_ folder: TemporaryFolder) throws {
    let manager = FileManager.default
    try manager.createDirectory(atPath: folder.data, withIntermediateDirectories: false)
    for (place, bytes) in [
      ("originals", picture), ("originals", unnamed), ("forms", formBytes),
    ] {
      let url = URL(filePath: folder.blob(place, Digest(of: bytes)))
      try manager.createDirectory(
        at: url.deletingLastPathComponent(), withIntermediateDirectories: true)
      try Data(bytes).write(to: url)
    }
    let queue = try DatabaseQueue(path: folder.data + "/catalog.sqlite")
    try CatalogMigrations.migrator.migrate(
      queue, upTo: "0001 images, names, kinds of devices, forms")
    let kind = try capability(width: 8)
    try queue.write { database in
      for bytes in [picture, unnamed] {
        let digest = Digest(of: bytes)
        try database.execute(
          sql: "INSERT INTO image VALUES (?, ?, 1000, 'png', 40, 30)",
          arguments: [Data(digest.firstHalf), Data(digest.bytes)])
      }
      let image = Data(Digest(of: picture).firstHalf)
      try database.execute(
        sql: "INSERT INTO name VALUES (?, ?, 7, 1700000000), (?, NULL, 3, 1700000000)",
        arguments: [Data("a".utf8), image, Data("gone".utf8)])
      try database.execute(
        sql: "INSERT INTO capability VALUES (?, ?)",
        arguments: [Data(kind.formKey.bytes), Data(kind.descriptor)])
      let digest = Digest(of: formBytes)
      try database.execute(
        sql: "INSERT INTO form VALUES (?, ?, 1, ?, ?, 1000, 2, 12, 296, 128)",
        arguments: [
          image, Data(kind.formKey.bytes), Data(someFormFacts.etag), Data(digest.bytes),
        ])
      try database.execute(
        sql: "INSERT INTO formBlob VALUES (?, 1000)", arguments: [Data(digest.bytes)])
    }
    try queue.close()
  }

  @Test func theFirstVersionsCatalogIsBroughtHere() async throws {
    let folder = try TemporaryFolder()
    try Self.makeOld(folder)
    let library = try await EmbeddedLibrary.open(in: folder, at: Date())
    let key = try capability(width: 8).formKey
    let image = ImageID(Digest(of: Self.picture))
    #expect(
      try await library.registration(of: "a") == Registration(image: image, generation: 7))
    #expect(try await library.register("gone", Self.picture).generation == 4)
    let form = try #require(
      try await library.form(FormID(image: image, key: key, rendererVersion: 1)))
    #expect(form.facts == someFormFacts)
    #expect(try await library.openForm(form).bytes() == Self.formBytes)
    #expect(try await library.accountedByteCount == 1_000)
    // Nobody has proved what these kinds are.
    #expect(try await library.trustedKinds() == [])
    #expect(
      try await library.record(
        UseRecord(requests: [RequestKey(image: image, key: key): 1]), at: .epoch
      ).kinds == [key: 1])
    let demand = try await library.demandedImages(
      after: nil, limit: 9, rendererVersion: 1, at: .epoch)
    #expect(demand.flatMap(\.forms).map(\.reason) == [.request])

    #expect(try await library.keys() == [])
    #expect(try await library.devices(after: nil, limit: 9).isEmpty)

    // The image without a name has its day from now on.
    for (age, expected) in [(80_000.0, 0), (90_000, 1)] {
      let summary = try await library.verify(sweep: true, at: Date() + age) { _ in }
      #expect(summary.unnamedImageCount == expected)
    }
    #expect(try await library.image(ImageID(Digest(of: Self.unnamed))) == nil)
    #expect(try await library.openOriginal(image).all() == Self.picture)
    // The kinds are counted, too.
    let four = try (1...4).map { try capability(width: $0) }
    try await library.remember(four, isTrusted: true, at: .epoch)
    let kindCount = try await library.catalog.read {
      try Int.fetchOne($0, sql: "SELECT total FROM account WHERE name = 'kinds'")
    }
    #expect(kindCount == 5)
  }

  @Test func aGuestMigratesOnlyWhatNobodyServes() async throws {
    let folder = try TemporaryFolder()
    try Self.makeOld(folder)
    let server = try OpenFile(folder.data + "/lock", .update, kind: .lock)
    #expect(try server.lock())
    await #expect(throws: StoreError.folderInUse(path: folder.data)) {
      try await EmbeddedLibrary.openAsGuest(in: folder)
    }
    try server.unlock()
    let guest = try await EmbeddedLibrary.openAsGuest(in: folder)
    #expect(try await guest.registration(of: "a")?.generation == 7)
    // It gave the folder free again.
    let owner = try await EmbeddedLibrary.open(in: folder)
    try await guest.close()
    try await owner.close()
  }
}
