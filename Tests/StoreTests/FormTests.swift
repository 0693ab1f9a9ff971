import Capabilities
import Foundation
import Testing

@testable import Store

@Suite("Kinds of devices and forms", .timeLimit(.minutes(5)))
struct FormTests {
  /// A library with an image, two kinds of devices, and the id of a form.
  static func prepare(
    _ kind: LibraryKind, in folder: TemporaryFolder
  ) async throws -> (library: any Library, id: FormID, other: FormID) {
    let library = try await kind.open(folder)
    let kinds = [try capability(width: 8), try capability(width: 16)]
    try await library.remember(kinds, isTrusted: true, at: .epoch)
    let image = try await library.register("a", pictureBytes(1)).image
    let ids = kinds.map { FormID(image: image, key: $0.formKey, rendererVersion: 1) }
    return (library, ids[0], ids[1])
  }

  @Test(arguments: LibraryKind.allCases)
  func capabilitiesAreRemembered(kind: LibraryKind) async throws {
    let folder = try TemporaryFolder()
    var library = try await kind.open(folder)
    let small = try capability(width: 8)
    let large = try capability(width: 800)
    let never = try capability(width: 9).formKey
    try await library.remember([], isTrusted: true, at: .epoch)
    try await library.remember([small, large], isTrusted: true, at: .epoch)
    try await library.remember([large], isTrusted: true, at: .epoch)
    for _ in 0..<2 {
      let keys = [large.formKey, never, small.formKey, large.formKey]
      #expect(
        try await library.capabilities(for: keys)
          == [small.formKey: small, large.formKey: large])
      #expect(try await library.capabilities(for: []) == [:])
      try await library.close()
      library = try await kind.open(folder)
    }
  }

  @Test(arguments: LibraryKind.allCases, [0, 1, 36, 37, 65_535, 65_536, 65_537, 200_000])
  func aFormComesBackAsItWasMade(kind: LibraryKind, byteCount: Int) async throws {
    let folder = try TemporaryFolder()
    var (library, id, other) = try await Self.prepare(kind, in: folder)
    let bytes = pictureBytes(3, count: byteCount)
    #expect(try await library.form(id) == nil)
    let spooled = try await library.spool(bytes)
    #expect(spooled.digest == Digest(of: bytes))
    #expect(try spooled.content.all() == bytes)

    let form = try await library.addForm(
      id, facts: someFormFacts, bytes: spooled, reason: .request, mayEvict: false, at: .epoch)
    #expect(
      form
        == StoredForm(
          id: id, facts: someFormFacts, digest: Digest(of: bytes), byteCount: byteCount,
          hasBytes: true))
    #expect(form.sent == Array(Digest(of: bytes).bytes.prefix(16)))
    // A transfer that began from the spool goes on.
    #expect(try spooled.content.all() == bytes)

    for _ in 0..<2 {
      #expect(try await library.form(id) == form)
      #expect(try await library.openForm(form).bytes() == bytes)
      #expect(try await library.form(other) == nil)
      var newer = id
      newer = FormID(image: newer.image, key: newer.key, rendererVersion: 2)
      #expect(try await library.form(newer) == nil)
      try await library.close()
      library = try await kind.open(folder)
    }
  }

  @Test(arguments: LibraryKind.allCases)
  func equalBytesAreStoredOnce(kind: LibraryKind) async throws {
    let folder = try TemporaryFolder()
    let (library, id, other) = try await Self.prepare(kind, in: folder)
    let bytes = pictureBytes(3)
    try await library.store(id, bytes)
    let form = try await library.store(other, bytes)
    #expect(try await library.openForm(form).bytes() == bytes)
    #expect(try await library.form(id)?.digest == form.digest)
  }

  @Test(arguments: LibraryKind.allCases)
  func aFormThatIsAddedAgainReplacesItself(kind: LibraryKind) async throws {
    let (library, id, _) = try await Self.prepare(kind, in: TemporaryFolder())
    try await library.store(id, pictureBytes(3))
    let form = try await library.store(id, pictureBytes(4))
    #expect(try await library.form(id) == form)
    #expect(try await library.openForm(form).bytes() == pictureBytes(4))
  }

  @Test(arguments: LibraryKind.allCases)
  func theSameFormMayBeAddedAtOnce(kind: LibraryKind) async throws {
    let (library, id, _) = try await Self.prepare(kind, in: TemporaryFolder())
    let bytes = pictureBytes(3)
    let forms = try await withThrowingTaskGroup(of: StoredForm.self) { group in
      for _ in 0..<12 { group.addTask { try await library.store(id, bytes) } }
      return try await group.reduce(into: Set()) { $0.insert($1) }
    }
    let form = try #require(forms.first)
    #expect(forms.count == 1)
    #expect(try await library.form(id) == form)
    #expect(try await library.openForm(form).bytes() == bytes)
  }

  @Test(arguments: LibraryKind.allCases)
  func formsOfUnknownImagesOrKindsAreRefused(kind: LibraryKind) async throws {
    let (library, id, _) = try await Self.prepare(kind, in: TemporaryFolder())
    let nothing = ImageID(Digest(of: []))
    await #expect(throws: StoreError.unknownImage(nothing)) {
      try await library.store(FormID(image: nothing, key: id.key, rendererVersion: 1), [1])
    }
    let key = try capability(width: 9).formKey
    await #expect(throws: StoreError.unknownCapability(key)) {
      try await library.store(FormID(image: id.image, key: key, rendererVersion: 1), [1])
    }
    #expect(try await library.form(id) == nil)
  }

  @Test(arguments: LibraryKind.allCases, [15, 17])
  func anEtagHasSixteenBytes(kind: LibraryKind, byteCount: Int) async throws {
    let (library, id, _) = try await Self.prepare(kind, in: TemporaryFolder())
    let facts = FormFacts(
      etag: Array(repeating: 1, count: byteCount), codec: .identity, width: 1, height: 1)
    await #expect(throws: StoreError.self) {
      try await library.addForm(
        id, facts: facts, bytes: library.spool([1]), reason: .request, mayEvict: false, at: .epoch)
    }
    #expect(try await library.form(id) == nil)
  }

  @Test(arguments: LibraryKind.allCases)
  func aFinishedSpoolFileTakesNoMore(kind: LibraryKind) async throws {
    let library = try await kind.open(TemporaryFolder())
    let file = try await library.makeSpoolFile()
    try file.append([1, 2])
    try file.append([])
    #expect(try file.finish().content.all() == [1, 2])
    #expect(throws: StoreError.ended) { try file.append([3]) }
    #expect(throws: StoreError.ended) { try file.finish() }
  }
}
