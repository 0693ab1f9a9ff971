import Foundation
import Testing

/// What a command printed and how it ended.
struct CommandResult: Sendable {
  let status: Int32
  let output: String
  let errors: String
}

/// The built programs and the oracles, run as real processes.
enum Programs {
  /// The root of the project.
  static let root = URL(filePath: #filePath)
    .deletingLastPathComponent().deletingLastPathComponent().deletingLastPathComponent()
    .deletingLastPathComponent()

  /// Where the programs stand: beside the test bundle that is running.
  static let folder: URL = {
    if let named = ProcessInfo.processInfo.environment["FORME_BIN"] { return URL(filePath: named) }
    return URL(filePath: ProcessInfo.processInfo.arguments[0]).deletingLastPathComponent()
  }()

  static let server = folder.appending(path: "forme-server")
  static let device = folder.appending(path: "forme-device")

  /// Runs a program to its end; standard input is empty.
  static func run(
    _ program: URL, _ arguments: [String], environment: [String: String] = [:]
  ) async throws -> CommandResult {
    let scratch = try TemporaryFolder()
    let output = try scratch.makeFile("output")
    let errors = try scratch.makeFile("errors")
    let process = Process()
    process.executableURL = program
    process.arguments = arguments
    process.environment = ProcessInfo.processInfo.environment.merging(environment) { $1 }
    process.standardInput = FileHandle.nullDevice
    process.standardOutput = output
    process.standardError = errors
    // Foundation keeps processes that have ended, and with them what they held open.
    defer { for file in [output, errors] { try? file.close() } }
    let status = try await process.runToEnd()
    return CommandResult(
      status: status, output: try scratch.text("output"), errors: try scratch.text("errors"))
  }

  /// Runs `forme-device`.
  static func device(_ arguments: String...) async throws -> CommandResult {
    try await run(device, arguments)
  }

  /// Runs a program of the system found on PATH.
  static func tool(_ name: String, _ arguments: String...) async throws -> CommandResult {
    try await run(URL(filePath: "/usr/bin/env"), [name] + arguments)
  }
}

extension Process {
  /// Starts the process and waits for its end without blocking a thread.
  func runToEnd() async throws -> Int32 {
    try await withCheckedThrowingContinuation { continuation in
      terminationHandler = { continuation.resume(returning: $0.terminationStatus) }
      do { try run() } catch {
        terminationHandler = nil
        continuation.resume(throwing: error)
      }
    }
  }
}

/// A folder that goes away with its owner.
final class TemporaryFolder: Sendable {
  let url: URL

  init() throws {
    url = FileManager.default.temporaryDirectory.appending(path: "forme-test-\(UUID())")
    try FileManager.default.createDirectory(at: url, withIntermediateDirectories: true)
  }

  deinit { try? FileManager.default.removeItem(at: url) }

  func path(_ name: String) -> String { url.appending(path: name).path }

  func makeFile(_ name: String) throws -> FileHandle {
    try Data().write(to: url.appending(path: name))
    return try FileHandle(forWritingTo: url.appending(path: name))
  }

  func data(_ name: String) throws -> Data { try Data(contentsOf: url.appending(path: name)) }

  func text(_ name: String) throws -> String {
    String(decoding: try data(name), as: UTF8.self)
  }

  func write(_ name: String, _ bytes: some Sequence<UInt8>) throws -> String {
    try Data(bytes).write(to: url.appending(path: name))
    return path(name)
  }
}
