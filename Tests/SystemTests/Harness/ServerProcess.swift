import Foundation
import Testing

/// A real `forme-server serve` on a loopback port.
final class ServerProcess: Sendable {
  let address: String
  /// Its data folder.
  let dataPath: String
  private let process: Process
  private let logURL: URL

  /// Starts a server over `data` and waits until it says that it accepts connections.
  /// - Parameters:
  ///   - address: where to listen; by default a free port.
  ///   - prefix: what stands before the command, for instance where it runs.
  ///   - raisesFileLimit: allow it as many files and connections as the system does; shells often
  ///     allow 1,024.
  convenience init(
    data: TemporaryFolder, at address: String = "127.0.0.1:0", prefix: [String] = [],
    raisesFileLimit: Bool = false, _ arguments: String...
  ) async throws {
    try await self.init(
      data: data, at: address, prefix: prefix, raisesFileLimit: raisesFileLimit,
      arguments: arguments)
  }

  /// The same with arguments that somebody else has put together.
  init(
    data: TemporaryFolder, at address: String = "127.0.0.1:0", prefix: [String] = [],
    raisesFileLimit: Bool = false, arguments: [String]
  ) async throws {
    process = Process()
    dataPath = data.path("store")
    let command =
      prefix + [Programs.server.path, "serve", "--listen", address, "--data", dataPath] + arguments
    // The shell becomes the server: the process stays the same.
    let start = (raisesFileLimit ? #"ulimit -n "$(ulimit -Hn)" && "# : "") + #"exec "$@""#
    process.executableURL = URL(filePath: "/bin/sh")
    process.arguments = ["-c", start, "sh"] + command
    process.standardInput = FileHandle.nullDevice
    let output = Pipe()
    process.standardOutput = output
    let name = "server-\(UUID()).log"
    logURL = data.url.appending(path: name)
    let log = try data.makeFile(name)
    process.standardError = log
    try process.run()
    try log.close()
    let prefix = "forme-server ready on "
    let line = await LineReader(output.fileHandleForReading).next()
    guard let line, line.hasPrefix(prefix) else {
      process.terminate()
      process.waitUntilExit()
      throw ServerDidNotStart(
        line: line, log: (try? String(contentsOf: logURL, encoding: .utf8)) ?? "")
    }
    self.address = String(line.dropFirst(prefix.count))
  }

  deinit { if process.isRunning { kill(process.processIdentifier, SIGKILL) } }

  /// Ends the server at once, as a power cut would.
  func kill9() {
    kill(process.processIdentifier, SIGKILL)
    process.waitUntilExit()
  }

  /// Asks the server to end and waits.
  /// - Returns: its exit status.
  func stop() -> Int32 {
    process.terminate()
    process.waitUntilExit()
    return process.terminationStatus
  }

  var isRunning: Bool { process.isRunning }

  /// All that was logged.
  func log() throws -> String { try String(contentsOf: logURL, encoding: .utf8) }

  /// How many lines of the log say this.
  func logCount(_ text: String) throws -> Int {
    try log().split(separator: "\n").count { $0.contains(text) }
  }

  /// A line of /proc/PID/status, in KiB ("VmHWM", "VmRSS").
  func memoryKiB(_ field: String) throws -> Int {
    let path = "/proc/\(process.processIdentifier)/status"
    let status = try String(contentsOfFile: path, encoding: .utf8)
    let line = try #require(status.split(separator: "\n").first { $0.hasPrefix(field) })
    return try #require(line.split(whereSeparator: \.isWhitespace).compactMap { Int($0) }.first)
  }

  /// How many files and connections the server may have open.
  func openFileLimit() throws -> Int {
    let path = "/proc/\(process.processIdentifier)/limits"
    let limits = try String(contentsOfFile: path, encoding: .utf8)
    let line = try #require(limits.split(separator: "\n").first { $0.hasPrefix("Max open files") })
    return try #require(line.split(whereSeparator: \.isWhitespace).compactMap { Int($0) }.first)
  }
}

struct ServerDidNotStart: Error {
  let line: String?
  let log: String
}
