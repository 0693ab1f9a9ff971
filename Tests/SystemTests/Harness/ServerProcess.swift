import Foundation
import Testing

/// A real `forme-server serve` on a free loopback port.
final class ServerProcess {
  let address: String
  private let process: Process
  private let log: FileHandle

  /// Starts a server over `data` and waits until it says that it accepts connections.
  init(data: TemporaryFolder, _ arguments: String...) async throws {
    process = Process()
    process.executableURL = Programs.server
    process.arguments =
      ["serve", "--listen", "127.0.0.1:0", "--data", data.path("store")] + arguments
    process.standardInput = FileHandle.nullDevice
    let output = Pipe()
    process.standardOutput = output
    log = try data.makeFile("server-\(UUID()).log")
    process.standardError = log
    try process.run()
    let prefix = "forme-server ready on "
    var line = ""
    for try await next in output.fileHandleForReading.bytes.lines {
      line = next
      break
    }
    guard line.hasPrefix(prefix) else {
      process.terminate()
      throw ServerDidNotStart(line: line)
    }
    address = String(line.dropFirst(prefix.count))
  }

  deinit { if process.isRunning { kill(process.processIdentifier, SIGKILL) } }

  var identifier: Int32 { process.processIdentifier }

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

  /// A line of /proc/PID/status, in KiB ("VmHWM", "VmRSS").
  func memoryKiB(_ field: String) throws -> Int {
    let status = try String(contentsOfFile: "/proc/\(identifier)/status", encoding: .utf8)
    let line = try #require(status.split(separator: "\n").first { $0.hasPrefix(field) })
    return try #require(line.split(separator: " ").compactMap { Int($0) }.first)
  }
}

struct ServerDidNotStart: Error { let line: String }
