import Capabilities
import Foundation
import Testing

@testable import Store

@Suite("What is known of forms", .timeLimit(.minutes(5)))
struct FactsTests {
  @Test(arguments: LibraryKind.allCases)
  func factsAreKnownWithoutBytes(kind: LibraryKind) async throws {
    let folder = try TemporaryFolder()
    var library = try await kind.open(folder)
    let ids = try await library.prepare(widths: [8, 16, 24])
    try await library.noteForm(
      ids[0], facts: someFormFacts, digest: Digest(of: [1, 2]), byteCount: 2, reason: .request,
      spooledUntil: .epoch + 600, at: .epoch)
    let stored = try await library.store(ids[1], [3])
    let noted = StoredForm(
      id: ids[0], facts: someFormFacts, digest: Digest(of: [1, 2]), byteCount: 2, hasBytes: false)
    for _ in 0..<2 {
      #expect(
        try await library.forms(of: ids[0].image, keys: ids.map(\.key), rendererVersion: 1)
          == [ids[0].key: noted, ids[1].key: stored])
      #expect(
        try await library.forms(of: ids[0].image, keys: ids.map(\.key), rendererVersion: 2) == [:])
      #expect(try await library.forms(of: ids[0].image, keys: [], rendererVersion: 1) == [:])
      #expect(try await library.openForm(noted).isAbsent)
      try await library.close()
      library = try await kind.open(folder)
    }
    // Noting what is stored does not unstore it.
    try await library.noteForm(
      ids[1], facts: someFormFacts, digest: Digest(of: [3]), byteCount: 1, reason: .request,
      spooledUntil: nil, at: .epoch)
    #expect(try await library.form(ids[1]) == stored)
    try await library.store(ids[0], [1, 2])
    #expect(try await library.form(ids[0])?.hasBytes == true)
  }

  @Test(arguments: LibraryKind.allCases)
  func unknownImagesAndKindsHaveNoFacts(kind: LibraryKind) async throws {
    let library = try await kind.open(TemporaryFolder())
    let id = try await library.prepare(widths: [8])[0]
    let key = try capability(width: 9).formKey
    let image = ImageID(Digest(of: []))
    for (id, error) in [
      (FormID(image: id.image, key: key, rendererVersion: 1), StoreError.unknownCapability(key)),
      (FormID(image: image, key: id.key, rendererVersion: 1), .unknownImage(image)),
    ] {
      await #expect(throws: error) {
        try await library.noteForm(
          id, facts: someFormFacts, digest: Digest(of: []), byteCount: 0, reason: .request,
          spooledUntil: nil, at: .epoch)
      }
    }
  }

  @Test(arguments: LibraryKind.allCases)
  func aStoredFormIsFoundByWhatItShows(kind: LibraryKind) async throws {
    let library = try await kind.open(TemporaryFolder())
    let old = try await library.prepare(widths: [8, 16])
    let new = try await library.prepare(widths: [8], name: "b", picture: pictureBytes(2))[0]
    let etag = [UInt8](repeating: 9, count: 16)
    let facts = FormFacts(etag: etag, codec: .identity, width: 8, height: 8)
    func found(_ key: FormKey, version: UInt32 = 1) async throws -> StoredForm? {
      try await library.storedForm(key: key, etag: etag, rendererVersion: version)
    }
    try await library.noteForm(
      new, facts: facts, digest: Digest(of: [5]), byteCount: 1, reason: .name, spooledUntil: nil,
      at: .epoch)
    #expect(try await found(new.key) == nil)
    let form = try await library.store(old[0], [4], facts: facts)
    #expect(try await found(new.key) == form)
    #expect(try await found(new.key, version: 2) == nil)
    #expect(try await found(old[1].key) == nil)
  }

  @Test(arguments: LibraryKind.allCases)
  func anotherVersionReplacesTheFormsOfThisOne(kind: LibraryKind) async throws {
    let folder = try TemporaryFolder()
    let library = try await kind.open(folder)
    let ids = try await library.prepare(widths: [8, 16])
    for id in ids { try await library.store(id, pictureBytes(UInt8(id.key.bytes[0]))) }
    let newer = FormID(image: ids[0].image, key: ids[0].key, rendererVersion: 2)
    try await library.store(newer, pictureBytes(3))
    #expect(try await library.form(ids[0]) == nil)
    #expect(try await library.form(ids[1]) != nil)
    try await library.sweep(at: .epoch)
    #expect(try await library.storedCount(folder) == 2)
  }
}
