import Foundation
import Testing

/// Two machines and a cable between them: network namespaces of this system, so that a device comes
/// from an address that is not the loopback's.
final class NetworkNamespaces {
  /// The server's address.
  static let serverAddress = "10.77.0.1"

  private let name = "forme-\(UUID().uuidString.prefix(8).lowercased())"

  /// Whether this process may make them.
  static let canBeMade: Bool = {
    guard getuid() == 0 else { return false }
    return (try? NetworkNamespaces()) != nil
  }()

  init() throws {
    do {
      for side in ["a", "b"] { try Self.ip("netns", "add", "\(name)-\(side)") }
      try Self.ip(
        "link", "add", "cable", "netns", "\(name)-a", "type", "veth", "peer", "name", "cable",
        "netns", "\(name)-b")
      for (side, address) in [("a", Self.serverAddress), ("b", "10.77.0.2")] {
        try Self.ip("-n", "\(name)-\(side)", "address", "add", "\(address)/24", "dev", "cable")
        try Self.ip("-n", "\(name)-\(side)", "link", "set", "cable", "up")
      }
    } catch {
      remove()
      throw error
    }
  }

  deinit { remove() }

  private func remove() {
    for side in ["a", "b"] { try? Self.ip("netns", "delete", "\(name)-\(side)") }
  }

  /// What stands before a command that runs where the server is.
  var atServer: [String] { ["ip", "netns", "exec", "\(name)-a"] }
  /// What stands before a command that runs where the devices are.
  var atDevice: [String] { ["ip", "netns", "exec", "\(name)-b"] }

  private static func ip(_ arguments: String...) throws {
    let process = Process()
    process.executableURL = URL(filePath: "/usr/bin/env")
    process.arguments = ["ip"] + arguments
    process.standardError = FileHandle.nullDevice
    try process.run()
    process.waitUntilExit()
    guard process.terminationStatus == 0 else { throw CocoaError(.fileWriteNoPermission) }
  }
}
