import Foundation
import Testing

/// What operators read and do beside a running server.
@Suite(.timeLimit(.minutes(3))) struct OperatorCommandTests {
  @Test func demandSaysWhatWasAskedForAndMade() async throws {
    let folder = try TemporaryFolder()
    let server = try await ServerProcess(data: folder, "--render-after", "2")
    try await server.register(try await folder.makeCard(320, 240), as: "lobby/left")
    try await server.register(try await folder.makeCard(330, 240), as: "unasked")
    let device = try TestDevice.gray(160, 120, bits: 4, in: folder)
    let other = try TestDevice.gray(100, 60, bits: 1, in: folder)
    for _ in 1...2 { _ = try await server.fetch("lobby/left", as: device) }
    let form = try await server.fetch("lobby/left", as: other)

    let report = try await server.demand()
    #expect(report.kinds.map(\.key) == [device.keys[0], other.keys[0]])
    let kind = try #require(report.kinds.first)
    #expect(kind.requests == 2 && kind.trusted && kind.width == 160 && kind.height == 120)
    #expect(kind.color == "gray" && kind.bitsPerPixel == 4 && kind.container == "raw")
    #expect(report.forms.count == 2)
    #expect(report.summary("lobby/left", device) == "stored 2 request")
    let spooled = try #require(report.form("lobby/left", other))
    #expect(spooled.summary == "spooled 1 request" && spooled.names == ["lobby/left"])
    #expect(spooled.etag == form.etag && spooled.bytes == 780 && spooled.image == form.image)

    let table = try await server.command("demand")
    #expect(table.status == 0 && table.errors.isEmpty, "\(table.errors)")
    let lines = table.output.split(separator: "\n").map(String.init)
    #expect(lines.first?.hasPrefix("requests  last seen") == true, "\(table.output)")
    #expect(lines.contains { $0.contains(device.keys[0]) && $0.contains("160 × 120, gray 4 bits") })
    #expect(lines.contains { $0.contains(form.image) && $0.contains("\"lobby/left\"") })
    #expect(
      lines.contains {
        $0.hasPrefix("       2  stored   request") && $0.contains("\(device.keys[0])  9600 bytes")
      }, "\(table.output)")
    #expect(
      lines.contains {
        $0.hasPrefix("       1  spooled  request") && $0.contains("\(other.keys[0])  780 bytes")
      }, "\(table.output)")
    #expect(!table.output.contains("unasked"))
    #expect(server.stop() == 0)
  }

  /// Every picture below a folder, by its path; what cannot be registered is named.
  @Test func importRegistersAFolder() async throws {
    let folder = try TemporaryFolder()
    let files = FileManager.default
    let pictures = folder.url.appending(path: "pictures")
    try files.createDirectory(
      at: pictures.appending(path: "lobby"), withIntermediateDirectories: true)
    let card = try await folder.makeCard(320, 240)
    func add(_ name: String, _ bytes: some Sequence<UInt8>) throws {
      try Data(bytes).write(to: pictures.appending(path: name))
    }
    let bytes = try folder.data("card-320x240.png")
    try add("lobby/left.png", bytes)
    try await Judge.makePhoto(width: 320, height: 240, at: folder.path("photo.jpg"))
    try add("photo.JPG", try folder.data("photo.jpg"))
    try add("broken.jpg", try folder.data("photo.jpg").dropLast(3_000))
    try add("twice.png", bytes)
    try add("twice.jpeg", try folder.data("photo.jpg"))
    try add("notes.txt", Array("no picture".utf8))
    try files.createSymbolicLink(
      at: pictures.appending(path: "link.png"), withDestinationURL: URL(filePath: card))

    let arguments = ["import", pictures.path, "--data", folder.path("store")]
    let first = try await Programs.run(Programs.server, arguments)
    #expect(first.status == 1)
    #expect(
      first.output.split(separator: "\n") == [
        "registered  photo", "registered  lobby/left", "2 pictures are registered, 3 files refused",
      ])
    let complaints = first.errors.split(separator: "\n").map(String.init)
    #expect(complaints.count == 4, "\(first.errors)")
    for file in ["broken.jpg", "twice.jpeg", "twice.png"] {
      #expect(complaints.contains { $0.hasPrefix("refused     \(file): ") }, "\(first.errors)")
    }
    #expect(complaints.last == "Error: 3 files were refused")

    for file in ["broken.jpg", "twice.jpeg", "twice.png"] {
      try files.removeItem(at: pictures.appending(path: file))
    }
    let server = try await ServerProcess(data: folder)
    _ = try await folder.makeCard(330, 240)
    try add("lobby/right.png", try folder.data("card-330x240.png"))
    let second = try await Programs.run(Programs.server, arguments)
    #expect(second.status == 0, "\(second.errors)")
    #expect(
      second.output.split(separator: "\n") == [
        "unchanged   photo", "unchanged   lobby/left", "registered  lobby/right",
        "3 pictures are registered, 0 files refused",
      ])
    let list = try await Programs.device("list", "--server", server.address)
    #expect(
      list.output.split(separator: "\n").compactMap { $0.split(separator: " ").last }
        == ["lobby/left", "lobby/right", "photo"])
    let device = try TestDevice.gray(160, 120, bits: 4, in: folder)
    for name in ["lobby/left", "lobby/right", "photo"] {
      #expect(try await server.fetch(name, as: device).bytes == 9_600)
    }
    #expect(server.stop() == 0)
  }

  /// Wrong usage ends with 64, what cannot be done with 1 and one line.
  @Test(arguments: [
    (["demand", "--frob"], 64, "--frob"), (["demand", "extra"], 64, "extra"),
    (["verify", "--swep"], 64, "--swep"), (["backup"], 64, "<folder>"),
    (["import"], 64, "<folder>"),
    (["backup", "a", "b"], 64, "b"), (["restore"], 64, "restore"),
    (["demand"], 1, "data folder "), (["verify"], 1, "data folder "),
    (["backup", "/tmp/forme-nowhere"], 1, "data folder "),
    (["import", "/nowhere"], 1, "folder /nowhere/ cannot be read"),
    (["demand", "--config", "/nowhere.json"], 1, "/nowhere.json cannot be read"),
  ])
  func wrongUse(arguments: [String], status: Int32, text: String) async throws {
    let folder = try TemporaryFolder()
    let result = try await Programs.run(
      Programs.server, arguments, environment: ["FORME_DATA": folder.path("store")])
    #expect(result.status == status, "\(result.errors)")
    #expect(result.errors.contains(text), "\(result.errors)")
    if status == 1 { #expect(result.errorLine != nil, "\(result.errors)") }
    // A question leaves nothing behind.
    #expect(!FileManager.default.fileExists(atPath: folder.path("store")))
  }
}
