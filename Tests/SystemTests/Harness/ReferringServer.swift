import Foundation
import Testing

/// A server that refers every GET to another one: Tests/Specification/referrer.py as a process.
final class ReferringServer {
  let address: String
  private let process = Process()
  private let input = Pipe()

  /// A server that refers to `target`, with a ticket that nobody there handed out.
  init(to target: String) async throws {
    process.executableURL = URL(filePath: "/usr/bin/python3")
    process.arguments = [RecordingRelay.tool("referrer.py"), target]
    let output = Pipe()
    process.standardInput = input
    process.standardOutput = output
    try process.run()
    let line = try #require(await LineReader(output.fileHandleForReading).next())
    address = line.replacing("ready on ", with: "")
  }

  deinit { if process.isRunning { process.terminate() } }
}
