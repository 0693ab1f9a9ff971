import Foundation
import Testing

/// A link to a server that writes down what passes: Tests/Specification/recording_relay.py as a process.
final class RecordingRelay {
  let address: String
  private let process = Process()
  private let input = Pipe()

  /// A link whose connections are written to the file `capture` when it ends.
  init(to target: String, capture: String) async throws {
    process.executableURL = URL(filePath: "/usr/bin/python3")
    process.arguments = [
      Self.tool("recording_relay.py"), "--target", target, "--capture", capture,
    ]
    let output = Pipe()
    process.standardInput = input
    process.standardOutput = output
    try process.run()
    let line = try #require(await LineReader(output.fileHandleForReading).next())
    address = line.replacing("ready on ", with: "")
  }

  deinit { if process.isRunning { process.terminate() } }

  /// The path of a tool of Tests/Specification.
  static func tool(_ name: String) -> String {
    Programs.root.appending(path: "Tests/Specification/\(name)").path
  }

  /// Ends the link and waits until the capture is written.
  func finish() throws {
    try input.fileHandleForWriting.close()
    process.waitUntilExit()
    try #require(process.terminationStatus == 0)
  }
}
