import Foundation

/// Reads a process's output line by line without blocking the threads that tests share.
final class LineReader: Sendable {
  private let handle: FileHandle
  private let queue = DispatchQueue(label: "forme.test.lines")
  private let rest = Box()

  private final class Box: @unchecked Sendable {
    // Touched on `queue` only.
    var bytes: [UInt8] = []
  }

  init(_ handle: FileHandle) { self.handle = handle }

  /// How long a process may say nothing, so that a test fails rather than hang.
  private static let patienceMilliseconds: Int32 = 60_000

  /// The next line without its end; `nil` when the process has closed its output, or has said
  /// nothing for a minute.
  func next() async -> String? {
    await withCheckedContinuation { continuation in
      queue.async { [self] in
        while true {
          if let end = rest.bytes.firstIndex(of: UInt8(ascii: "\n")) {
            let line = String(decoding: rest.bytes[..<end], as: UTF8.self)
            rest.bytes.removeSubrange(...end)
            return continuation.resume(returning: line)
          }
          var wait = pollfd(fd: handle.fileDescriptor, events: Int16(POLLIN), revents: 0)
          guard unsafe poll(&wait, 1, Self.patienceMilliseconds) > 0 else {
            return continuation.resume(returning: nil)
          }
          let more = handle.availableData
          guard !more.isEmpty else { return continuation.resume(returning: nil) }
          rest.bytes += more
        }
      }
    }
  }
}
