import Foundation
import Testing

@testable import Store

@Suite("Guests beside a server", .timeLimit(.minutes(5)))
struct GuestTests {
  @Test func aGuestMakesNothing() async throws {
    let folder = try TemporaryFolder()
    await #expect(throws: StoreError.noLibrary(path: folder.data)) {
      try await EmbeddedLibrary.openAsGuest(in: folder)
    }
    #expect(try FileManager.default.contentsOfDirectory(atPath: folder.path) == [])
    try FileManager.default.createDirectory(
      atPath: folder.data, withIntermediateDirectories: false)
    await #expect(throws: StoreError.noLibrary(path: folder.data)) {
      try await EmbeddedLibrary.openAsGuest(in: folder)
    }
    #expect(try FileManager.default.contentsOfDirectory(atPath: folder.data) == [])
  }

  @Test func bothSeeWhatTheOtherDoes() async throws {
    let folder = try TemporaryFolder()
    let owner = try await EmbeddedLibrary.open(in: folder)
    let id = try await owner.prepare(widths: [8])[0]
    let file = try await owner.makeSpoolFile()
    let guest = try await EmbeddedLibrary.openAsGuest(in: folder)
    #expect(folder.files("spool").count == 1)
    #expect(try await guest.register("a", pictureBytes(2)).generation == 2)
    #expect(try await owner.registration(of: "a")?.image == ImageID(Digest(of: pictureBytes(2))))
    try file.append(pictureBytes(3))
    let form = try await owner.addForm(
      id, facts: someFormFacts, bytes: file.finish(), reason: .request, mayEvict: false,
      at: .epoch)
    #expect(try await guest.openForm(form).bytes() == pictureBytes(3))
    try await guest.close()
    #expect(try await owner.register("a", pictureBytes(2)).generation == 3)
    try await owner.close()
    // A guest needs no server.
    let alone = try await EmbeddedLibrary.openAsGuest(in: folder)
    #expect(try await alone.register("a", pictureBytes(4)).generation == 4)
    try await alone.close()
    let again = try await EmbeddedLibrary.open(in: folder)
    #expect(try await again.openOriginal(ImageID(Digest(of: pictureBytes(4)))).byteCount == 1_000)
  }

  @Test func theirUploadsDoNotMix() async throws {
    let folder = try TemporaryFolder()
    let owner = try await EmbeddedLibrary.open(in: folder)
    let guest = try await EmbeddedLibrary.openAsGuest(in: folder)
    let picture = pictureBytes(1)
    func begin(_ library: EmbeddedLibrary, digest: Digest?) async throws -> Upload {
      try await library.beginUpload(identity: [1], digest: digest, byteCount: 1_000)
    }
    let upload = try await begin(guest, digest: Digest(of: picture))
    let trailing = try await begin(guest, digest: nil)
    try await upload.write(Array(picture[..<600]))
    await #expect(throws: StoreError.uploadBusy) {
      try await begin(owner, digest: Digest(of: picture))
    }
    // Neither a running server nor one that starts takes it away.
    try await owner.sweep(at: Date() + 1_000_000)
    try await owner.close()
    let next = try await EmbeddedLibrary.open(in: folder, at: Date() + 1_000_000)
    #expect(folder.files("incoming").count == 2)
    try await trailing.write(picture)
    _ = try await guest.commit(
      trailing.seal(trailingDigest: Digest(of: picture)), name: "b", picture: someFacts,
      at: .epoch)
    // What one began the other goes on with.
    upload.suspend()
    let resumed = try await begin(next, digest: Digest(of: picture))
    #expect(resumed.nextOffset == 600)
    try await resumed.write(Array(picture[600...]))
    let sealed = try await resumed.seal()
    await #expect(throws: StoreError.uploadBusy) {
      try await begin(guest, digest: Digest(of: picture))
    }
    _ = try await next.commit(sealed, name: "a", picture: someFacts, at: .epoch)
    #expect(try await begin(guest, digest: Digest(of: picture)).nextOffset == 0)
    #expect(try await guest.openOriginal(ImageID(Digest(of: picture))).all() == picture)
  }

  @Test func nothingThatWasAcknowledgedIsSwept() async throws {
    let folder = try TemporaryFolder()
    let owner = try await EmbeddedLibrary.open(in: folder)
    let guest = try await EmbeddedLibrary.openAsGuest(in: folder)
    let count = 20
    try await withThrowingTaskGroup(of: Void.self) { group in
      for half in 0..<2 {
        let library = half == 0 ? guest : owner
        group.addTask {
          for index in 0..<count {
            try await library.register(
              "\(half)/\(index)", pictureBytes(UInt8(index), count: 300 + half),
              identity: "\(half)")
          }
        }
      }
      group.addTask {
        for _ in 0..<6 { try await owner.sweep(at: .epoch) }
      }
      group.addTask {
        for _ in 0..<3 { _ = try await guest.verify(sweep: true, at: .epoch) { _ in } }
      }
      try await group.waitForAll()
    }
    for half in 0..<2 {
      for index in 0..<count {
        let registration = try #require(try await guest.registration(of: "\(half)/\(index)"))
        #expect(
          try await guest.openOriginal(registration.image).all()
            == pictureBytes(UInt8(index), count: 300 + half))
      }
    }
    try await guest.close()
    try await owner.close()
  }
}
