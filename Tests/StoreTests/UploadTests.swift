import Foundation
import Testing

@testable import Store

@Suite("Uploads", .timeLimit(.minutes(5)))
struct UploadTests {
  static let picture = pictureBytes(5, count: 5_000)
  static let digest = Digest(of: picture)
  static let identity: [UInt8] = Array("device".utf8)

  @Test(arguments: LibraryKind.allCases)
  func aPictureComesBackAsItWasSent(kind: LibraryKind) async throws {
    let folder = try TemporaryFolder()
    var library = try await kind.open(folder)
    let upload = try await library.beginUpload(
      identity: Self.identity, digest: Self.digest, byteCount: 5_000)
    #expect(upload.nextOffset == 0)
    for start in stride(from: 0, to: 5_000, by: 700) {
      try await upload.write(Array(Self.picture[start..<min(start + 700, 5_000)]))
    }
    #expect(upload.nextOffset == 5_000)
    let sealed = try await upload.seal()
    #expect(sealed.digest == Self.digest)
    #expect(sealed.imageID.bytes == Array(Self.digest.bytes.prefix(16)))
    #expect(try sealed.content.all() == Self.picture)
    // Received is not registered.
    #expect(try await library.image(sealed.imageID) == nil)
    let registration = try await library.commit(
      sealed, name: "a", picture: PictureFacts(format: .jpeg, width: 70, height: 90), at: .epoch)
    #expect(registration.image == sealed.imageID)

    for _ in 0..<2 {
      #expect(
        try await library.image(registration.image)
          == Image(
            id: registration.image, digest: Self.digest, byteCount: 5_000,
            picture: PictureFacts(format: .jpeg, width: 70, height: 90)))
      let blob = try await library.openOriginal(registration.image)
      #expect(blob.byteCount == 5_000)
      #expect(try blob.all() == Self.picture)
      try await library.close()
      library = try await kind.open(folder)
    }
  }

  /// A picture that is not registered is the next one's at once, also while a decoder that was given
  /// up still reads it.
  @Test(arguments: LibraryKind.allCases)
  func suspendedBytesAreTheNextOnes(kind: LibraryKind) async throws {
    let library = try await kind.open(TemporaryFolder())
    let upload = try await library.beginUpload(
      identity: Self.identity, digest: Self.digest, byteCount: 5_000)
    try await upload.write(Self.picture)
    let sealed = try await upload.seal()
    await #expect(throws: StoreError.uploadBusy) {
      try await library.beginUpload(
        identity: Self.identity, digest: Self.digest, byteCount: 5_000)
    }
    sealed.suspend()
    let next = try await library.beginUpload(
      identity: Self.identity, digest: Self.digest, byteCount: 5_000)
    #expect(next.nextOffset == 5_000)
    let registration = try await library.commit(
      next.seal(), name: "a", picture: PictureFacts(format: .png, width: 1, height: 1), at: .epoch)
    #expect(registration.generation == 1)
    #expect(try sealed.content.all() == Self.picture)
    // What was suspended is nobody's to register.
    await #expect(throws: StoreError.ended) {
      try await library.commit(
        sealed, name: "b", picture: PictureFacts(format: .png, width: 1, height: 1), at: .epoch)
    }
  }

  @Test(arguments: LibraryKind.allCases)
  func readsAnyPartAndNothingBeyond(kind: LibraryKind) async throws {
    let library = try await kind.open(TemporaryFolder())
    let image = try await library.register("a", Self.picture).image
    let blob = try await library.openOriginal(image)
    #expect(try blob.read(at: 4_990, count: 10) == Array(Self.picture[4_990...]))
    #expect(try blob.read(at: 4_990, count: 11) == Array(Self.picture[4_990...]))
    #expect(try blob.read(at: 17, count: 1) == [Self.picture[17]])
    for (offset, count) in [(5_000, 1), (0, 0), (-1, 5), (3, -1), (Int.max, Int.max)] {
      #expect(try blob.read(at: offset, count: count) == [])
    }
    #expect(try blob.read(at: 1, count: .max) == Array(Self.picture[1...]))
  }

  @Test(arguments: LibraryKind.allCases)
  func unknownImagesAreErrors(kind: LibraryKind) async throws {
    let library = try await kind.open(TemporaryFolder())
    let id = ImageID(Self.digest)
    #expect(try await library.image(id) == nil)
    await #expect(throws: StoreError.unknownImage(id)) { try await library.openOriginal(id) }
  }

  @Test(arguments: LibraryKind.allCases, [0, 1, 2_500, 4_999, 5_000])
  func resumesAfterARestart(kind: LibraryKind, sentCount: Int) async throws {
    let folder = try TemporaryFolder()
    var library = try await kind.open(folder)
    var upload = try await library.beginUpload(
      identity: Self.identity, digest: Self.digest, byteCount: 5_000)
    try await upload.write(Array(Self.picture[..<sentCount]))
    upload.suspend()
    await #expect(throws: StoreError.ended) { try await upload.write([1]) }
    await #expect(throws: StoreError.ended) { try await upload.seal() }

    try await library.close()
    library = try await kind.open(folder, at: Date())
    upload = try await library.beginUpload(
      identity: Self.identity, digest: Self.digest, byteCount: 5_000)
    #expect(upload.nextOffset == sentCount)
    try await upload.write(Array(Self.picture[sentCount...]))
    let sealed = try await upload.seal()
    let image = try await library.commit(sealed, name: "a", picture: someFacts, at: .epoch).image
    #expect(try await library.openOriginal(image).all() == Self.picture)
  }

  @Test(arguments: LibraryKind.allCases)
  func aDroppedUploadIsSuspended(kind: LibraryKind) async throws {
    let library = try await kind.open(TemporaryFolder())
    do {
      let upload = try await library.beginUpload(
        identity: Self.identity, digest: Self.digest, byteCount: 5_000)
      try await upload.write(Array(Self.picture[..<40]))
    }
    let upload = try await library.beginUpload(
      identity: Self.identity, digest: Self.digest, byteCount: 5_000)
    #expect(upload.nextOffset == 40)
  }

  @Test(arguments: LibraryKind.allCases)
  func nobodySpoilsTheUploadOfAnother(kind: LibraryKind) async throws {
    let library = try await kind.open(TemporaryFolder())
    let mine = try await library.beginUpload(
      identity: Self.identity, digest: Self.digest, byteCount: 5_000)
    try await mine.write(Array(Self.picture[..<3_000]))
    let other = try await library.beginUpload(
      identity: Array("stranger".utf8), digest: Self.digest, byteCount: 5_000)
    #expect(other.nextOffset == 0)
    try await other.write(Array(repeating: 0, count: 5_000))
    await #expect(
      throws: StoreError.digestMismatch(
        declared: Self.digest, computed: Digest(of: Array(repeating: 0, count: 5_000)))
    ) { try await other.seal() }
    try await mine.write(Array(Self.picture[3_000...]))
    #expect(try await mine.seal().digest == Self.digest)
  }

  @Test(arguments: LibraryKind.allCases)
  func theSameUploadTwiceAtOnceIsBusy(kind: LibraryKind) async throws {
    let library = try await kind.open(TemporaryFolder())
    func begin() async throws -> Upload {
      try await library.beginUpload(
        identity: Self.identity, digest: Self.digest, byteCount: 5_000)
    }
    let first = try await begin()
    await #expect(throws: StoreError.uploadBusy) { try await begin() }
    try await first.write(Self.picture)
    let sealed = try await first.seal()
    // It is in use until it is registered or discarded.
    await #expect(throws: StoreError.uploadBusy) { try await begin() }
    _ = try await library.commit(sealed, name: "a", picture: someFacts, at: .epoch)
    let second = try await begin()
    #expect(second.nextOffset == 0)
    second.suspend()
    try await begin().abandon()
    #expect(try await begin().nextOffset == 0)
  }

  @Test(arguments: LibraryKind.allCases)
  func abandonedAndDiscardedUploadsStartAgain(kind: LibraryKind) async throws {
    let library = try await kind.open(TemporaryFolder())
    let upload = try await library.beginUpload(
      identity: Self.identity, digest: Self.digest, byteCount: 5_000)
    try await upload.write(Array(Self.picture[..<40]))
    try await upload.abandon()
    try await upload.abandon()

    var sealed = try await library.upload(Self.picture)
    try await sealed.discard()
    await #expect(throws: StoreError.ended) {
      try await library.commit(sealed, name: "a", picture: someFacts, at: .epoch)
    }
    // One that is only dropped has nothing left to send.
    sealed = try await library.upload(Self.picture)
    sealed = try await library.upload(pictureBytes(6))
    let again = try await library.beginUpload(
      identity: Self.identity, digest: Self.digest, byteCount: 5_000)
    #expect(again.nextOffset == 5_000)
    #expect(try await again.seal().digest == Self.digest)
  }

  @Test(arguments: LibraryKind.allCases)
  func lengthsAreChecked(kind: LibraryKind) async throws {
    let library = try await kind.open(TemporaryFolder())
    for byteCount in [Int.min, -1, 0, Upload.byteLimit + 1, .max] {
      await #expect(
        throws: StoreError.uploadLength(declared: byteCount, limit: 67_108_864)
      ) {
        try await library.beginUpload(
          identity: Self.identity, digest: Self.digest, byteCount: byteCount)
      }
    }
    let largest = try await library.beginUpload(
      identity: Self.identity, digest: Self.digest, byteCount: Upload.byteLimit)
    try await largest.abandon()

    let upload = try await library.beginUpload(
      identity: Self.identity, digest: Self.digest, byteCount: 5_000)
    try await upload.write(Array(Self.picture[..<4_999]))
    await #expect(throws: StoreError.uploadIncomplete(declared: 5_000, received: 4_999)) {
      try await upload.seal()
    }
    await #expect(throws: StoreError.uploadTooLong(declared: 5_000, received: 5_001)) {
      try await upload.write([1, 2])
    }
    // Neither has harmed it.
    try await upload.write(Array(Self.picture[4_999...]))
    try await upload.write([])
    #expect(try await upload.seal().digest == Self.digest)
  }

  @Test(arguments: LibraryKind.allCases)
  func aShorterDeclarationStartsAgain(kind: LibraryKind) async throws {
    let library = try await kind.open(TemporaryFolder())
    let upload = try await library.beginUpload(
      identity: Self.identity, digest: Self.digest, byteCount: 6_000)
    try await upload.write(Array(repeating: 1, count: 5_001))
    upload.suspend()
    let again = try await library.beginUpload(
      identity: Self.identity, digest: Self.digest, byteCount: 5_000)
    #expect(again.nextOffset == 0)
    try await again.write(Self.picture)
    #expect(try await again.seal().digest == Self.digest)
  }

  @Test(arguments: LibraryKind.allCases)
  func aMismatchStartsAgain(kind: LibraryKind) async throws {
    let library = try await kind.open(TemporaryFolder())
    let upload = try await library.beginUpload(
      identity: Self.identity, digest: Self.digest, byteCount: 5_000)
    try await upload.write([0] + Self.picture[1...])
    await #expect(throws: StoreError.self) { try await upload.seal() }
    let again = try await library.beginUpload(
      identity: Self.identity, digest: Self.digest, byteCount: 5_000)
    #expect(again.nextOffset == 0)
  }

  @Test(arguments: LibraryKind.allCases)
  func theDigestMayComeAfterThePicture(kind: LibraryKind) async throws {
    let folder = try TemporaryFolder()
    let library = try await kind.open(folder)
    func begin() async throws -> Upload {
      let upload = try await library.beginUpload(
        identity: Self.identity, digest: nil, byteCount: 5_000)
      #expect(upload.nextOffset == 0)
      return upload
    }
    // Nothing names such an upload, so any number may run at once.
    let upload = try await begin()
    let cut = try await begin()
    let wrong = try await begin()
    try await cut.write(Self.picture)
    cut.suspend()
    try await wrong.write(Self.picture)
    await #expect(
      throws: StoreError.digestMismatch(declared: Digest(of: []), computed: Self.digest)
    ) { try await wrong.seal(trailingDigest: Digest(of: [])) }

    try await upload.write(Self.picture)
    let image = try await library.commit(
      upload.seal(trailingDigest: Self.digest), name: "a", picture: someFacts, at: .epoch
    ).image
    #expect(try await library.openOriginal(image).all() == Self.picture)
  }
}
