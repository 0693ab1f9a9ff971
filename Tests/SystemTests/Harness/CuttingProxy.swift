import Foundation
import Testing

/// A link to a server that breaks: Tools/cutting_proxy.py as a process.
final class CuttingProxy {
  /// Which way's bytes are counted.
  enum Direction: String { case up, down }

  let address: String
  private let process = Process()
  private let input = Pipe()
  private let lines: LineReader

  /// A link that is cut after `byteCount` bytes, the first `cuts` times.
  init(
    to target: String, cutAfter byteCount: Int, cuts: Int, _ direction: Direction = .down
  ) async throws {
    let script = Programs.root.appending(path: "Tests/SystemTests/Tools/cutting_proxy.py")
    process.executableURL = URL(filePath: "/usr/bin/python3")
    process.arguments = [
      script.path, "--target", target, "--cut-after", String(byteCount), "--cuts", String(cuts),
      "--direction", direction.rawValue,
    ]
    let output = Pipe()
    process.standardInput = input
    process.standardOutput = output
    try process.run()
    lines = LineReader(output.fileHandleForReading)
    let line = try #require(await lines.next())
    address = line.replacing("ready on ", with: "")
  }

  deinit {
    try? input.fileHandleForWriting.close()
    if process.isRunning { process.terminate() }
  }

  /// Waits for the next connection that ends.
  /// - Returns: the bytes that went to the server and back.
  func nextConnection() async throws -> (up: Int, down: Int) {
    let words = try #require(await lines.next()).split(separator: " ").compactMap { Int($0) }
    return (try #require(words.first), try #require(words.last))
  }
}
