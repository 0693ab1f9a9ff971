import Foundation
import Testing

/// A panel on the wall: it shows what its name stands for, whoever moves it.
@Suite(.timeLimit(.minutes(3))) struct WatchTests {
  @Test func thePreviewFollowsTheName() async throws {
    let folder = try TemporaryFolder()
    var server = try await ServerProcess(data: folder)
    let photo = folder.path("photo.jpg")
    try await Judge.makePhoto(width: 400, height: 300, at: photo)
    try await server.register(photo, as: "p")
    let panel = "waveshare-4in2-v2-partial"
    let shown = folder.path("shown.png")
    let device = try WatchingDevice("p", profile: panel, preview: shown, server: server.address)
    #expect(try await device.nextLine() == "p: generation 1, 15000 bytes as sent, whole")
    try await expectShown(panel, server, folder)

    let changed = folder.path("changed.png")
    try await Judge.changeCorner(of: photo, size: 24, at: changed)
    try await server.register(changed, as: "p")
    let second = try await device.nextLine()
    #expect(
      second.hasPrefix("p: generation 2, ") && second.hasSuffix("patch of 15000"), "\(second)")
    try await expectShown(panel, server, folder)

    // The same picture under the same name is news, and nothing to draw.
    try await server.register(changed, as: "p")
    #expect(try await device.nextLine() == "p: generation 3, not modified")

    // Another process moves the name beside the running server.
    let pictures = folder.url.appending(path: "pictures")
    try FileManager.default.createDirectory(at: pictures, withIntermediateDirectories: false)
    let card = URL(filePath: try await folder.makeCard(400, 300))
    try FileManager.default.moveItem(at: card, to: pictures.appending(path: "p.png"))
    let imported = try await server.command("import", pictures.path)
    #expect(imported.status == 0, "\(imported.errors)")
    #expect(try await device.nextLine() == "p: generation 4, 15000 bytes as sent, whole")
    try await expectShown(panel, server, folder)

    // The server goes and comes back; the device finds it and misses nothing.
    let address = server.address
    #expect(server.stop() == 0)
    server = try await ServerProcess(data: folder, at: address)
    #expect(try await device.nextLine() == "p: generation 4, not modified")
    try await server.register(photo, as: "p")
    let fifth = try await device.nextLine()
    #expect(fifth.hasPrefix("p: generation 5, 15000 bytes as sent, whole"), "\(fifth)")
    try await expectShown(panel, server, folder)

    let end = await device.stop()
    #expect(end.status == 0 && end.reason == .exit && end.rest.isEmpty, "\(end)")
    #expect(server.stop() == 0)
  }

  /// A name that is removed is said to be, and the device waits for it to come back.
  @Test func aRemovedNameComesBack() async throws {
    let folder = try TemporaryFolder()
    let server = try await ServerProcess(data: folder)
    let card = try await folder.makeCard(400, 300)
    let device = try WatchingDevice(
      "p", profile: "wled-16x16", preview: folder.path("shown.png"), server: server.address)
    #expect(try await device.nextLine().contains("NOT_FOUND"))
    try await server.register(card, as: "p")
    #expect(try await device.nextLine().hasPrefix("p: generation 1, 768 bytes as sent"))
    _ = try await Programs.device("remove", "p", "--server", server.address)
    #expect(try await device.nextLine() == "p: removed, generation 1")
    try await server.register(card, as: "p")
    #expect(try await device.nextLine() == "p: generation 2, not modified")
    let end = await device.stop()
    #expect(end.status == 0 && end.reason == .exit, "\(end)")
    #expect(server.stop() == 0)
  }

  /// What is drawn is what a fetch draws.
  private func expectShown(
    _ profile: String, _ server: ServerProcess, _ folder: TemporaryFolder,
    sourceLocation: SourceLocation = #_sourceLocation
  ) async throws {
    let fetched = try await Programs.device(
      "fetch", "p", "--profile", profile, "--server", server.address, "--preview",
      folder.path("fetched.png"))
    try #require(fetched.status == 0, "\(fetched.errors)")
    #expect(
      try folder.data("shown.png") == folder.data("fetched.png"), sourceLocation: sourceLocation)
  }
}
