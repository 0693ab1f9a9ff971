import Foundation
import Testing

@testable import Store

@Suite("Names", .timeLimit(.minutes(5)))
struct NameTests {
  @Test(arguments: LibraryKind.allCases)
  func unknownNamesAreNil(kind: LibraryKind) async throws {
    let library = try await kind.open(TemporaryFolder())
    #expect(try await library.registration(of: "lobby") == nil)
    #expect(try await library.remove("lobby", at: .epoch) == false)
    #expect(try await library.names() == [])
  }

  @Test(arguments: LibraryKind.allCases)
  func everyRegistrationRaisesTheGeneration(kind: LibraryKind) async throws {
    let folder = try TemporaryFolder()
    let library = try await kind.open(folder)
    let first = try await library.register("a", pictureBytes(1))
    #expect(first == Registration(image: ImageID(Digest(of: pictureBytes(1))), generation: 1))
    // The same picture again is a second print.
    #expect(try await library.register("a", pictureBytes(1)).generation == 2)
    let third = try await library.register("a", pictureBytes(2))
    #expect(third == Registration(image: ImageID(Digest(of: pictureBytes(2))), generation: 3))
    #expect(try await library.registration(of: "a") == third)
    // Another name counts for itself.
    #expect(try await library.register("b", pictureBytes(2)).generation == 1)
  }

  @Test(arguments: LibraryKind.allCases)
  func theGenerationSurvivesRemovalAndRestart(kind: LibraryKind) async throws {
    let folder = try TemporaryFolder()
    var library = try await kind.open(folder)
    let image = try await library.register("a", pictureBytes(1)).image
    try await library.register("a", pictureBytes(1))
    #expect(try await library.remove("a", at: .epoch))
    #expect(try await library.remove("a", at: .epoch) == false)
    #expect(try await library.registration(of: "a") == nil)
    #expect(try await library.names() == [])
    // The image is still there by its id.
    #expect(try await library.image(image)?.byteCount == 1_000)
    #expect(try await library.openOriginal(image).all() == pictureBytes(1))

    try await library.close()
    library = try await kind.open(folder)
    #expect(try await library.registration(of: "a") == nil)
    #expect(try await library.register("a", pictureBytes(1)).generation == 3)
  }

  @Test(arguments: LibraryKind.allCases)
  func namesOfAllowedLengthsAreTaken(kind: LibraryKind) async throws {
    let library = try await kind.open(TemporaryFolder())
    let longest = String(repeating: "\u{e9}", count: 64)
    #expect(try await library.register(longest, pictureBytes(1)).generation == 1)
    #expect(try await library.registration(of: longest)?.generation == 1)
    for name in ["", longest + "x"] {
      await #expect(throws: StoreError.self) { try await library.register(name, pictureBytes(1)) }
      #expect(try await library.registration(of: name) == nil)
    }
  }

  /// In bytewise order; the fifth and the seventh look the same.
  static let ordered = ["Z", "a", "a/b", "a0", "e\u{301}", "z", "\u{e9}", "\u{1F5BC}"]

  @Test(arguments: LibraryKind.allCases)
  func listsInBytewiseOrder(kind: LibraryKind) async throws {
    let library = try await kind.open(TemporaryFolder())
    for (index, name) in Self.ordered.enumerated().reversed() {
      try await library.register(name, pictureBytes(1), at: .epoch + Double(index) + 0.75)
    }
    let entries = try await library.list(prefix: "", after: "", limit: 100)
    #expect(entries.map { Array($0.name.utf8) } == Self.ordered.map { Array($0.utf8) })
    #expect(entries.map(\.registeredAt) == Self.ordered.indices.map { .epoch + Double($0) })
    #expect(entries.allSatisfy { $0.image == ImageID(Digest(of: pictureBytes(1))) })
    #expect(entries.allSatisfy { $0.byteCount == 1_000 })
  }

  @Test(arguments: LibraryKind.allCases, 1...9)
  func pagesJoinToTheWhole(kind: LibraryKind, limit: Int) async throws {
    let library = try await kind.open(TemporaryFolder())
    for name in Self.ordered { try await library.register(name, pictureBytes(1)) }
    var names: [String] = []
    while true {
      let page = try await library.list(prefix: "", after: names.last ?? "", limit: limit)
      #expect(page.count <= limit)
      if page.isEmpty { break }
      names += page.map(\.name)
    }
    #expect(names.map { Array($0.utf8) } == Self.ordered.map { Array($0.utf8) })
  }

  @Test(
    arguments: LibraryKind.allCases,
    [
      (prefix: "a", after: "", found: ["a", "a/b", "a0"]),
      (prefix: "a", after: "a", found: ["a/b", "a0"]),
      (prefix: "a", after: "a/b", found: ["a0"]),
      (prefix: "a", after: "a0", found: []),
      (prefix: "a", after: "Z", found: ["a", "a/b", "a0"]),
      (prefix: "a", after: "b", found: []),
      (prefix: "a/", after: "", found: ["a/b"]),
      (prefix: "A", after: "", found: []),
      (prefix: "%", after: "", found: []),
      (prefix: "_", after: "", found: []),
      (prefix: "\u{e9}", after: "", found: ["\u{e9}"]),
      (prefix: "", after: "z", found: ["\u{e9}", "\u{1F5BC}"]),
    ])
  func listsAPrefixAfterAName(
    kind: LibraryKind, query: (prefix: String, after: String, found: [String])
  ) async throws {
    let library = try await kind.open(TemporaryFolder())
    for name in Self.ordered { try await library.register(name, pictureBytes(1)) }
    #expect(
      try await library.names(prefix: query.prefix, after: query.after)
        == query.found.map { Array($0.utf8) })
  }

  @Test(arguments: LibraryKind.allCases)
  func concurrentRegistrationsAreAllCounted(kind: LibraryKind) async throws {
    let folder = try TemporaryFolder()
    let library = try await kind.open(folder)
    let registrations = try await withThrowingTaskGroup(of: Registration.self) { group in
      for index in 0..<24 {
        group.addTask {
          // Four pictures, each sent by six devices at once.
          try await library.register(
            "shared", pictureBytes(UInt8(index % 4)), identity: "device \(index)")
        }
      }
      return try await group.reduce(into: []) { $0.append($1) }
    }
    #expect(registrations.map(\.generation).sorted() == Array(1...24))
    #expect(
      try await library.registration(of: "shared")
        == registrations.max { $0.generation < $1.generation })
    for index in UInt8(0)..<4 {
      let id = ImageID(Digest(of: pictureBytes(index)))
      #expect(try await library.openOriginal(id).all() == pictureBytes(index))
    }
  }

  @Test func rangesAreOfBytes() {
    #expect(NameRange(prefix: "", after: "").lowerBound == [])
    #expect(NameRange(prefix: "", after: "").upperBound == [0xFF])
    #expect(NameRange(prefix: "ab", after: "").lowerBound == [0x61, 0x62])
    #expect(NameRange(prefix: "ab", after: "").upperBound == [0x61, 0x63])
    #expect(NameRange(prefix: "ab", after: "ab").lowerBound == [0x61, 0x62, 0])
    #expect(NameRange(prefix: "ab", after: "aa").lowerBound == [0x61, 0x62])
    #expect(NameRange(prefix: "\u{e9}", after: "").upperBound == [0xC3, 0xAA])
    #expect(NameRange(prefix: "\u{10FFFF}", after: "").upperBound == [0xF4, 0x8F, 0xBF, 0xC0])
  }
}
