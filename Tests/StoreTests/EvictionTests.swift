import Capabilities
import Foundation
import Testing

@testable import Store

@Suite("Room for forms", .timeLimit(.minutes(5)))
struct EvictionTests {
  /// A library whose forms may have 1,000 bytes, and ten forms.
  static func prepare(
    _ kind: LibraryKind, _ folder: TemporaryFolder, limit: Int = 1_000
  ) async throws -> (any OperatorLibrary, [FormID]) {
    let library = try await kind.open(folder, limits: StoreLimits(formByteLimit: limit))
    return (library, try await library.prepare(widths: Array(1...10)))
  }

  static func stored(_ ids: [FormID], in library: any Library) async throws -> [Int] {
    var stored: [Int] = []
    for (index, id) in ids.enumerated() where try await library.form(id)?.hasBytes == true {
      stored.append(index)
    }
    return stored
  }

  @Test(arguments: LibraryKind.allCases)
  func theLeastRecentlySentGoFirst(kind: LibraryKind) async throws {
    let folder = try TemporaryFolder()
    let (library, ids) = try await Self.prepare(kind, folder)
    for index in 0..<4 {
      try await library.store(
        ids[index], pictureBytes(UInt8(index), count: 250), at: .epoch + Double(index))
    }
    #expect(try await library.accountedByteCount == 1_000)
    // The first was sent lately; of the others the second was not sent for longest.
    _ = try await library.record(UseRecord(forms: [ids[0]: .epoch + 100]), at: .epoch)
    try await library.store(ids[4], pictureBytes(4, count: 1), mayEvict: true, at: .epoch + 101)
    #expect(try await Self.stored(ids, in: library) == [0, 2, 3, 4])
    try await library.store(ids[5], pictureBytes(5, count: 500), mayEvict: true, at: .epoch + 102)
    #expect(try await Self.stored(ids, in: library) == [0, 4, 5])
    #expect(try await library.accountedByteCount == 751)
    #expect(try await library.storedByteCount(folder) == 751)

    // What is known of them stays, so that nothing is rendered to say NOT_MODIFIED.
    let gone = try #require(try await library.form(ids[2]))
    #expect(gone.facts == someFormFacts)
    #expect(try await library.openForm(gone).isAbsent)
  }

