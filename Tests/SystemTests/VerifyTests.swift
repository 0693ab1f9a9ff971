import Foundation
import Testing

/// Bits that changed on the disk are found and never shown.
@Suite(.timeLimit(.minutes(3))) struct VerifyTests {
  /// A damaged form is made again, whether `verify` found it or the first device that asks.
  @Test(arguments: [false, true])
  func aDamagedFormIsMadeAgain(foundByVerify: Bool) async throws {
    let folder = try TemporaryFolder()
    let device = try TestDevice.gray(160, 120, bits: 4, in: folder)
    let first = try await ServerProcess(data: folder)
    try await first.register(try await folder.makeCard(320, 240), as: "p")
    _ = try await first.fetch("p", as: device, "--output", folder.path("right"))
    let clean = try await first.command("verify")
    #expect(clean.status == 0, "\(clean.errors)")
    #expect(
      clean.output
        == "1 originals, 0 damaged; 1 forms, 0 damaged; 0 orphans; 0 images without a name\n")
    #expect(first.stop() == 0)

    let files = try folder.storedFiles("forms")
    try #require(files.count == 1)
    try folder.flipBit(in: files[0])
    if foundByVerify {
      let found = try await first.command("verify")
      #expect(found.status == 0, "\(found.errors)")
      let lines = found.output.split(separator: "\n")
      #expect(lines.first?.hasPrefix("form damaged, will be made again: ") == true)
      #expect(lines.last?.hasPrefix("1 originals, 0 damaged; 1 forms, 1 damaged; ") == true)
    }
    let second = try await ServerProcess(data: folder)
    _ = try await second.fetch("p", as: device, "--output", folder.path("mended"))
    #expect(try folder.data("mended") == folder.data("right"))
    #expect(try second.decodeCount() == 1)
    #expect(
      try second.logCount("stored form is damaged and will be made again")
        == (foundByVerify ? 0 : 1))
    #expect(try await second.demand().form("p", device)?.state == "stored")
    let mended = try await second.command("verify")
    #expect(mended.status == 0)
    #expect(mended.output.hasPrefix("1 originals, 0 damaged; 1 forms, 0 damaged; "))
    #expect(second.stop() == 0)
  }

  /// Found while the server runs: it gives up what was given up beside it.
  @Test func aRunningServerMendsWhatVerifyFinds() async throws {
    let folder = try TemporaryFolder()
    let device = try TestDevice.gray(160, 120, bits: 4, in: folder)
    let server = try await ServerProcess(data: folder, "--memory-megabytes", "0")
    try await server.register(try await folder.makeCard(320, 240), as: "p")
    _ = try await server.fetch("p", as: device, "--output", folder.path("right"))
    try folder.flipBit(in: try #require(try folder.storedFiles("forms").first))
    let found = try await server.command("verify")
    #expect(found.status == 0)
    #expect(found.output.contains("1 forms, 1 damaged; "), "\(found.output)")
    #expect(try await server.demand().form("p", device)?.state == "known")
    _ = try await server.fetch("p", as: device, "--output", folder.path("mended"))
    #expect(try folder.data("mended") == folder.data("right"))
    #expect(try server.decodeCount() == 2)
    #expect(try await server.demand().form("p", device)?.state == "stored")
    #expect(server.stop() == 0)
  }

  /// A damaged original is an error that names it, never wrong pixels; registering the same picture
  /// again mends it.
  @Test func aDamagedOriginalIsNamed() async throws {
    let folder = try TemporaryFolder()
    let device = try TestDevice.gray(160, 120, bits: 4, in: folder)
    let other = try TestDevice.gray(160, 120, bits: 2, in: folder)
    let first = try await ServerProcess(data: folder)
    let photo = folder.path("photo.jpg")
    try await Judge.makePhoto(width: 640, height: 480, at: photo)
    try await first.register(photo, as: "p")
    let image = try await first.fetch("p", as: device, "--output", folder.path("right")).image
    #expect(first.stop() == 0)

    // In the middle of a JPEG's data: it would decode to something.
    let files = try folder.storedFiles("originals")
    try #require(files.count == 1)
    try folder.flipBit(in: files[0])
    let found = try await first.command("verify")
    #expect(found.status == 1)
    #expect(found.output.contains("original damaged: image \(image), \"p\"\n"), "\(found.output)")
    #expect(found.output.contains("1 originals, 1 damaged; 1 forms, 0 damaged; "))
    #expect(found.errorLine == "Error: 1 originals are damaged", "\(found.errors)")

    let second = try await ServerProcess(data: folder)
    let refused = try await Programs.device(
      "fetch", "p", "--profile", other.file, "--server", second.address, "--retry", "0",
      "--output", folder.path("wrong"))
    #expect(refused.status == 1)
    #expect(refused.errorLine?.contains(image) == true, "\(refused.errors)")
    #expect(!FileManager.default.fileExists(atPath: folder.path("wrong")))
    #expect(try second.logCount("the original of image \(image) is damaged") == 1)
    // Its form was made before.
    _ = try await second.fetch("p", as: device, "--output", folder.path("stored"))
    #expect(try folder.data("stored") == folder.data("right"))

    try await second.register(photo, as: "p")
    #expect(try await second.fetch("p", as: other).bytes == 4_800)
    #expect(try await second.command("verify").status == 0)
    #expect(second.stop() == 0)
  }
}
