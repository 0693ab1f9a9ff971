import Capabilities
import Foundation
import Synchronization
import Testing

@testable import Store

@Suite("Crashes", .timeLimit(.minutes(5)))
struct FaultTests {
  /// The points that registering a picture and storing a form pass: files are only caches where
  /// there is a database.
  static let points = LibraryKind.allCases.flatMap { kind in
    FaultPoint.allCases.prefix { $0 != .evictionCommitted }
      .filter { kind == .embedded || !ofFiles.contains($0) }.map { (kind, $0) }
  }

  static let ofFiles: Set<FaultPoint> = [
    .originalRenamed, .originalDurable, .formSynchronized, .formRenamed, .formDurable,
  ]

  static let old = pictureBytes(1)
  static let new = pictureBytes(2)
  static let formBytes = pictureBytes(3)

  /// The form that the interrupted process makes of the new picture.
  static func formID() throws -> FormID {
    FormID(
      image: ImageID(Digest(of: new)), key: try capability(width: 8).formKey, rendererVersion: 1)
  }

  /// What is interrupted: a name is pointed to a new picture, and a form is stored.
  static func work(on library: any Library) async throws {
    let upload = try await library.beginUpload(
      identity: [1], digest: Digest(of: new), byteCount: new.count)
    let middle = upload.nextOffset + (new.count - upload.nextOffset) / 2
    try await upload.write(Array(new[upload.nextOffset..<middle]))
    try await upload.write(Array(new[middle...]))
    _ = try await library.commit(upload.seal(), name: "a", picture: someFacts, at: .epoch)
    try await library.store(formID(), formBytes)
  }

  /// Whether a change that is safe at `committed` was made when `point` was reached.
  static func isMade(_ committed: FaultPoint, at point: FaultPoint) throws -> Bool {
    let order = FaultPoint.allCases
    return try #require(order.firstIndex(of: point)) >= #require(order.firstIndex(of: committed))
  }

  /// All of a change is visible, or nothing of it.
  static func check(_ library: any Library, stoppedAt point: FaultPoint) async throws {
    let isRegistered = try isMade(.registrationCommitted, at: point)
    let registration = try #require(try await library.registration(of: "a"))
    #expect(registration.generation == (isRegistered ? 2 : 1))
    #expect(
      try await library.openOriginal(registration.image).all() == (isRegistered ? new : old))
    #expect(try await library.openOriginal(ImageID(Digest(of: old))).all() == old)
    #expect((try await library.image(ImageID(Digest(of: new))) != nil) == isRegistered)

    let form = try await library.form(formID())
    #expect((form != nil) == (try isMade(.formCommitted, at: point)))
    if let form {
      #expect(form.hasBytes)
      #expect(try await library.openForm(form).bytes() == formBytes)
    }
  }

  /// The same work succeeds afterwards, over whatever was left.
  static func repeatAndCheck(_ library: any Library, stoppedAt point: FaultPoint) async throws {
    try await work(on: library)
    let registration = try await library.registration(of: "a")
    #expect(
      registration
        == Registration(
          image: ImageID(Digest(of: new)),
          generation: try isMade(.registrationCommitted, at: point) ? 3 : 2))
    let form = try #require(try await library.form(formID()))
    #expect(try await library.openForm(form).bytes() == formBytes)
    #expect(try await library.openOriginal(ImageID(Digest(of: new))).all() == new)
  }

  static func prepare(_ kind: LibraryKind, _ folder: TemporaryFolder) async throws {
    let library = try await kind.open(folder)
    try await library.remember([try capability(width: 8)], isTrusted: true, at: .epoch)
    try await library.register("a", old)
    try await library.close()
  }

  @Test("a kill leaves all or nothing", arguments: points)
  func kill(kind: LibraryKind, point: FaultPoint) async throws {
    let folder = try TemporaryFolder()
    try await Self.prepare(kind, folder)
    let place = try await kind.place(folder)
    await #expect(processExitsWith: .signal(SIGKILL)) {
      [kind = kind as LibraryKind, place = place as LibraryKind.Place, point = point as FaultPoint]
      in
      let library = try await kind.open(place) { reached in
        if reached == point { _ = Foundation.kill(getpid(), SIGKILL) }
      }
      try await Self.work(on: library)
    }
    let library = try await kind.open(folder, at: Date())
    #expect(folder.files("spool") == [])
    // An upload that was cut goes on where it was; one that got its final name is gone from here.
    let isUnderWay = try !Self.isMade(
      kind == .embedded ? .originalRenamed : .registrationCommitted, at: point)
    let upload = try await library.beginUpload(
      identity: [1], digest: Digest(of: Self.new), byteCount: Self.new.count)
    #expect(
      upload.nextOffset == (point == .uploadWritten ? 500 : isUnderWay ? Self.new.count : 0))
    upload.suspend()
    try await Self.check(library, stoppedAt: point)
    try await Self.repeatAndCheck(library, stoppedAt: point)
  }

  @Test("a failure leaves all or nothing", arguments: points)
  func fail(kind: LibraryKind, point: FaultPoint) async throws {
    let folder = try TemporaryFolder()
    try await Self.prepare(kind, folder)
    let faults = OneFault(point, .storeFull)
    let library = try await kind.open(folder, at: Date(), faults: faults.reached)
    await #expect(throws: StoreError.storeFull) { try await Self.work(on: library) }
    try await Self.check(library, stoppedAt: point)
    try await Self.repeatAndCheck(library, stoppedAt: point)
    #expect(folder.files("incoming") == [])
    #expect(folder.files("spool") == [])
  }
}

/// Throws once, when a point is first reached.
final class OneFault: Sendable {
  private let pending: Mutex<FaultPoint?>
  private let error: StoreError

  init(_ point: FaultPoint, _ error: StoreError = .cancelled) {
    pending = Mutex(point)
    self.error = error
  }

  func reached(_ point: FaultPoint) throws(StoreError) {
    let isHere = pending.withLock { pending in
      guard pending == point else { return false }
      pending = nil
      return true
    }
    if isHere { throw error }
  }
}
