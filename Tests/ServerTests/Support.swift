import Capabilities
import Dispatch
import Foundation
import Logging
import Store
import Synchronization

/// A new folder, removed with all that is in it when the test ends.
final class TemporaryFolder: Sendable {
  let path: String

  init() throws {
    path = FileManager.default.temporaryDirectory.path + "/forme-server-\(UUID())"
    try FileManager.default.createDirectory(atPath: path, withIntermediateDirectories: false)
  }

  deinit { try? FileManager.default.removeItem(atPath: path) }

  /// Writes a file and says where.
  func write(_ name: String, _ text: String) throws -> String {
    try Data(text.utf8).write(to: URL(filePath: "\(path)/\(name)"))
    return "\(path)/\(name)"
  }

  /// Files below a folder, as paths.
  func files(_ folder: String) -> [String] {
    let root = "\(path)/\(folder)"
    return (FileManager.default.subpaths(atPath: root) ?? []).map { "\(root)/\($0)" }.filter {
      let type = try? FileManager.default.attributesOfItem(atPath: $0)[.type] as? FileAttributeType
      return type == .typeRegular
    }.sorted()
  }
}

/// What was logged, in order.
final class LogRecord: Sendable {
  struct Line: Sendable {
    let level: Logger.Level
    let text: String
    let metadata: Logger.Metadata
  }

  private let content = Mutex<[Line]>([])

  var lines: [Line] { content.withLock { $0 } }

  /// How often this was logged.
  func count(_ text: String) -> Int { lines.count { $0.text == text } }

  /// A logger that writes here, at every level.
  func logger() -> Logger {
    Logger(label: "test") { _ in Handler(record: self) }
  }

  private func add(_ line: Line) { content.withLock { $0.append(line) } }

  private struct Handler: LogHandler {
    let record: LogRecord
    var metadata: Logger.Metadata = [:]
    var logLevel = Logger.Level.trace

    subscript(metadataKey key: String) -> Logger.MetadataValue? {
      get { metadata[key] }
      set { metadata[key] = newValue }
    }

    func log(event: LogEvent) {
      record.add(
        Line(
          level: event.level, text: event.message.description,
          metadata: metadata.merging(event.metadata ?? [:]) { $1 }))
    }
  }
}

/// A kind of device of one bit a pixel.
func panel(
  width: Int = 16, height: Int = 8, codecs: [Codec] = [.identity], maxBytes: Int = 0
) throws -> Capability {
  try Capability(
    size: PanelSize(width: width, height: height), color: .gray(GrayColor(bits: 1)),
    codecs: codecs, limits: Limits(maxBytes: maxBytes))
}

extension Library {
  /// Registers a picture as a server would.
  func register(_ name: String, _ bytes: [UInt8]) async throws -> ImageID {
    let upload = try await beginUpload(
      identity: [1], digest: Digest(of: bytes), byteCount: bytes.count)
    try await upload.write(bytes)
    let facts = PictureFacts(format: .png, width: 13, height: 11)
    return try await commit(
      upload.seal(), name: name, picture: facts, at: Date(timeIntervalSince1970: 1_800_000_000)
    ).image
  }
}

/// A picture of the decoders' tests.
func fixture(_ name: String) throws -> [UInt8] {
  let folder = URL(filePath: #filePath).deletingLastPathComponent().deletingLastPathComponent()
  return [UInt8](try Data(contentsOf: folder.appending(path: "CodecsTests/Fixtures/\(name)")))
}

/// Holds up work on threads that may block, until it is let go.
final class Gate: Sendable {
  private let semaphore = DispatchSemaphore(value: 0)
  private let arrivals: AsyncStream<Void>
  private let arrived: AsyncStream<Void>.Continuation

  init() { (arrivals, arrived) = AsyncStream.makeStream() }

  /// Blocks the thread until the gate is opened for it.
  func pass() {
    arrived.yield()
    semaphore.wait()
  }

  /// Waits until so many more have come.
  func waitForArrivals(_ count: Int) async {
    var missing = count
    for await _ in arrivals {
      missing -= 1
      if missing == 0 { return }
    }
  }

  /// Lets so many through.
  func open(_ count: Int) {
    for _ in 0..<count { semaphore.signal() }
  }
}
