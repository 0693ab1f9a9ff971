import Foundation
import Testing

/// A panel that is refreshed in part is sent what changed.
@Suite(.timeLimit(.minutes(3))) struct PatchTests {
  private static let panel = "waveshare-4in2-v2-partial"

  /// Two pictures that differ in one corner, as a panel of 400 × 300 in 1 bit and blue noise shows
  /// them one after the other.
  @Test func whatChangedIsSent() async throws {
    let folder = try TemporaryFolder()
    let server = try await ServerProcess(data: folder)
    let before = folder.path("before.jpg")
    try await Judge.makePhoto(width: 400, height: 300, at: before)
    let after = folder.path("after.png")
    try await Judge.changeCorner(of: before, size: 24, at: after)
    try await server.register(before, as: "p")
    let old = try await Self.fetch("p", server, folder, "panel")
    #expect(old.bytes == 15_000 && !old.patched)
    let oldPreview = try folder.data("panel.png")

    try await server.register(after, as: "p")
    let fresh = try await Self.fetch("p", server, folder, "fresh")
    #expect(fresh.etag != old.etag && fresh.bytesAsSent == 15_000 && !fresh.patched)
    // --output still holds what was shown, and the patch is laid into it.
    let patched = try await Self.fetch("p", server, folder, "panel", shown: old.etag)
    #expect(patched.patched && patched.status == "ok" && patched.etag == fresh.etag)
    #expect(patched.bytesAsSent > 0 && patched.bytesAsSent < 1_500)
    #expect(patched.bytes == 15_000)
    #expect(try folder.data("panel") == folder.data("fresh"))
    #expect(try folder.data("panel.png") == folder.data("fresh.png"))
    #expect(try folder.data("panel.png") != oldPreview)
    try await Judge.check(
      form: folder.path("panel"), profile: Self.profile, picture: after,
      ["--tolerance", "2", "--preview", folder.path("panel.png")])

    // And back again.
    try await server.register(before, as: "p")
    let back = try await Self.fetch("p", server, folder, "panel", shown: patched.etag)
    #expect(back.patched && back.etag == old.etag && back.bytesAsSent < 1_500)
    #expect(try folder.data("panel.png") == oldPreview)
    #expect(server.stop() == 0)
  }

  /// A device that lost what it shows, holds something else, or shows something else altogether
  /// gets the whole form.
  @Test func withoutAUsableBaseTheFormComesWhole() async throws {
    let folder = try TemporaryFolder()
    let server = try await ServerProcess(data: folder)
    let before = folder.path("before.jpg")
    try await Judge.makePhoto(width: 400, height: 300, at: before)
    let after = folder.path("after.png")
    try await Judge.changeCorner(of: before, size: 24, at: after)
    for (name, file) in [("before", before), ("after", after)] {
      try await server.register(file, as: name)
    }
    try await server.register(try await folder.makeCard(400, 300), as: "card")
    let old = try await Self.fetch("before", server, folder, "before")
    let card = try await Self.fetch("card", server, folder, "card")
    _ = try await Self.fetch("after", server, folder, "fresh")

    let bytes = Array(try folder.data("before"))
    let bases: [(String, [UInt8]?, String)] = [
      ("missing", nil, old.etag), ("changed", bytes.dropLast() + [bytes[14_999] ^ 1], old.etag),
      ("cut", Array(bytes.prefix(7_000)), old.etag),
      ("unknown", bytes, "0123456789abcdef0123456789abcdef"),
      ("different", Array(try folder.data("card")), card.etag),
    ]
    for (name, base, etag) in bases {
      if let base { _ = try folder.write(name, base) }
      let form = try await Self.fetch("after", server, folder, name, shown: etag)
      #expect(!form.patched && form.bytesAsSent == 15_000, "\(name)")
      #expect(try folder.data(name) == folder.data("fresh"), "\(name)")
      #expect(try folder.data("\(name).png") == folder.data("fresh.png"), "\(name)")
    }
    #expect(server.stop() == 0)
  }

  private static let profile = Programs.root.appending(
    path: "Sources/Profiles/devices/\(panel).json"
  ).path

  /// Fetches into a file of this name, and draws beside it what the panel shows.
  private static func fetch(
    _ name: String, _ server: ServerProcess, _ folder: TemporaryFolder, _ file: String,
    shown: String? = nil
  ) async throws -> FetchedForm {
    try await Programs.run(
      Programs.device,
      [
        "fetch", name, "--profile", panel, "--server", server.address, "--json", "--output",
        folder.path(file), "--preview", folder.path("\(file).png"),
      ] + (shown.map { ["--shown", $0] } ?? [])
    ).fetched()
  }
}
