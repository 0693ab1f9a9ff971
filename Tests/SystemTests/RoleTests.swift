import Foundation
import Profiles
import Testing

/// Two servers instead of one: what devices get is the same, byte for byte.
@Suite(.timeLimit(.minutes(10))) struct RoleTests {
  /// Every kind of device that is built in, from a server alone and from the same store through
  /// fronts of both kinds.
  @Test func everyFormIsTheSame() async throws {
    let folder = try TemporaryFolder()
    let photo = folder.path("photo.jpg")
    try await Judge.makePhoto(width: 320, height: 240, at: photo)
    let alone = try await ServerProcess(data: folder)
    try await alone.register(photo, as: "p")
    let names = BuiltInProfiles.all.map(\.name)
    try await forEach(names) { [address = alone.address] name in
      try await Self.fetch(name, from: address, to: folder.path("\(name)-alone"))
    }
    #expect(alone.stop() == 0)

    for topology in [Topology.refer, .relay] {
      let server = try await Installation(topology, data: folder)
      try await forEach(names) { [address = server.address] name in
        let path = folder.path("\(name)-\(topology)")
        try await Self.fetch(name, from: address, to: path)
        for kind in ["form", "sent"] {
          let same = try folder.data("\(name)-alone.\(kind)")
          #expect(try Data(contentsOf: URL(filePath: "\(path).\(kind)")) == same, "\(path)")
        }
      }
      // All of them were stored.
      #expect(try server.decodeCount() == 0)
      #expect(server.stop())
    }
  }

  /// Fetches as a built-in device, to a file of the form and one of its bytes as sent.
  private static func fetch(_ name: String, from address: String, to path: String) async throws {
    // The largest take a slow machine longer than a device waits before it asks again.
    let result = try await Programs.device(
      "fetch", "p", "--profile", name, "--server", address, "--output", "\(path).form",
      "--as-sent", "\(path).sent", "--retry", "300")
    try #require(result.status == 0, "\(name): \(result.errors)")
  }

  /// LIST, REMOVE, refusals and NOT_MODIFIED come through as they are.
  @Test(arguments: [Topology.refer, .relay])
  func everyRequestGoesThrough(_ topology: Topology) async throws {
    let folder = try TemporaryFolder()
    let server = try await Installation(topology, data: folder)
    let card = try await folder.makeCard(320, 240)
    for name in ["b", "a", "lobby/left"] { try await server.register(card, as: name) }
    let address = server.address
    let list = try await Programs.device("list", "--server", address)
    #expect(
      list.output.split(separator: "\n").compactMap { $0.split(separator: " ").last } == [
        "a", "b", "lobby/left",
      ])
    let device = try TestDevice.gray(160, 120, bits: 4, in: folder)
    let form = try await server.fetch("a", as: device)
    let again = try await server.fetch("a", as: device, "--shown", form.etag)
    #expect(again.status == "not-modified" && again.etag == form.etag)
    #expect(try await Programs.device("remove", "a", "--server", address).status == 0)
    let gone = try await Programs.device("remove", "a", "--server", address)
    #expect(gone.status == 1 && gone.errorLine?.contains("NOT_FOUND") == true, "\(gone)")
    let missing = try await Programs.device(
      "fetch", "a", "--profile", device.file, "--server", address, "--retry", "0")
    #expect(missing.status == 1 && missing.errorLine?.contains("NOT_FOUND") == true, "\(missing)")
    let text = try folder.write("text.png", Array("no picture".utf8))
    let refused = try await Programs.device(
      "register", text, "--name", "t", "--server", address, "--retry", "0")
    #expect(
      refused.status == 1 && refused.errorLine?.contains("PICTURE_REFUSED") == true, "\(refused)")
    // Nothing of it stays at the front.
    #expect(try server.frontFiles("incoming").isEmpty && server.frontFiles("spool").isEmpty)
    #expect(server.stop())
  }

  /// A patch is as small through a front as without one.
  @Test(arguments: Topology.allCases)
  func aPatchGoesThrough(_ topology: Topology) async throws {
    let folder = try TemporaryFolder()
    let server = try await Installation(topology, data: folder)
    let photo = folder.path("photo.jpg")
    try await Judge.makePhoto(width: 400, height: 300, at: photo)
    let changed = folder.path("changed.png")
    try await Judge.changeCorner(of: photo, size: 24, at: changed)
    try await server.register(photo, as: "p")
    let panel = "waveshare-4in2-v2-partial"
    let device = try WatchingDevice(
      "p", profile: panel, preview: folder.path("shown.png"), server: server.address)
    #expect(try await device.nextLine() == "p: generation 1, 15000 bytes as sent, whole")
    try await server.register(changed, as: "p")
    let second = try await device.nextLine()
    #expect(
      second.hasPrefix("p: generation 2, ") && second.hasSuffix("patch of 15000"), "\(second)")
    _ = try await Programs.device("remove", "p", "--server", server.address)
    #expect(try await device.nextLine() == "p: removed, generation 2")
    try await server.register(photo, as: "p")
    #expect(try await device.nextLine().hasPrefix("p: generation 3, "))
    let fetched = folder.path("fetched.png")
    _ = try await Programs.device(
      "fetch", "p", "--profile", panel, "--server", server.address, "--preview", fetched)
    #expect(try folder.data("shown.png") == Data(contentsOf: URL(filePath: fetched)))
    let end = await device.stop()
    #expect(end.status == 0 && end.reason == .exit, "\(end)")
    #expect(server.stop())
  }

  /// A back that goes and comes back: the front finds it, and devices wait no longer than they must.
  @Test(arguments: [Topology.refer, .relay])
  func aBackThatComesBackIsFound(_ topology: Topology) async throws {
    let folder = try TemporaryFolder()
    let server = try await Installation(topology, data: folder)
    try await server.register(try await folder.makeCard(320, 240), as: "p")
    let device = try TestDevice.gray(160, 120, bits: 4, in: folder)
    let before = try await server.fetch("p", as: device)
    server.back.kill9()
    let none = try await Programs.device(
      "fetch", "p", "--profile", device.file, "--server", server.address, "--retry", "0")
    #expect(none.status == 1 && none.errorLine?.contains("BUSY") == true, "\(none)")
    let back = try await server.restartBack(in: folder)
    let after = try await server.fetch("p", as: device)
    #expect(after.etag == before.etag && after.status == "ok")
    // Registering goes on, too.
    try await server.register(try await folder.makeCard(330, 240), as: "q")
    #expect(server.front.stop() == 0 && back.stop() == 0)
  }

  /// Half a server: one that only registers, and one that only transmits.
  @Test func halvesStandAlone() async throws {
    let folder = try TemporaryFolder()
    let pictures = folder.url.appending(path: "pictures")
    try FileManager.default.createDirectory(at: pictures, withIntermediateDirectories: false)
    let card = try await folder.makeCard(320, 240)
    try FileManager.default.copyItem(
      at: URL(filePath: card), to: pictures.appending(path: "p.png"))
    let device = try TestDevice.gray(160, 120, bits: 4, in: folder)
    // It transmits what `import` fed it.
    let server = try await Installation(.standalone, data: folder, ["--serves", "retrieve"])
    #expect(try await server.back.command("import", pictures.path).status == 0)
    #expect(try await server.fetch("p", as: device).bytes == 9_600)
    let refused = try await Programs.device(
      "register", card, "--name", "q", "--server", server.address, "--retry", "0")
    #expect(refused.errorLine?.contains("nobody may register at this server") == true)
    #expect(server.stop())
    // A back transmits to devices that come without a ticket, too.
    let key = try folder.makePeerKey()
    let port = try await freePort()
    let back = try await ServerProcess(
      data: folder, "--role", "back", "--peer-key", key, "--device-listen", "127.0.0.1:\(port)")
    let scratch = try TemporaryFolder()
    let front = try await ServerProcess(
      data: scratch, "--role", "front", "--backs", back.address, "--peer-key", key,
      "--serves", "register")
    try await front.register(card, as: "q")
    let nothing = try await Programs.device(
      "fetch", "q", "--profile", device.file, "--server", front.address, "--retry", "0")
    #expect(nothing.errorLine?.contains("nobody may retrieve at this server") == true)
    let form = try await Programs.device(
      "fetch", "q", "--profile", device.file, "--server", "127.0.0.1:\(port)", "--json"
    ).fetched()
    #expect(form.bytes == 9_600)
    #expect(front.stop() == 0 && back.stop() == 0)
  }
}
