import Foundation
import Testing

@testable import Store

@Suite("Nodes of one store", .timeLimit(.minutes(5)))
struct PostgresNodeTests {
  @Test func manyMayMakeTheSchemaAtOnce() async throws {
    let nodes = try await PostgresNodes(4)
    #expect(try await nodes.first.number("SELECT count(*) AS total FROM schema_step") == 1)
    #expect(nodes.libraries.map(\.isShared) == [true, true, true, true])
    #expect(Set(nodes.libraries.map(\.node)).count == 4)
    try await nodes.close()
  }

  @Test func aNewerSchemaIsRefused() async throws {
    let nodes = try await PostgresNodes(1)
    try await nodes.first.change("INSERT INTO schema_step (number) VALUES (9999)")
    try await nodes.close()
    let uri = try #require(PostgresURI(nodes.database.uri))
    await #expect(throws: StoreError.catalogTooNew) {
      try await PostgresLibrary.openAsGuest(uri)
    }
  }

  @Test func aChangeOnOneIsHeardOnTheOther() async throws {
    let nodes = try await PostgresNodes()
    var here = nodes.first.nameChanges().makeAsyncIterator()
    var there = nodes.second.nameChanges().makeAsyncIterator()
    // As long as a name can be, and of more bytes than characters.
    let name = String(repeating: "\u{1F5BC}", count: 32)
    try await nodes.first.register(name, pictureBytes(1))
    #expect(await there.next() == .moved(name))
    #expect(try await nodes.second.registration(of: name)?.generation == 1)
    #expect(try await nodes.second.remove(name, at: .epoch))
    #expect(await there.next() == .moved(name))
    let key = try #require(AccessKeyID("k"))
    try await nodes.second.addKey(key, secret: .random(), rights: .all, at: .epoch)
    #expect(try await nodes.first.revokeKey(key, at: .epoch))
    try await nodes.close()
    func rest(_ stream: inout AsyncStream<NameChange>.Iterator) async -> [NameChange] {
      var changes: [NameChange] = []
      while let change = await stream.next() { changes.append(change) }
      return changes
    }
    // Nobody hears of his own change twice.
    #expect(await rest(&here).prefix(2) == [.moved(name), .moved(name)])
    let others = await rest(&there)
    #expect(others.filter { $0 != .any } == [])
  }

  @Test func anOperatorsCommandIsHeardToo() async throws {
    let nodes = try await PostgresNodes(1)
    var changes = nodes.first.nameChanges().makeAsyncIterator()
    let guest = try await PostgresLibrary.openAsGuest(
      try #require(PostgresURI(nodes.database.uri)))
    try await guest.addKey(
      try #require(AccessKeyID("k")), secret: .random(), rights: .all, at: .epoch)
    #expect(await changes.next() == .any)
    try await guest.register("a", pictureBytes(1))
    #expect(await changes.next() == .moved("a"))
    let path = try #require(guest.temporaryPath)
    #expect(FileManager.default.fileExists(atPath: path))
    try await guest.close()
    #expect(!FileManager.default.fileExists(atPath: path))
    try await nodes.close()
  }

  @Test func registrationsOfOneNameAreAllCounted() async throws {
    let nodes = try await PostgresNodes()
    let registrations = try await withThrowingTaskGroup(of: Registration.self) { group in
      for index in 0..<24 {
        group.addTask {
          try await nodes.libraries[index % 2].register(
            "shared", pictureBytes(UInt8(index % 3)), identity: "device \(index)")
        }
      }
      return try await group.reduce(into: []) { $0.append($1) }
    }
    #expect(registrations.map(\.generation).sorted() == Array(1...24))
    let last = registrations.max { $0.generation < $1.generation }
    for library in nodes.libraries {
      #expect(try await library.registration(of: "shared") == last)
    }
    // Two of the three pictures have no name any more, and that is known since then.
    let unnamed = "SELECT count(*) AS total FROM image WHERE unnamed_since IS NOT NULL"
    #expect(try await nodes.first.number(unnamed) == 2)
    try await nodes.close()
  }

  /// Two names that exchange their pictures, again and again, from both sides.
  @Test func namesMayExchangePictures() async throws {
    let nodes = try await PostgresNodes()
    try await withThrowingTaskGroup(of: Void.self) { group in
      for (index, library) in nodes.libraries.enumerated() {
        group.addTask {
          for round in 0..<20 {
            try await library.register(
              "name \(index)", pictureBytes(UInt8((index + round) % 2)), identity: "\(index)")
          }
        }
      }
      try await group.waitForAll()
    }
    for (index, library) in nodes.libraries.enumerated() {
      #expect(
        try await library.registration(of: "name \(index)")
          == Registration(
            image: ImageID(Digest(of: pictureBytes(UInt8((index + 19) % 2)))), generation: 20))
    }
    let unnamed = "SELECT count(*) AS total FROM image WHERE unnamed_since IS NOT NULL"
    #expect(try await nodes.first.number(unnamed) == 0)
    // PostgreSQL writes each into its log.
    #expect(nodes.database.log.filter { $0.contains("deadlock detected") } == [])
    try await nodes.close()
  }

  @Test func thePictureOfBothIsStoredOnce() async throws {
    let nodes = try await PostgresNodes()
    let picture = pictureBytes(7, count: BlobParts.byteCount + 5)
    try await withThrowingTaskGroup(of: Void.self) { group in
      for (index, library) in nodes.libraries.enumerated() {
        group.addTask { try await library.register("name \(index)", picture) }
      }
      try await group.waitForAll()
    }
    #expect(try await nodes.first.number("SELECT count(*) AS total FROM original_part") == 2)
    for library in nodes.libraries {
      let image = ImageID(Digest(of: picture))
      try library.cache.remove(.init(kind: .original, digest: Digest(of: picture)))
      #expect(try await library.openOriginal(image).all() == picture)
    }
    try await nodes.close()
  }

  @Test func theSpoolOfANodeIsForgottenWithIt() async throws {
    let nodes = try await PostgresNodes()
    let id = try await nodes.first.prepare(widths: [8])[0]
    func note(_ library: PostgresLibrary, until seconds: Double) async throws {
      try await library.noteForm(
        id, facts: someFormFacts, digest: Digest(of: [1]), byteCount: 1, reason: .request,
        spooledUntil: .epoch + seconds, at: .epoch)
    }
    try await note(nodes.first, until: 600)
    try await note(nodes.second, until: 300)
    func state(at seconds: Double) async throws -> FormDemand.State? {
      try await nodes.second.demandedImages(
        after: nil, limit: 1, rendererVersion: 1, at: .epoch + seconds
      ).first?.forms.first?.state
    }
    #expect(try await state(at: 599) == .spooled)
    try await nodes.first.close()
    let again = try await PostgresLibrary.open(
      try #require(PostgresURI(nodes.database.uri)), folder: nodes.folders[0].data, at: .epoch)
    #expect(again.node == nodes.first.node)
    #expect(try await state(at: 299) == .spooled)
    #expect(try await state(at: 300) == .known)
    try await again.close()
    try await nodes.second.close()
  }

  // MARK: Folders

  @Test func noStoreTakesTheFolderOfTheOther() async throws {
    let database = try await TestDatabase()
    let uri = try #require(PostgresURI(database.uri))
    let (node, embedded) = (try TemporaryFolder(), try TemporaryFolder())
    let library = try await PostgresLibrary.open(uri, folder: node.data, at: .epoch)
    await #expect(throws: StoreError.folderInUse(path: node.data)) {
      try await PostgresLibrary.open(uri, folder: node.data, at: .epoch)
    }
    try await library.register("a", pictureBytes(1))
    try await library.close()
    await #expect(throws: StoreError.nodeFolder(path: node.data)) {
      try await EmbeddedLibrary.open(node.data, at: .epoch)
    }
    await #expect(throws: StoreError.nodeFolder(path: node.data)) {
      try await EmbeddedLibrary.openAsGuest(node.data)
    }
    let other = try await EmbeddedLibrary.open(embedded.data, at: .epoch)
    try await other.register("a", pictureBytes(1))
    try await other.close()
    await #expect(throws: StoreError.embeddedFolder(path: embedded.data)) {
      try await PostgresLibrary.open(uri, folder: embedded.data, at: .epoch)
    }
    // Not even when its catalog is lost are its pictures taken for copies.
    try FileManager.default.removeItem(atPath: embedded.data + "/catalog.sqlite")
    await #expect(throws: StoreError.catalogMissing(path: embedded.data)) {
      try await PostgresLibrary.open(uri, folder: embedded.data, at: .epoch)
    }
    #expect(embedded.files("originals").count == 1)
  }

  @Test func aDatabaseThatIsNotThereIsAnError() async throws {
    var settings = PostgresSettings()
    settings.patience = .milliseconds(100)
    let uri = try #require(PostgresURI("postgres://u:hidden@/d?host=/nowhere/at/all"))
    let folder = try TemporaryFolder()
    let error = await #expect(throws: StoreError.self) {
      try await PostgresLibrary.open(
        uri, folder: folder.data, at: .epoch, settings: settings)
    }
    guard case .database(state: "08001", let message) = error else {
      Issue.record("\(String(describing: error))")
      return
    }
    #expect(message.contains("/nowhere/at/all") && !message.contains("hidden"))
    #expect(error.map { "\($0)" } == "the database cannot be reached (08001)")
    withExtendedLifetime(folder) {}
  }
}
