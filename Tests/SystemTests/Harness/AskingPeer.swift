import Foundation
import Testing

/// A device that shares no code with Forme (Tools/ask.py): it asks for one thing after the other, and
/// says how each was answered.
final class AskingPeer {
  private static let script = Programs.root.appending(path: "Tests/SystemTests/Tools/ask.py").path

  private let process = Process()
  private let lines: LineReader

  /// - Parameters:
  ///   - address: the server's.
  ///   - prefix: what stands before the command, for instance where it runs.
  ///   - arguments: options, and what is asked for; see the script.
  init(_ address: String, prefix: [String] = [], _ arguments: [String]) throws {
    process.executableURL = URL(filePath: "/usr/bin/env")
    process.arguments = prefix + ["python3", Self.script, address] + arguments
    let picture = Programs.root.appending(path: "Tests/CodecsTests/Fixtures/gray8.png")
    process.standardInput = try FileHandle(forReadingFrom: picture)
    let output = Pipe()
    process.standardOutput = output
    try process.run()
    lines = LineReader(output.fileHandleForReading)
  }

  deinit { if process.isRunning { kill(process.processIdentifier, SIGKILL) } }

  /// What became of the next step.
  func next() async throws -> String { try #require(await lines.next()) }

  /// Asks for everything.
  /// - Returns: one line for each step.
  static func ask(
    _ address: String, prefix: [String] = [], _ arguments: String...
  ) async throws -> [String] {
    try await ask(address, prefix: prefix, arguments: arguments)
  }

  /// Asks for everything.
  static func ask(
    _ address: String, prefix: [String] = [], arguments: [String]
  ) async throws -> [String] {
    let peer = try AskingPeer(address, prefix: prefix, arguments)
    var answers: [String] = []
    while let line = await peer.lines.next() { answers.append(line) }
    peer.process.waitUntilExit()
    try #require(peer.process.terminationStatus == 0)
    return answers
  }
}
