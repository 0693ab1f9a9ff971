import Capabilities
import Foundation
import Testing

@testable import Store

@Suite("Demand", .timeLimit(.minutes(5)))
struct DemandTests {
  @Test(arguments: LibraryKind.allCases)
  func requestsAreAddedUpAndSurviveARestart(kind: LibraryKind) async throws {
    let folder = try TemporaryFolder()
    var library = try await kind.open(folder)
    let forms = try await library.prepare(widths: [8, 16])
    let other = try await library.register("b", pictureBytes(2)).image
    let small = RequestKey(image: forms[0].image, key: forms[0].key)
    let large = RequestKey(image: forms[0].image, key: forms[1].key)
    let elsewhere = RequestKey(image: other, key: forms[0].key)

    #expect(try await library.record(UseRecord(), at: .epoch) == RequestTotals())
    let first = try await library.record(
      UseRecord(requests: [small: 3, large: 1, elsewhere: 5]), at: .epoch)
    #expect(
      first
        == RequestTotals(
          images: [small: 3, large: 1, elsewhere: 5], kinds: [small.key: 8, large.key: 1]))

    try await library.close()
    library = try await kind.open(folder)
    let second = try await library.record(UseRecord(requests: [small: 1]), at: .epoch + 9)
    #expect(second == RequestTotals(images: [small: 4], kinds: [small.key: 9]))
  }

  @Test(arguments: LibraryKind.allCases)
  func whatIsUnknownIsIgnored(kind: LibraryKind) async throws {
    let library = try await kind.open(TemporaryFolder())
    let form = try await library.prepare(widths: [8])[0]
    let nowhere = ImageID(Digest(of: []))
    let nobody = try capability(width: 9).formKey
    let known = RequestKey(image: form.image, key: form.key)
    let totals = try await library.record(
      UseRecord(
        requests: [
          RequestKey(image: nowhere, key: form.key): 1,
          RequestKey(image: form.image, key: nobody): 1, known: 0,
        ],
        names: [
          NameUse(name: "never", key: form.key): .epoch,
          NameUse(name: "a", key: nobody): .epoch,
        ],
        forms: [form: .epoch]),
      at: .epoch)
    #expect(totals == RequestTotals())
    #expect(
      try await library.record(UseRecord(requests: [known: 2]), at: .epoch).kinds == [form.key: 2])
    #expect(try await library.kindsUsed(under: "a", image: form.image, atLeast: 0) == [])
  }

  @Test(arguments: LibraryKind.allCases)
  func aRecordIsOneChange(kind: LibraryKind) async throws {
    let library = try await kind.open(TemporaryFolder())
    let form = try await library.prepare(widths: [8])[0]
    let request = RequestKey(image: form.image, key: form.key)
    // The sum does not fit a column, so this record fails as a whole.
    _ = try await library.record(UseRecord(requests: [request: .max]), at: .epoch)
    await #expect(throws: StoreError.self) {
      try await library.record(
        UseRecord(requests: [request: 1], names: [NameUse(name: "a", key: form.key): .epoch]),
        at: .epoch)
    }
    #expect(try await library.kindsUsed(under: "a", image: form.image, atLeast: 0) == [])
  }

  @Test(arguments: LibraryKind.allCases)
  func popularKindsAreTrustedAndAskedOftenEnough(kind: LibraryKind) async throws {
    let library = try await kind.open(TemporaryFolder())
    let forms = try await library.prepare(widths: [8, 16, 24])
    let stranger = try capability(width: 32)
    try await library.remember([stranger], isTrusted: false, at: .epoch)
    let counts = [5, 7, 4]
    var requests: [RequestKey: Int] = [:]
    for (form, count) in zip(forms, counts) {
      requests[RequestKey(image: form.image, key: form.key)] = count
    }
    requests[RequestKey(image: forms[0].image, key: stranger.formKey)] = 1_000
    _ = try await library.record(UseRecord(requests: requests), at: .epoch)
    #expect(try await library.popularKinds(after: 5).map(\.size.width) == [16, 8])
    #expect(try await library.popularKinds(after: 8) == [])
    // A device that may be believed says the same, so it was true.
    try await library.remember([stranger], isTrusted: true, at: .epoch)
    try await library.remember([stranger], isTrusted: false, at: .epoch)
    #expect(try await library.popularKinds(after: 5).map(\.size.width) == [32, 16, 8])
  }

  @Test(arguments: LibraryKind.allCases)
  func aKindIsTrustedBecauseOfWhoUsesIt(kind: LibraryKind) async throws {
    let library = try await kind.open(TemporaryFolder())
    let kinds = try (5...7).map { try capability(width: $0) }
    try await library.remember(Array(kinds[0...1]), isTrusted: false, at: .epoch)
    #expect(try await library.trustedKinds() == [])
    for _ in 0..<2 {
      try await library.trust([kinds[1].formKey, kinds[2].formKey])
      #expect(try await library.trustedKinds() == [kinds[1]])
    }
    // What is only used is not remembered.
    #expect(try await library.capabilities(for: [kinds[2].formKey]) == [:])
  }

  @Test(arguments: LibraryKind.allCases)
  func trustedKindsComeLatestFirstAndInBoundedNumber(kind: LibraryKind) async throws {
    let library = try await kind.open(TemporaryFolder())
    #expect(try await library.trustedKinds() == [])
    for width in 1...66 {
      try await library.remember(
        [try capability(width: width)], isTrusted: true, at: .epoch + Double(width))
    }
    try await library.remember([try capability(width: 99)], isTrusted: false, at: .epoch + 99)
    try await library.remember([try capability(width: 5)], isTrusted: false, at: .epoch + 100)
    let widths = try await library.trustedKinds().map(\.size.width)
    #expect(widths.count == StoreLimits.kindListLimit)
    #expect(widths == [5] + (4...66).reversed().filter { $0 != 5 } + [3])
  }

  /// Nobody who may not be believed chooses what is made in advance.
  @Test(arguments: LibraryKind.allCases)
  func onlyTrustedKindsFollowAName(kind: LibraryKind) async throws {
    let library = try await kind.open(TemporaryFolder())
    let form = try await library.prepare(widths: [1])[0]
    let stranger = try capability(width: 2)
    try await library.remember([stranger], isTrusted: false, at: .epoch)
    _ = try await library.record(
      UseRecord(names: [
        NameUse(name: "a", key: form.key): .epoch,
        NameUse(name: "a", key: stranger.formKey): .epoch + 1,
      ]), at: .epoch)
    func widths() async throws -> [Int] {
      try await library.kindsUsed(under: "a", image: form.image, atLeast: 0).map(\.size.width)
    }
    #expect(try await widths() == [1])
    try await library.remember([stranger], isTrusted: true, at: .epoch)
    #expect(try await widths() == [2, 1])
  }

  @Test(arguments: LibraryKind.allCases)
  func aNameKeepsItsLatestSixteenKinds(kind: LibraryKind) async throws {
    let library = try await kind.open(TemporaryFolder())
    let forms = try await library.prepare(widths: Array(1...20))
    for (index, form) in forms.enumerated() {
      _ = try await library.record(
        UseRecord(names: [NameUse(name: "a", key: form.key): .epoch + Double(index)]), at: .epoch)
    }
    func widths(_ name: String = "a", atLeast count: Int = 0) async throws -> [Int] {
      try await library.kindsUsed(under: name, image: forms[0].image, atLeast: count)
        .map(\.size.width)
    }
    #expect(try await widths() == (5...20).reversed())
    #expect(try await widths("b") == [])
    // An older use than the one known changes nothing; a newer one moves to the front.
    _ = try await library.record(
      UseRecord(
        requests: [RequestKey(image: forms[9].image, key: forms[9].key): 1],
        names: [
          NameUse(name: "a", key: forms[9].key): .epoch + 500,
          NameUse(name: "a", key: forms[19].key): .epoch,
        ]), at: .epoch)
    #expect(try await widths() == [10] + (5...20).reversed().filter { $0 != 10 })
    #expect(try await widths(atLeast: 1) == [10])
    #expect(try await widths(atLeast: 2) == [])
    // The use of a name outlives its removal, as its generation does.
    _ = try await library.remove("a", at: .epoch)
    #expect(try await widths(atLeast: 1) == [10])
  }

  @Test(arguments: LibraryKind.allCases)
  func imagesLackAFormUntilItWasMade(kind: LibraryKind) async throws {
    let folder = try TemporaryFolder()
    let library = try await kind.open(folder)
    let form = try await library.prepare(widths: [8, 16])[0]
    var images = [form.image]
    for seed in UInt8(2)...9 {
      images.append(try await library.register("n\(seed)", pictureBytes(seed)).image)
    }
    images.sort { $0.bytes.lexicographicallyPrecedes($1.bytes) }
    func lacking(_ version: UInt32 = 1, pageBy limit: Int = 100) async throws -> [ImageID] {
      var all: [ImageID] = []
      while true {
        let page = try await library.imagesLacking(
          form.key, rendererVersion: version, after: all.last, limit: limit)
        #expect(page.count <= limit)
        if page.isEmpty { return all }
        all += page.map(\.id)
      }
    }
    for limit in [1, 2, 8, 9, 10] { #expect(try await lacking(pageBy: limit) == images) }
    try await library.store(form, [1])
    try await library.noteForm(
      FormID(image: images[0], key: form.key, rendererVersion: 1), facts: someFormFacts,
      digest: Digest(of: [2]), byteCount: 1, reason: .popular, spooledUntil: nil, at: .epoch)
    let made: Set = [form.image, images[0]]
    #expect(try await lacking() == images.filter { !made.contains($0) })
    #expect(try await lacking(2) == images)
    // Nobody can ask for it by name any more.
    _ = try await library.remove("n9", at: .epoch)
    let gone = ImageID(Digest(of: pictureBytes(9)))
    #expect(try await lacking(2) == images.filter { $0 != gone })
  }

  @Test(arguments: LibraryKind.allCases)
  func kindsBeyondTheLimitAreForgottenUntrustedAndOldestFirst(kind: LibraryKind) async throws {
    let folder = try TemporaryFolder()
    let library = try await kind.open(folder, limits: StoreLimits(kindLimit: 4))
    let form = try await library.prepare(widths: [1])[0]
    try await library.store(form, pictureBytes(7))
    for width in 2...4 {
      try await library.remember(
        [try capability(width: width)], isTrusted: width == 2, at: .epoch + Double(width))
    }
    func known() async throws -> [Int] {
      let keys = try (1...9).map { try capability(width: $0).formKey }
      return try await library.capabilities(for: keys).values.map(\.size.width).sorted()
    }
    #expect(try await known() == [1, 2, 3, 4])
    try await library.remember([try capability(width: 5)], isTrusted: false, at: .epoch)
    #expect(try await known() == [1, 2, 4, 5])
    // Seen again at the same moment: the other stranger is the older one.
    let old = try capability(width: 5)
    try await library.remember([old, try capability(width: 6)], isTrusted: false, at: .epoch + 9)
    #expect(try await known() == [1, 2, 5, 6])
    // Only trusted ones are left to forget; what was made for them goes too.
    let four = try (6...9).map { try capability(width: $0) }
    try await library.remember(four, isTrusted: false, at: .epoch + 10)
    #expect(try await known() == [6, 7, 8, 9])
    #expect(try await library.form(form) == nil)
    // More at once than may be remembered are remembered nevertheless.
    let five = try (1...5).map { try capability(width: $0) }
    try await library.remember(five, isTrusted: false, at: .epoch + 11)
    #expect(try await known() == [1, 2, 3, 4, 5])
    try await library.sweep(at: .epoch)
    #expect(try await library.storedCount(folder) == 0)
  }
}
