import Foundation
import Testing

/// A running `forme-device watch`.
final class WatchingDevice {
  private let process = Process()
  private let lines: LineReader

  /// Starts to watch a name and to draw it to `preview`.
  init(_ name: String, profile: String, preview: String, server: String) throws {
    process.executableURL = Programs.device
    process.arguments = [
      "watch", name, "--profile", profile, "--preview", preview, "--server", server,
    ]
    process.standardInput = FileHandle.nullDevice
    let output = Pipe()
    process.standardOutput = output
    try process.run()
    lines = LineReader(output.fileHandleForReading)
  }

  deinit { if process.isRunning { kill(process.processIdentifier, SIGKILL) } }

  /// What it says next; what it tells of is drawn by then.
  func nextLine() async throws -> String { try #require(await lines.next()) }

  /// Asks it to end with SIGTERM and waits.
  /// - Returns: its exit status, how it ended, and what it said besides.
  func stop() async -> (status: Int32, reason: Process.TerminationReason, rest: [String]) {
    process.terminate()
    process.waitUntilExit()
    var rest: [String] = []
    while let line = await lines.next() { rest.append(line) }
    return (process.terminationStatus, process.terminationReason, rest)
  }
}
