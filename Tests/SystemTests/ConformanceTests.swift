import Foundation
import Testing

/// `forme-conformance` as a process, against every server and client of this project, and against some
/// that must not pass.
struct ConformanceTests {
  private static let program = Programs.folder.appending(path: "forme-conformance")

  private static func judge(_ arguments: [String]) async throws -> CommandResult {
    try await Programs.run(program, arguments)
  }

  /// Everything passed; what was skipped has one of these reasons.
  private static func expectPass(
    _ result: CommandResult, atLeast count: Int, skipping reasons: [String] = [],
    sourceLocation: SourceLocation = #_sourceLocation
  ) {
    let lines = result.output.split(separator: "\n")
    #expect(
      result.status == 0,
      "\(lines.filter { !$0.hasPrefix("ok ") && !$0.hasPrefix("skip ") }) \(result.errors)",
      sourceLocation: sourceLocation)
    let skipped = lines.filter { line in
      line.hasPrefix("skip ") && !reasons.contains { line.hasSuffix($0) }
    }
    #expect(skipped.isEmpty, sourceLocation: sourceLocation)
    #expect(lines.count { $0.hasPrefix("ok ") } >= count, sourceLocation: sourceLocation)
    #expect(result.errors == "", sourceLocation: sourceLocation)
  }

  // MARK: Servers

  @Test func serverWithoutKeys() async throws {
    let folder = try TemporaryFolder()
    let server = try await ServerProcess(data: folder)
    let report = folder.path("report.xml")
    let result = try await Self.judge(["server", server.address, "--slow", "--junit", report])
    Self.expectPass(
      result, atLeast: 154, skipping: ["needs --key", "a SHOULD, which --strict counts"])
    let script = """
      import sys, xml.etree.ElementTree as tree
      suite = tree.parse(sys.argv[1]).getroot()
      print(suite.get("failures"), len(suite.findall("testcase")) == int(suite.get("tests")))
      """
    let parsed = try await Programs.tool("python3", "-c", script, report)
    #expect(parsed.output == "0 True\n")
    // What was registered for it is gone again.
    let list = try await Programs.device("list", "--server", server.address)
    #expect(list.output == "")
  }

  @Test func serverWithKey() async throws {
    let folder = try TemporaryFolder()
    let server = try await ServerProcess(data: folder)
    let key = try await Programs.run(
      Programs.server,
      ["key", "add", "--data", server.dataPath, "judge", "--may", "retrieve,register"])
    try #require(key.status == 0)
    try Data(key.output.utf8).write(to: folder.url.appending(path: "key"))
    let result = try await Self.judge(
      ["server", server.address, "--key", folder.path("key"), "--slow", "--strict"])
    Self.expectPass(result, atLeast: 169, skipping: ["for a device without a key"])
  }

  // MARK: Clients

  @Test func simulator() async throws {
    let result = try await Self.judge([
      "client", "--strict", "--", Programs.device.path, "fetch", "{name}", "--server", "{address}",
      "--profile", "{profile}", "--output", "{output}", "--retry", "3", "--credit", "200",
      "[", "--key", "{key}", "]", "[", "--shown", "{shown}", "]",
    ])
    Self.expectPass(result, atLeast: 124)
  }

  @Test func clientInC() async throws {
    let client = "../../.build/clients-c/asan/forme-fetch"
    let sources = Programs.root.appending(path: "clients/c")
    let make = try await Programs.tool("make", "--silent", "--directory", sources.path, client)
    try #require(make.status == 0, "\(make.errors)")
    let result = try await Self.judge([
      "client", "--strict", "--", sources.appending(path: client).path, "{host}", "{port}",
      "{name}", "{descriptor}", "--output", "{output}", "--retry", "3", "--credit", "128",
      "[", "--key", "{key}", "]", "[", "--shown", "{shown}", "]",
    ])
    Self.expectPass(result, atLeast: 124)
  }

  // MARK: Those that must not pass

  @Test func echo() async throws {
    let script = Programs.root.appending(path: "Tests/SystemTests/Tools/echo.py")
    let process = Process()
    let input = Pipe()
    let output = Pipe()
    process.executableURL = URL(filePath: "/usr/bin/env")
    process.arguments = ["python3", script.path]
    process.standardInput = input
    process.standardOutput = output
    try process.run()
    defer { try? input.fileHandleForWriting.close() }
    let address = try #require(await LineReader(output.fileHandleForReading).next())
    let result = try await Self.judge([
      "server", address, "--section", "2", "--section", "5.1", "--timeout", "1",
    ])
    #expect(result.status == 1)
    let lines = result.output.split(separator: "\n")
    #expect(lines.filter { $0.hasPrefix("ok ") } == [])
    #expect(lines.contains { $0.hasPrefix("FAIL 5.1 magic: Another magic [FORME-5.1-2]") })
    #expect(
      lines.contains(
        "     came:     HELLO, request 0, magic 464f5252 \"FORR\", major 1, "
          + "minor 0, maxFrame 8192 (0x2000), keepAlive 0, deviceId no bytes, keys.count 0, "
          + "tlvs.count 0; hex 0100000c00003ed1464f5252010020000000" + "0000"))
  }

  @Test func wrongKey() async throws {
    let folder = try TemporaryFolder()
    let server = try await ServerProcess(data: folder)
    let line = "judge " + String(repeating: "07", count: 32) + "\n"
    try Data(line.utf8).write(to: folder.url.appending(path: "key"))
    let result = try await Self.judge([
      "server", server.address, "--key", folder.path("key"), "--case", "prove", "--case",
      "wrong-key",
    ])
    #expect(result.status == 1)
    #expect(result.output.contains("FAIL 13.1 prove:"))
    #expect(result.output.contains("NOT_PROVEN"))
    #expect(result.output.contains("ok   13.1 wrong-key:"))
  }

  @Test(arguments: [
    // It never connects; it says that it fetched something, and did not.
    (["true", "{output}"], "fetch", "a connection from the client"),
    (["sh", "-c", "sleep 30", "{output}"], "welcome-keep-alive", "a connection from the client"),
  ])
  func commandsThatAreNoClients(command: [String], name: String, expected: String) async throws {
    let result = try await Self.judge(
      ["client", "--timeout", "1", "--case", name, "--"] + command)
    #expect(result.status == 1)
    #expect(result.output.contains("FAIL"))
    #expect(result.output.contains("expected: \(expected)"))
  }

  @Test func deviceOfAnotherKind() async throws {
    let result = try await Self.judge([
      "client", "--case", "fetch", "--", Programs.device.path, "fetch", "{name}", "--server",
      "{address}", "--profile", "pcd8544-84x48", "--output", "{output}",
    ])
    #expect(result.status == 1)
    #expect(result.output.contains("FAIL 6.1 fetch"))
  }

  // MARK: Usage

  @Test(arguments: [
    ["server"], ["server", "nowhere"], ["server", "127.0.0.1:1", "--section", "99"],
    ["server", "127.0.0.1:1", "--jobs", "0"], ["server", "127.0.0.1:1", "--key", "/none"],
    ["server", "127.0.0.1:1", "--sequences", "/none"], ["client"], ["client", "--", "{nothing}"],
    ["client", "--", "[", "a"], ["client", "--form", "a", "--", "b"], ["neither"],
  ])
  func wrongUsage(arguments: [String]) async throws {
    #expect(try await Self.judge(arguments).status == 64)
  }

  @Test func listing() async throws {
    let result = try await Self.judge(["server", "127.0.0.1:1", "--section", "4.3", "--list"])
    #expect(result.status == 0)
    #expect(
      result.output.split(separator: "\n").first
        == "4.3 cancel-get (must): CANCEL of a GET [FORME-4.3-1 FORME-4.3-2]")
  }
}
