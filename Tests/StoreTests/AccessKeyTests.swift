import Foundation
import GRDB
import Testing

@testable import Store

@Suite("Keys", .timeLimit(.minutes(5)))
struct AccessKeyTests {
  static let lobby = Rights(.retrieve, prefix: "lobby/")

  @Test(arguments: LibraryKind.allCases)
  func keysAreKeptUntilTheyAreForgotten(kind: LibraryKind) async throws {
    let folder = try TemporaryFolder()
    var library = try await kind.open(folder)
    let (a, b) = (try #require(AccessKeyID("a")), try #require(AccessKeyID("b")))
    let secrets = (AccessSecret.random(), AccessSecret.random())
    #expect(secrets.0.bytes != secrets.1.bytes)
    try await library.addKey(b, secret: secrets.1, rights: Self.lobby, at: .epoch + 0.9)
    try await library.addKey(a, secret: secrets.0, rights: .all, at: .epoch + 1)
    for _ in 0..<2 {
      let key = try #require(try await library.key(b))
      #expect(key.secret.bytes == secrets.1.bytes && key.rights == Self.lobby && key.id == b)
      #expect(
        try await library.keys() == [
          AccessKeyFacts(
            serial: 2, id: a, rights: .all, createdAt: .epoch + 1, revokedAt: nil),
          AccessKeyFacts(
            serial: key.serial, id: b, rights: Self.lobby, createdAt: .epoch, revokedAt: nil),
        ])
      try await library.close()
      library = try await kind.open(folder)
    }
    await #expect(throws: StoreError.keyExists(a)) {
      try await library.addKey(a, secret: secrets.1, rights: Self.lobby, at: .epoch)
    }
    #expect(try await library.key(a)?.secret.bytes == secrets.0.bytes)
    #expect(try await library.key(try #require(AccessKeyID("A"))) == nil)
  }

  @Test(arguments: LibraryKind.allCases)
  func aRevokedKeyIsRememberedAndOfNoUse(kind: LibraryKind) async throws {
    let library = try await kind.open(TemporaryFolder())
    let id = try #require(AccessKeyID("a"))
    #expect(try await !library.revokeKey(id, at: .epoch))
    try await library.addKey(id, secret: .random(), rights: .all, at: .epoch)
    let serial = try #require(try await library.key(id)?.serial)
    #expect(try await library.revokeKey(id, at: .epoch + 5))
    #expect(try await library.key(id) == nil)
    #expect(try await library.keys().map(\.revokedAt) == [.epoch + 5])
    #expect(try await !library.revokeKey(id, at: .epoch + 6))
    #expect(try await library.keys().map(\.revokedAt) == [.epoch + 5])
    await #expect(throws: StoreError.keyExists(id)) {
      try await library.addKey(id, secret: .random(), rights: .all, at: .epoch)
    }
    // Forgotten, the id is free; the next key of the name is another.
    #expect(try await library.forgetKey(id))
    #expect(try await !library.forgetKey(id))
    #expect(try await library.keys() == [])
    try await library.addKey(id, secret: .random(), rights: .all, at: .epoch)
    #expect(try await library.key(id)?.serial != serial)
  }

  @Test func aGuestsKeysAreInForceAtOnce() async throws {
    let folder = try TemporaryFolder()
    let owner = try await EmbeddedLibrary.open(in: folder)
    let guest = try await EmbeddedLibrary.openAsGuest(in: folder)
    let id = try #require(AccessKeyID("a"))
    try await guest.addKey(id, secret: .random(), rights: .all, at: .epoch)
    #expect(try await owner.key(id) != nil)
    #expect(try await guest.revokeKey(id, at: .epoch))
    #expect(try await owner.key(id) == nil)
    let left = try await owner.catalog.read {
      try Int.fetchOne($0, sql: "SELECT count(*) FROM accessKey WHERE secret IS NOT NULL")
    }
    #expect(left == 0)
    try await guest.close()
    try await owner.close()
  }

  /// Secrets are in the catalog and in every copy of it.
  @Test func othersMayNotReadTheCatalog() async throws {
    let folder = try TemporaryFolder()
    for path in [folder.data, folder.path + "/backup"] {
      try FileManager.default.createDirectory(
        atPath: path, withIntermediateDirectories: false, attributes: [.posixPermissions: 0o755])
    }
    let library = try await EmbeddedLibrary.open(in: folder)
    try await library.addKey(
      try #require(AccessKeyID("a")), secret: .random(), rights: .all, at: .epoch)
    _ = try await library.backup(to: folder.path + "/backup") { _ in }
    let files = ["data/catalog.sqlite", "data/catalog.sqlite-wal", "backup/catalog.sqlite"]
    for file in files {
      let attributes = try FileManager.default.attributesOfItem(atPath: "\(folder.path)/\(file)")
      let mode = try #require(attributes[.posixPermissions] as? Int)
      #expect(mode & 0o027 == 0, "\(file)")
    }
  }

  @Test(arguments: [
    ("a", true), ("Az09._-", true), ("0123456789abcdef", true), ("0123456789abcdefg", false),
    ("", false), ("a b", false), ("a/b", false), ("é", false), ("a\n", false), ("a\0", false),
  ])
  func anIDIsOneShortWord(_ text: String, _ isAllowed: Bool) {
    #expect((AccessKeyID(text)?.text == text) == isAllowed)
    #expect((AccessKeyID(bytes: Array(text.utf8))?.text == text) == isAllowed)
  }

  @Test func bytesThatAreNoTextAreNoID() {
    #expect(AccessKeyID(bytes: [0xC3]) == nil)
    #expect(AccessKeyID(bytes: [0x61, 0xFF]) == nil)
  }

  @Test(arguments: [0, 31, 33]) func aSecretHas32Bytes(_ count: Int) {
    #expect(AccessSecret(Array(repeating: 1, count: count)) == nil)
    #expect(AccessSecret(Array(repeating: 1, count: 32))?.bytes.count == 32)
  }

  /// However it is described, a secret does not show.
  @Test func noDescriptionShowsASecret() throws {
    let secret = try #require(AccessSecret(Array(repeating: 0xA7, count: 32)))
    let key = AccessKey(
      serial: 1, id: try #require(AccessKeyID("a")), rights: .all, secret: secret)
    var dumped = ""
    dump(key, to: &dumped)
    for text in ["\(key)", String(reflecting: key), dumped, "\(secret)", "\([secret])"] {
      #expect(text.contains("secret") && !text.contains("167") && !text.lowercased().contains("a7"))
    }
  }
}
