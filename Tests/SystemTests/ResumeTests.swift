import Foundation
import Testing

/// Power cuts and broken links: what was acknowledged is there, and transfers go on where they
/// stopped.
@Suite struct ResumeTests {
  @Test func registrationGoesOnAfterTheServerWasKilled() async throws {
    let folder = try TemporaryFolder()
    let photo = folder.path("photo.jpg")
    try await Judge.makePhoto(width: 2_400, height: 1_600, at: photo)
    let byteCount = try folder.data("photo.jpg").count
    try #require(byteCount > 1_000_000)

    let first = try await ServerProcess(data: folder)
    let kept = try await Programs.device(
      "register", photo, "--name", "kept", "--server", first.address)
    #expect(kept.status == 0)
    let small = folder.path("card.png")
    _ = try await Programs.device(
      "testcard", "--width", "1200", "--height", "900", "--output", small)
    // Another picture, cut in the middle; the server dies before anybody can mend it.
    let other = folder.path("other.jpg")
    try await Judge.makePhoto(width: 2_300, height: 1_600, at: other)
    let otherCount = try folder.data("other.jpg").count
    let cutLink = try await CuttingProxy(
      to: first.address, cutAfter: otherCount / 2, cuts: 1, .up)
    let cut = try await Programs.device(
      "register", other, "--name", "other", "--server", cutLink.address, "--retry", "0")
    #expect(cut.status == 1)
    #expect(cut.errorLine != nil, "\(cut.errors)")
    first.kill9()

    let second = try await ServerProcess(data: folder)
    let list = try await Programs.device("list", "--server", second.address)
    #expect(list.output.contains(" kept") && !list.output.contains(" other"), "\(list.output)")
    let link = try await CuttingProxy(to: second.address, cutAfter: 0, cuts: 0)
    let resumed = try await Programs.device(
      "register", other, "--name", "other", "--server", link.address)
    #expect(resumed.status == 0, "\(resumed.errors)")
    let passed = try await link.nextConnection()
    // What the server had given credit for and had not written yet when it died is sent again.
    let window = 262_144
    #expect(passed.up < otherCount / 2 + window + 4_000, "\(passed) of \(otherCount)")
    #expect(second.stop() == 0)
  }

  @Test func fetchGoesOnAfterTheServerWasKilled() async throws {
    let folder = try TemporaryFolder()
    let photo = folder.path("photo.jpg")
    try await Judge.makePhoto(width: 1_200, height: 900, at: photo)
    let device = try folder.write("device.json", Self.bigDevice)
    let first = try await ServerProcess(data: folder)
    _ = try await Programs.device("register", photo, "--name", "p", "--server", first.address)
    let whole = folder.path("whole")
    _ = try await Programs.device(
      "fetch", "p", "--profile", device, "--server", first.address, "--output", whole)
    let part = folder.path("part")
    let cutLink = try await CuttingProxy(to: first.address, cutAfter: 100_000, cuts: 1)
    let cut = try await Programs.device(
      "fetch", "p", "--profile", device, "--server", cutLink.address, "--partial", part,
      "--retry", "0")
    #expect(cut.status == 1)
    first.kill9()
    let received = try folder.data("part").count
    #expect(received > 50_000 && received < 100_000)

    let second = try await ServerProcess(data: folder)
    let link = try await CuttingProxy(to: second.address, cutAfter: 0, cuts: 0)
    let output = folder.path("resumed")
    let resumed = try await Programs.device(
      "fetch", "p", "--profile", device, "--server", link.address, "--partial", part,
      "--output", output, "--json"
    ).fetched()
    #expect(resumed.bytes == 192_000)
    #expect(try folder.data("resumed") == folder.data("whole"))
    #expect(try await link.nextConnection().down < 192_000 - received + 4_000)
    #expect(try second.logCount("form made") == 0)
    #expect(!FileManager.default.fileExists(atPath: part))
    #expect(!FileManager.default.fileExists(atPath: part + ".json"))
    #expect(second.stop() == 0)
  }

  /// 256 bytes of memory for the form, frames of 256 bytes, 192,000 bytes; then the same over a
  /// link that is cut in the middle, again and again.
  @Test func smallestDeviceGetsABigForm() async throws {
    let folder = try TemporaryFolder()
    let server = try await ServerProcess(data: folder)
    let photo = folder.path("photo.jpg")
    try await Judge.makePhoto(width: 1_200, height: 900, at: photo)
    _ = try await Programs.device("register", photo, "--name", "p", "--server", server.address)
    let device = try folder.write("device.json", Self.bigDevice)
    _ = try await Programs.device(
      "fetch", "p", "--profile", device, "--server", server.address, "--output",
      folder.path("whole"))
    let small = try await Programs.device(
      "fetch", "p", "--profile", device, "--server", server.address, "--output",
      folder.path("small"), "--max-frame", "248", "--credit", "256", "--json"
    ).fetched()
    #expect(small.bytes == 192_000 && small.bytesAsSent == 192_000)
    #expect(try folder.data("small") == folder.data("whole"))

    let link = try await CuttingProxy(to: server.address, cutAfter: 60_000, cuts: 4)
    let cut = try await Programs.device(
      "fetch", "p", "--profile", device, "--server", link.address, "--output",
      folder.path("cut"), "--partial", folder.path("part"), "--max-frame", "248", "--credit",
      "256", "--json"
    ).fetched()
    #expect(cut.bytes == 192_000)
    #expect(try folder.data("cut") == folder.data("whole"))
    #expect(try server.logCount("form made") == 1)
    #expect(server.stop() == 0)
  }

  /// 800 × 480 at 4 bits, nothing packed: 192,000 bytes on the wire.
  private static let bigDevice = profile(
    """
    "size": { "width": 800, "height": 480 },
    "color": { "model": "gray", "bits": 4 },
    "fit": { "mode": "cover" }
    """)
}
