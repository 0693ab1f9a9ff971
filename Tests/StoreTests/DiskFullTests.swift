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
    let filler = folder.data + "/filler"
    _ = FileManager.default.createFile(atPath: filler, contents: nil)
    let handle = try #require(FileHandle(forWritingAtPath: filler))
    for byteCount in [65_536, 4_096, 1] {
      while (try? handle.write(contentsOf: Data(count: byteCount))) != nil {}
    }
  }

  /// Gives it back.
  func free() throws {
    try FileManager.default.removeItem(atPath: folder.data + "/filler")
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
