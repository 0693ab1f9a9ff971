import Foundation
import Testing

/// `forme-server key` and `forme-server devices`, as an operator meets them.
@Suite(.timeLimit(.minutes(3))) struct KeyCommandTests {
  private struct Key: Decodable {
    let id: String
    let may: [String]
    let prefix: String
    let created: Int
    let revoked: Int?
  }

  private let folder: TemporaryFolder

  init() throws { folder = try TemporaryFolder() }

  private func key(_ arguments: String...) async throws -> CommandResult {
    try await Programs.run(
      Programs.server, ["key"] + arguments, environment: ["FORME_DATA": folder.path("store")])
  }

  @Test func keysComeAndGo() async throws {
    // No server was ever here: the first key makes the data folder.
    let added = try await key("add", "Board.1_a-b", "--may", "register,retrieve")
    #expect(added.status == 0 && added.errors.isEmpty, "\(added.errors)")
    let parts = added.output.dropLast().split(separator: " ")
    #expect(added.output.hasSuffix("\n") && parts.count == 2 && parts[0] == "Board.1_a-b")
    let secret = try #require(parts.last)
    #expect(secret.count == 64 && secret.allSatisfy { "0123456789abcdef".contains($0) })
    let other = try await key("add", "b", "--may", "retrieve", "--prefix", "lobby/\u{202E}é")
    #expect(other.status == 0 && !other.output.contains(secret))

    let again = try await key("add", "b", "--may", "retrieve")
    #expect(again.status == 1 && again.output.isEmpty)
    #expect(again.errorLine?.contains("there is a key b already") == true, "\(again.errors)")
    #expect(try await key("revoke", "b").status == 0)
    let twice = try await key("revoke", "b")
    #expect(twice.status == 1 && twice.errorLine == "Error: there is no key b in force")

    let table = try await key("list")
    let lines = table.output.split(separator: "\n").map(String.init)
    #expect(lines.count == 3 && lines[0].hasPrefix("id           may"), "\(table.output)")
    #expect(lines[1].hasPrefix("Board.1_a-b  retrieve,register  -") && lines[1].hasSuffix("  -"))
    #expect(lines[2].hasPrefix(#"b            retrieve           "lobby/\u{202E}é"  2"#))
    #expect(!lines[2].hasSuffix("-"))
    let json = try await key("list", "--json")
    let keys = try #require(
      try JSONDecoder().decode([String: [Key]].self, from: Data(json.output.utf8))["keys"])
    #expect(keys.map(\.id) == ["Board.1_a-b", "b"])
    #expect(keys.map(\.may) == [["retrieve", "register"], ["retrieve"]])
    #expect(keys.map(\.prefix) == ["", "lobby/\u{202E}é"])
    #expect(keys[0].revoked == nil)
    #expect(try #require(keys[1].revoked) >= keys[1].created && keys[1].created > 1_700_000_000)
    for output in [table.output, json.output] { #expect(!output.contains(secret.prefix(8))) }

    // A revoked key's id is free only when it is forgotten.
    #expect(try await key("add", "b", "--may", "retrieve").status == 1)
    #expect(try await key("revoke", "b", "--forget").status == 0)
    #expect(try await key("revoke", "b", "--forget").errorLine == "Error: there is no key b")
    #expect(try await key("add", "b", "--may", "retrieve").status == 0)
  }

  @Test(arguments: [
    (["add", "a"], "--may"), (["add", "--may", "retrieve"], "<id>"),
    (["add", "a b", "--may", "retrieve"], "\"a b\" is no id"),
    (["add", "", "--may", "retrieve"], "is no id"),
    (["add", "0123456789abcdefg", "--may", "retrieve"], "is no id"),
    (["add", "é", "--may", "retrieve"], "is no id"),
    (["add", "a", "--may", "fetch"], "\"fetch\" is no right"),
    (["add", "a", "--may", ""], "is no right"),
    (["add", "a", "--may", "retrieve,"], "is no right"),
    (["add", "a", "--may", "retrieve register"], "is no right"),
    (["add", "a", "--may", "retrieve", "--prefix", ""], "prefix"),
    (["add", "a", "--may", "retrieve", "--prefix", "a\n"], "prefix"),
    (["revoke"], "<id>"), (["revoke", "a/b"], "is no id"), (["list", "extra"], "extra"),
    (["remove", "a"], "remove"),
  ])
  func wrongUse(_ arguments: [String], _ text: String) async throws {
    let result = try await Programs.run(
      Programs.server, ["key"] + arguments, environment: ["FORME_DATA": folder.path("store")])
    #expect(result.status == 64 && result.output.isEmpty, "\(result.output)")
    #expect(result.errors.contains(text), "\(result.errors)")
    #expect(!FileManager.default.fileExists(atPath: folder.path("store")))
  }

  @Test func aQuestionMakesNoFolder() async throws {
    for arguments in [["key", "list"], ["key", "revoke", "a"], ["devices"]] {
      let result = try await Programs.run(
        Programs.server, arguments, environment: ["FORME_DATA": folder.path("store")])
      #expect(result.status == 1 && result.errorLine?.contains("there is no library") == true)
      #expect(!FileManager.default.fileExists(atPath: folder.path("store")))
    }
  }

  @Test func devicesAreListedWithWhatTheySay() async throws {
    let server = try await ServerProcess(data: folder)
    _ = try await AskingPeer.ask(server.address, "--id", "pan\u{1B}el", "--report", "list:")
    let file = try await server.addKey("a", in: folder)
    _ = try await AskingPeer.ask(server.address, "--id", "pan\u{1B}el", "--key", file, "list:")
    let devices = try await server.devices { $0.count == 2 }
    #expect(Set(devices.map(\.id)) == ["70616e1b656c"])
    let claimed = try #require(devices.first { $0.key == nil })
    #expect(claimed.model == "panel \u{1B}[31m\u{202E}" && claimed.firmware == "1.2.3")
    #expect(claimed.batteryMillivolts == 3_712 && claimed.batteryPercent == 87)
    #expect(claimed.rssi == -61 && claimed.temperature == -4 && claimed.wakeReason == 2)
    #expect(claimed.freeHeap == 150_000 && claimed.lastError == 0x89)
    #expect(claimed.shown == "000102030405060708090a0b0c0d0e0f")
    let proven = try #require(devices.first { $0.key != nil })
    #expect(proven.key == "a" && proven.model == nil && proven.shown == nil)
    #expect(abs(proven.lastSeen - Int(Date().timeIntervalSince1970)) < 60)

    let table = try await server.command("devices")
    let lines = table.output.split(separator: "\n")
    #expect(lines.count == 3 && lines[0].hasPrefix("last seen"), "\(table.output)")
    let line = try #require(lines.first { $0.contains("1.2.3") })
    #expect(line.contains(#""pan\u{1B}el"  -"#) && line.contains(#""panel \u{1B}[31m\u{202E}""#))
    #expect(line.contains("87 % 3712 mV") && line.contains("  -61  -4  2     150000     89  "))
    #expect(!table.output.contains("\u{1B}"))
    #expect(server.stop() == 0)
  }
}