  @Test(arguments: LibraryKind.allCases)
  func exactlyFullIsNotTooFull(kind: LibraryKind) async throws {
    let folder = try TemporaryFolder()
    let (library, ids) = try await Self.prepare(kind, folder)
    try await library.store(ids[0], pictureBytes(0, count: 999))
    try await library.store(ids[1], pictureBytes(1, count: 1))
    for mayEvict in [false, true] {
      await #expect(throws: StoreError.formsFull(byteCount: 1_001, limit: 1_000)) {
        try await library.store(ids[2], pictureBytes(2, count: 1_001), mayEvict: mayEvict)
      }
    }
    await #expect(throws: StoreError.formsFull(byteCount: 1, limit: 1_000)) {
      try await library.store(ids[2], pictureBytes(2, count: 1))
    }
    #expect(try await Self.stored(ids, in: library) == [0, 1])
    // Bytes that are there already take no room.
    try await library.store(ids[3], pictureBytes(0, count: 999))
    try await library.store(ids[4], pictureBytes(2, count: 1_000), mayEvict: true)
    #expect(try await Self.stored(ids, in: library) == [4])
    #expect(try await library.storedByteCount(folder) == 1_000)
  }

  @Test(arguments: LibraryKind.allCases)
  func whatWasRefusedMayBeSentAndAddedLater(kind: LibraryKind) async throws {
    let folder = try TemporaryFolder()
    let (library, ids) = try await Self.prepare(kind, folder)
    try await library.store(ids[0], pictureBytes(0, count: 1_000))
    let spooled = try await library.spool(pictureBytes(1, count: 10))
    func add(mayEvict: Bool) async throws {
      _ = try await library.addForm(
        ids[1], facts: someFormFacts, bytes: spooled, reason: .popular, mayEvict: mayEvict,
        at: .epoch)
    }
    await #expect(throws: StoreError.formsFull(byteCount: 10, limit: 1_000)) {
      try await add(mayEvict: false)
    }
    #expect(try spooled.content.all() == pictureBytes(1, count: 10))
    try await add(mayEvict: true)
    #expect(try await Self.stored(ids, in: library) == [1])
    #expect(folder.files("spool") == [])
    // Adding it once more changes nothing.
    try await add(mayEvict: false)
    #expect(try await Self.stored(ids, in: library) == [1])
  }

  @Test(arguments: LibraryKind.allCases)
  func whatIsOpenIsNotEvicted(kind: LibraryKind) async throws {
    let folder = try TemporaryFolder()
    let (library, ids) = try await Self.prepare(kind, folder)
    let first = try await library.store(ids[0], pictureBytes(0, count: 600))
    try await library.store(ids[1], pictureBytes(1, count: 400), at: .epoch + 1)
    try await {
      let open = try await library.openForm(first)
      try await library.store(
        ids[2], pictureBytes(2, count: 300), mayEvict: true, at: .epoch + 2)
      #expect(try await Self.stored(ids, in: library) == [0, 2])
      // The only one that may go is too small.
      await #expect(throws: StoreError.formsFull(byteCount: 500, limit: 1_000)) {
        try await library.store(ids[3], pictureBytes(3, count: 500), mayEvict: true)
      }
      #expect(try await Self.stored(ids, in: library) == [0, 2])
      #expect(folder.files("spool") == [])
      #expect(try await library.storedByteCount(folder) == 900)
      #expect(try open.bytes() == pictureBytes(0, count: 600))
    }()
    // Nobody has it open any more.
    try await library.store(ids[3], pictureBytes(3, count: 500), mayEvict: true, at: .epoch + 3)
    #expect(try await Self.stored(ids, in: library) == [2, 3])
  }

  @Test(arguments: LibraryKind.allCases)
  func bytesThatNoFormHasGoFirst(kind: LibraryKind) async throws {
    let folder = try TemporaryFolder()
    let (library, ids) = try await Self.prepare(kind, folder)
    try await library.store(ids[0], pictureBytes(0, count: 500), at: .epoch)
    try await library.store(ids[1], pictureBytes(1, count: 500), at: .epoch + 50)
    // Another version of the renderer replaces the newer of the two.
    let newer = FormID(image: ids[1].image, key: ids[1].key, rendererVersion: 2)
    try await library.store(newer, pictureBytes(2, count: 400), mayEvict: true, at: .epoch + 51)
    #expect(try await library.form(ids[1]) == nil)
    #expect(try await library.form(ids[0])?.hasBytes == true)
    #expect(try await library.form(newer)?.hasBytes == true)
    #expect(try await library.storedByteCount(folder) == 900)
  }

  @Test(arguments: LibraryKind.allCases, 0..<4 as Range<UInt64>)
  func bytesAreAccountedExactlyWhateverHappens(kind: LibraryKind, seed: UInt64) async throws {
    let folder = try TemporaryFolder()
    var (library, ids) = try await Self.prepare(kind, folder, limit: 3_000)
    var random = SplitMix(state: seed)
    for step in 0..<90 {
      let id = try #require(ids.randomElement(using: &random))
      let time = Date.epoch + Double(step)
      switch Int.random(in: 0..<10, using: &random) {
      case 0...4:
        // Few different contents, so that forms share bytes and change them.
        let content = UInt8.random(in: 0..<12, using: &random)
        let count = 100 + Int(content) * 97
        let version = UInt32.random(in: 1...2, using: &random)
        do {
          try await library.store(
            FormID(image: id.image, key: id.key, rendererVersion: version),
            pictureBytes(content, count: count), mayEvict: Bool.random(using: &random), at: time)
        } catch StoreError.formsFull {}
      case 5:
        _ = try await library.record(UseRecord(forms: [id: time]), at: time)
      case 6:
        guard let form = try await library.form(id), form.hasBytes else { continue }
        try await library.damage(form, in: folder)
        try await library.close()
        library = try await kind.open(folder, limits: StoreLimits(formByteLimit: 3_000))
        #expect(try await library.openForm(form).isDamaged)
      case 7:
        try await library.noteForm(
          id, facts: someFormFacts, digest: Digest(of: [UInt8(step)]), byteCount: 1,
          reason: .popular, spooledUntil: time, at: time)
      case 8:
        try await library.sweep(at: time)
      default:
        try await library.close()
        library = try await kind.open(folder, limits: StoreLimits(formByteLimit: 3_000))
      }
      let accounted = try await library.accountedByteCount
      #expect(accounted <= 3_000)
      #expect(try await library.storedByteCount(folder) == accounted)
    }
    // Whatever is said to be stored is there.
    for id in ids {
      guard let form = try await library.form(id), form.hasBytes else { continue }
      #expect(try await library.openForm(form).bytes().map { Digest(of: $0) } == form.digest)
    }
  }

  @Test(arguments: LibraryKind.allCases)
  func manyAtOnceStayWithinTheLimit(kind: LibraryKind) async throws {
    let folder = try TemporaryFolder()
    let (library, ids) = try await Self.prepare(kind, folder)
    try await withThrowingTaskGroup(of: Void.self) { group in
      for index in 0..<60 {
        group.addTask {
          try await library.store(
            ids[index % 10], pictureBytes(UInt8(index), count: 300), mayEvict: true,
            at: .epoch + Double(index))
        }
      }
      try await group.waitForAll()
    }
    #expect(try await library.accountedByteCount <= 1_000)
    #expect(try await library.storedByteCount(folder) == library.accountedByteCount)
    for id in ids {
      let form = try #require(try await library.form(id))
      if form.hasBytes { #expect(try await library.openForm(form).bytes() != nil) }
    }
  }
}

/// Numbers that are the same in every run (Steele, Lea, Flood: SplitMix64).
struct SplitMix: RandomNumberGenerator {
  var state: UInt64

  mutating func next() -> UInt64 {
    state &+= 0x9E37_79B9_7F4A_7C15
    var mixed = state
    mixed = (mixed ^ (mixed >> 30)) &* 0xBF58_476D_1CE4_E5B9
    mixed = (mixed ^ (mixed >> 27)) &* 0x94D0_49BB_1331_11EB
    return mixed ^ (mixed >> 31)
  }
}
