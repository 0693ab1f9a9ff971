import Foundation
import Testing

/// A file system of a few megabytes in memory, as a folder.
final class SmallDisk {
  let path: String

  /// Whether this process may mount one.
  static let canBeMounted: Bool = {
    guard getuid() == 0, let folder = try? TemporaryFolder() else { return false }
    let path = folder.path("trial")
    do {
      try FileManager.default.createDirectory(atPath: path, withIntermediateDirectories: false)
      try mount(at: path, megabytes: 1)
    } catch {
      return false
    }
    unmount(path)
    return true
  }()

  /// Mounts one at `path`, which is made.
  init(at path: String, megabytes: Int) throws {
    self.path = path
    try FileManager.default.createDirectory(atPath: path, withIntermediateDirectories: false)
    try Self.mount(at: path, megabytes: megabytes)
  }

  deinit { Self.unmount(path) }

  /// Takes all the space that is left, but for `byteCount` bytes.
  func fill(leaving byteCount: Int = 0) throws {
    let filler = "\(path)/filler"
    try Data().write(to: URL(filePath: filler))
    let file = try FileHandle(forWritingTo: URL(filePath: filler))
    defer { try? file.close() }
    let page = Data(repeating: 1, count: 4_096)
    var fillerByteCount = 0
    // The system says when it is enough.
    while (try? file.write(contentsOf: page)) != nil { fillerByteCount += page.count }
    try file.truncate(atOffset: UInt64(max(0, fillerByteCount - byteCount)))
  }

  /// Gives the space back.
  func empty() throws { try FileManager.default.removeItem(atPath: "\(path)/filler") }

  private static func mount(at path: String, megabytes: Int) throws {
    try run("mount", "-t", "tmpfs", "-o", "size=\(megabytes)m", "tmpfs", path)
  }

  private static func unmount(_ path: String) {
    // Also when a server still uses it.
    try? run("umount", "--lazy", path)
  }

  private static func run(_ arguments: String...) throws {
    let process = Process()
    process.executableURL = URL(filePath: "/usr/bin/env")
    process.arguments = arguments
    process.standardError = FileHandle.nullDevice
    try process.run()
    process.waitUntilExit()
    guard process.terminationStatus == 0 else { throw CocoaError(.fileWriteNoPermission) }
  }
}
