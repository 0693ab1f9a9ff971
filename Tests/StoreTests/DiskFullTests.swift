import Foundation
import Testing

@testable import Store

@Suite(
  "A full disk", .serialized, .timeLimit(.minutes(5)),
  .enabled(if: SmallDisk.isPossible, "mounting a small tmpfs needs the right to mount"))
struct DiskFullTests {
  @Test func aPictureThatDoesNotFitIsRefusedAndHarmsNothing() async throws {
    let disk = try SmallDisk()
    let library = try await LibraryKind.embedded.open(disk.folder)
    let small = pictureBytes(1)
    let image = try await library.register("a", small).image
    let large = pictureBytes(2, count: 8_000_000)
    let upload = try await library.beginUpload(
      identity: [1], digest: Digest(of: large), byteCount: large.count)
    await #expect(throws: StoreError.storeFull) {
      for start in stride(from: 0, to: large.count, by: 100_000) {
        try await upload.write(Array(large[start..<start + 100_000]))
      }
    }
    #expect(upload.nextOffset < large.count)
    #expect(upload.nextOffset.isMultiple(of: 100_000))
    #expect(try await library.openOriginal(image).all() == small)
    try await upload.abandon()
    #expect(try await library.register("a", small).generation == 2)
  }

  @Test func aFullDiskStopsTheCatalogAndFreeingItIsEnough() async throws {
    let disk = try SmallDisk()
    let library = try await LibraryKind.embedded.open(disk.folder)
    try await library.register("a", pictureBytes(1))
    try disk.fill()
    await #expect(throws: StoreError.storeFull) { _ = try await library.remove("a", at: .epoch) }
    await #expect(throws: StoreError.storeFull) {
      try await library.remember([try capability(width: 8)], isTrusted: true, at: .epoch)
    }
    await #expect(throws: StoreError.storeFull) { try await library.register("b", [1]) }
    await #expect(throws: StoreError.storeFull) { try await library.spool([1]) }
    #expect(try await library.names() == [Array("a".utf8)])
    #expect(try await library.registration(of: "a")?.generation == 1)

    try disk.free()
    #expect(try await library.register("a", pictureBytes(2)).generation == 2)
    #expect(try await library.remove("a", at: .epoch))
  }

  @Test func formsMakeRoomOnAFullDisk() async throws {
    let disk = try SmallDisk()
    let library = try await EmbeddedLibrary.open(in: disk.folder)
    let ids = try await library.prepare(widths: [1, 2, 3, 4])
    for index in 0..<2 {
      try await library.store(
        ids[index], pictureBytes(UInt8(index), count: 1_200_000), at: .epoch + Double(index))
    }
    let spooled = try await library.spool(pictureBytes(9, count: 50_000))
    func add(mayEvict: Bool) async throws {
      _ = try await library.addForm(
        ids[2], facts: someFormFacts, bytes: spooled, reason: .request, mayEvict: mayEvict,
        at: .epoch + 9)
    }
    try disk.fill()
    await #expect(throws: StoreError.storeFull) { try await add(mayEvict: false) }
    #expect(try spooled.content.all() == pictureBytes(9, count: 50_000))
    #expect(disk.folder.files("spool").count == 1)
    try await add(mayEvict: true)
    #expect(try await EvictionTests.stored(ids, in: library) == [1, 2])

    // A renderer that finds the disk full has room after the server has asked for it.
    try disk.fill()
    await #expect(throws: StoreError.storeFull) { try await library.spool([1]) }
    try await library.freeSpace(byteCount: 1)
    try await library.store(ids[3], pictureBytes(3), at: .epoch + 10)
    #expect(try await EvictionTests.stored(ids, in: library) == [2, 3])
    #expect(
      try await disk.folder.byteCount("forms") == library.accountedByteCount)
    #expect(try await library.registration(of: "a")?.generation == 1)
  }
}

/// A file system of 4 MiB in memory.
private final class SmallDisk: Sendable {
  let folder: TemporaryFolder

  static let isPossible: Bool = (try? SmallDisk()) != nil

  init() throws {
    folder = try TemporaryFolder()
    try FileManager.default.createDirectory(
      atPath: folder.data, withIntermediateDirectories: false)
    try Self.run("mount", "-t", "tmpfs", "-o", "size=4m", "tmpfs", folder.data)
  }

  deinit {
    // Lazily: the library may still have files open.
    try? Self.run("umount", "-l", folder.data)
  }

  /// Takes all space.
  func fill() throws {
    let filler = folder.data + "/filler\(UUID().uuidString)"
    _ = FileManager.default.createFile(atPath: filler, contents: nil)
    let handle = try #require(FileHandle(forWritingAtPath: filler))
    for byteCount in [65_536, 4_096, 1] {
      while (try? handle.write(contentsOf: Data(count: byteCount))) != nil {}
    }
  }

  /// Gives it back.
  func free() throws {
    for file in try FileManager.default.contentsOfDirectory(atPath: folder.data)
    where file.hasPrefix("filler") {
      try FileManager.default.removeItem(atPath: "\(folder.data)/\(file)")
    }
  }

  private struct Failure: Error {}

  private static func run(_ arguments: String...) throws {
    let process = Process()
    process.executableURL = URL(fileURLWithPath: "/usr/bin/env")
    process.arguments = arguments
    process.standardError = FileHandle.nullDevice
    try process.run()
    process.waitUntilExit()
    guard process.terminationStatus == 0 else { throw Failure() }
  }
}
