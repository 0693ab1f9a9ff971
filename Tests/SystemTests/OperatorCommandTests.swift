import Foundation
import Testing

/// The operator's commands beside a running server.
@Suite struct OperatorCommandTests {
  @Test func aFolderIsImportedCountedVerifiedAndBackedUp() async throws {
    let folder = try TemporaryFolder()
    let pictures = folder.path("pictures")
    for place in ["lobby", "bad"] {
      try FileManager.default.createDirectory(
        atPath: "\(pictures)/\(place)", withIntermediateDirectories: true)
    }
    for (place, width) in [("lobby/left.png", "200"), ("b.PNG", "120"), ("twice.png", "100")] {
      #expect(
        try await Programs.device(
          "testcard", "--width", width, "--height", "90", "--output", "\(pictures)/\(place)"
        ).status == 0)
    }
    try FileManager.default.copyItem(
      atPath: "\(pictures)/twice.png", toPath: "\(pictures)/twice.jpg")
    try FileManager.default.createSymbolicLink(
      atPath: "\(pictures)/lobby/link.png", withDestinationPath: "../b.PNG")
    try Data("not a picture".utf8).write(to: URL(filePath: "\(pictures)/bad/no.jpg"))

    let server = try await ServerProcess(data: folder)
    let store = folder.path("store")
    let data = ["--data", store]
    func run(_ command: String...) async throws -> CommandResult {
      try await Programs.run(Programs.server, command + data)
    }
    for word in ["registered", "unchanged"] {
      let imported = try await run("import", pictures)
      #expect(imported.status == 1)
      #expect(
        imported.output.split(separator: "\n").dropLast().map {
          $0.split(separator: " ").map(String.init)
        } == [[word, "b"], [word, "lobby/left"]])
      let refused = imported.errors.split(separator: "\n").filter { $0.hasPrefix("refused") }
      #expect(refused.count == 3)
      for file in ["twice.jpg", "twice.png", "bad/no.jpg"] {
        #expect(refused.contains { $0.contains(" \(file): ") })
      }
    }

    let fetched = try await Programs.device(
      "fetch", "lobby/left", "--profile", "waveshare-7in5b-v2", "--server", server.address,
      "--output", folder.path("form"))
    #expect(fetched.status == 0)
    let demand = try await run("demand", "--json")
    let report = try JSONDecoder().decode(Demand.self, from: Data(demand.output.utf8))
    #expect(report.kinds.map(\.width) == [800])
    #expect(report.forms.map(\.names) == [["lobby/left"]])
    #expect(report.forms.map(\.key) == report.kinds.map(\.key))

    #expect(try await run("verify", "--sweep").status == 0)
    let backup = folder.path("backup")
    #expect(try await run("backup", backup).status == 0)
    #expect(try await run("backup", backup).status == 0)
    let own = try await run("backup", store)
    #expect(own.status == 1 && own.errors.split(separator: "\n").count == 1)

    // A changed bit in an original is found, and the copy of it is sound.
    let originals = URL(filePath: store + "/originals")
    let original = try #require(
      FileManager.default.enumerator(at: originals, includingPropertiesForKeys: nil)?
        .compactMap { $0 as? URL }.first { $0.lastPathComponent.count == 62 })
    var bytes = try Data(contentsOf: original)
    bytes[50] ^= 1
    try bytes.write(to: original)
    let damaged = try await run("verify")
    #expect(damaged.status == 1 && damaged.output.contains("original damaged: image "))
    let sound = try await Programs.run(Programs.server, ["verify", "--data", backup])
    #expect(sound.status == 0)

    let nowhere = try await Programs.run(
      Programs.server, ["demand", "--data", folder.path("nowhere")])
    #expect(nowhere.status == 1 && nowhere.output.isEmpty)
    #expect(!FileManager.default.fileExists(atPath: folder.path("nowhere")))
    #expect(try await Programs.run(Programs.server, ["backup"]).status == 64)
  }

  private struct Demand: Decodable {
    struct Kind: Decodable {
      let key: String
      let width: Int
    }
    struct Form: Decodable {
      let key: String
      let names: [String]
    }

    let kinds: [Kind]
    let forms: [Form]
  }
}
