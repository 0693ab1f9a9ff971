internal import Foundation

/// A client under test: the command that is started for one case.
final class ClientProcess: Sendable {
  private let process: Process
  private let ended: Mailbox<Int32>
  private let outputPath: String

  /// Starts the command.
  /// - Parameters:
  ///   - words: the program and its arguments.
  ///   - logPath: takes what the command prints.
  ///   - outputPath: where it writes the form.
  init(_ words: [String], logPath: String, outputPath: String) throws {
    let ended = Mailbox<Int32>()
    process = Process()
    process.executableURL = URL(filePath: "/usr/bin/env")
    process.arguments = words
    process.standardInput = FileHandle.nullDevice
    try Data().write(to: URL(filePath: logPath))
    let log = try FileHandle(forWritingTo: URL(filePath: logPath))
    process.standardOutput = log
    process.standardError = log
    process.terminationHandler = { ended.put($0.terminationStatus) }
    self.ended = ended
    self.outputPath = outputPath
    try process.run()
    try log.close()
  }

  /// How it ended; `nil` when it still runs after `limit`.
  func status(within limit: Duration) async -> Int32? {
    guard case .element(let status) = await ended.next(within: limit) else { return nil }
    // Asked for again, it is still there.
    ended.put(status)
    return status
  }

  /// What it has written; `nil` when there is no file.
  func output() -> [UInt8]? {
    FileManager.default.contents(atPath: outputPath).map(Array.init)
  }

  /// Ends the process, and waits for that.
  func stop() async {
    process.terminate()
    if await status(within: .seconds(2)) == nil {
      kill(process.processIdentifier, SIGKILL)
      _ = await status(within: .seconds(5))
    }
  }
}
