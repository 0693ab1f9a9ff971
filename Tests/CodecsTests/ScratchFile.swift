import Foundation

/// A file whose bytes a test replaces as it likes; it is gone from the directory from the start.
final class ScratchFile {
  private let handle: FileHandle

  init(_ bytes: [UInt8] = []) throws {
    let url = FileManager.default.temporaryDirectory.appendingPathComponent(UUID().uuidString)
    try Data().write(to: url)
    handle = try FileHandle(forUpdating: url)
    try FileManager.default.removeItem(at: url)
    try replace(with: bytes)
  }

  deinit { try? handle.close() }

  var descriptor: Int32 { handle.fileDescriptor }

  var position: UInt64 { get throws { try handle.offset() } }

  func replace(with bytes: some Collection<UInt8>) throws {
    try handle.truncate(atOffset: 0)
    try handle.write(contentsOf: Data(bytes))
  }

  /// As if `count` zeros followed; they take no room on the disk.
  func extend(toByteCount count: Int) throws {
    try handle.truncate(atOffset: UInt64(count))
  }
}
