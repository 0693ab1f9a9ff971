internal import Capabilities
internal import Foundation
internal import WireProtocol

/// The bytes of a form received so far, kept in a file so that a cut transfer goes on where it
/// stopped, and beside them, in FILE.json, the digest of the whole.
struct PartialForm {
  /// What FILE.json says.
  private struct Facts: Codable {
    /// Digest of the bytes as sent, hexadecimal.
    let sent: String
    /// Bytes of the whole as sent.
    let total: Int
  }

  /// The bytes so far.
  private(set) var bytes: [UInt8] = []
  /// Digest of the whole as sent; none while nothing was received.
  private(set) var sent = ShortDigest.none
  private let path: String?

  /// Memory only, for a fetch without `--partial`; it still survives a reconnection.
  init() { path = nil }

  /// Goes on from `path` if both files are there and fit together; else starts afresh.
  init(path: String) {
    self.path = path
    guard
      let bytes = FileManager.default.contents(atPath: path),
      let json = FileManager.default.contents(atPath: path + ".json"),
      let facts = try? JSONDecoder().decode(Facts.self, from: json),
      let digest = Capabilities.bytes(hexadecimal: facts.sent), let sent = ShortDigest(digest),
      !bytes.isEmpty, bytes.count < facts.total
    else { return }
    self.bytes = Array(bytes)
    self.sent = sent
  }

  /// A transfer begins: keeps what stands before its offset and drops the rest.
  mutating func begin(_ form: FormMessage) throws {
    sent = form.sent
    bytes.removeSubrange(min(Int(form.offset), bytes.count)...)
    guard let path else { return }
    // The digest is written before the bytes it speaks of, and the bytes it no longer speaks of go
    // first, so that no cut leaves the two at odds.
    try Data(bytes).write(to: URL(filePath: path))
    let facts = Facts(sent: hexadecimal(sent.bytes), total: Int(form.total))
    try JSONEncoder().encode(facts).write(to: URL(filePath: path + ".json"), options: .atomic)
  }

  /// Bytes arrived.
  mutating func append(_ more: [UInt8]) throws {
    bytes += more
    guard let path, let file = FileHandle(forWritingAtPath: path) else { return }
    defer { try? file.close() }
    try file.seekToEnd()
    try file.write(contentsOf: Data(more))
  }

  /// What was received is not what was announced: start afresh.
  mutating func drop() {
    bytes = []
    sent = .none
    remove()
  }

  /// The form is whole: the files have done their work.
  func remove() {
    guard let path else { return }
    try? FileManager.default.removeItem(atPath: path)
    try? FileManager.default.removeItem(atPath: path + ".json")
  }
}
