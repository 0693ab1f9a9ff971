internal import Capabilities
internal import Foundation
internal import WireProtocol

/// The bytes of a form received so far, kept in a file so that a cut transfer goes on where it
/// stopped, and beside them, in FILE.json, the digest of the whole.
///
/// Whatever moment this program is killed at, FILE holds nothing but first bytes of what FILE.json
/// speaks of. After a power cut that need not be so; the digest of the whole form tells.
final class PartialForm {
  /// What FILE.json says.
  private struct Facts: Codable, Hashable {
    /// Digest of the bytes as sent, hexadecimal.
    let sent: String
    /// Bytes of the whole as sent.
    let total: Int

    /// The most bytes of FILE.json.
    static let byteLimit = 1_024
  }

  /// The bytes so far.
  private(set) var bytes: [UInt8] = []
  /// Digest of the whole as sent; none while nothing was received.
  private(set) var sent = ShortDigest.none
  /// Bytes of the whole as sent, at most `FormSize.byteLimit`.
  private var total = 0
  private let path: String?
  /// FILE, from the first transfer on.
  private var file: FileHandle?
  /// What stands in FILE.json.
  private var keptFacts: Facts?

  /// Memory only, for a fetch without `--partial`; it still survives a reconnection.
  init() { path = nil }

  /// Goes on from `path` if both files are there and fit together; else starts afresh.
  init(path: String) {
    self.path = path
    guard
      let json = try? readFile(path + ".json", limit: Facts.byteLimit),
      let facts = try? JSONDecoder().decode(Facts.self, from: Data(json)),
      let digest = Capabilities.bytes(hexadecimal: facts.sent), let sent = ShortDigest(digest),
      (1...FormSize.byteLimit).contains(facts.total),
      let bytes = try? readFile(path, limit: facts.total)
    else { return }
    self.bytes = bytes
    self.sent = sent
    total = facts.total
    keptFacts = facts
  }

  deinit { try? file?.close() }

  /// Where GET shall go on. No transfer begins at the end, so a form of which nothing is missing,
  /// because it could not be written to where the user wants it, is asked for its last byte.
  var resumeOffset: UInt32 { UInt32(min(bytes.count, max(total - 1, 0))) }

  /// A transfer begins: keeps what stands before its offset and drops the rest.
  /// - Throws: ``CommandFailure`` when the files cannot be written.
  func begin(_ form: FormMessage) throws(CommandFailure) {
    sent = form.sent
    total = Int(form.total)
    bytes.removeSubrange(min(Int(form.offset), bytes.count)...)
    guard let path else { return }
    // First go the bytes that the old digest speaks of, then it is replaced; those that the new one
    // speaks of come later.
    let file = try openedFile(path)
    do {
      let keptByteCount = Int(try file.seekToEnd())
      if keptByteCount > bytes.count {
        try file.truncate(atOffset: UInt64(bytes.count))
      } else {
        // Only a file that somebody else has cut lacks any.
        try file.write(contentsOf: bytes[keptByteCount...])
      }
    } catch { throw failure(path) }
    let facts = Facts(sent: hexadecimal(sent.bytes), total: total)
    guard facts != keptFacts else { return }
    guard let json = try? JSONEncoder().encode(facts) else { throw failure(path + ".json") }
    try writeFile(path + ".json", Array(json))
    keptFacts = facts
  }

  /// Bytes arrived.
  /// - Throws: ``CommandFailure`` when the file cannot be written.
  func append(_ more: [UInt8]) throws(CommandFailure) {
    bytes += more
    guard let path, let file else { return }
    do { try file.write(contentsOf: more) } catch { throw failure(path) }
  }

  /// Forgets everything, the files too: they have done their work, or are wrong.
  func remove() {
    bytes = []
    sent = .none
    total = 0
    keptFacts = nil
    try? file?.close()
    file = nil
    guard let path else { return }
    try? FileManager.default.removeItem(atPath: path)
    try? FileManager.default.removeItem(atPath: path + ".json")
  }

  private func openedFile(_ path: String) throws(CommandFailure) -> FileHandle {
    if let file { return file }
    if !FileManager.default.fileExists(atPath: path) {
      // Whether that worked, opening it tells.
      _ = FileManager.default.createFile(atPath: path, contents: nil)
    }
    // It will be cut and removed, which is nothing to do to a device.
    guard !isIrregularFile(path) else { throw CommandFailure("\(path) is no regular file") }
    guard let opened = FileHandle(forWritingAtPath: path) else { throw failure(path) }
    file = opened
    return opened
  }

  private func failure(_ path: String) -> CommandFailure {
    CommandFailure("\(path) cannot be written")
  }
}
