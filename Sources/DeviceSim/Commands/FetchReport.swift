internal import Capabilities
internal import Foundation
internal import WireProtocol

/// What `fetch` says about what it fetched.
struct FetchReport: Encodable {
  let image: String?
  let etag: String
  let width: Int
  let height: Int
  let alternative: Int
  let codec: String
  let bytesAsSent: Int
  let bytes: Int
  let status: String
  /// Only what the form shown before lacked was sent.
  let patched: Bool
  let firstByteMilliseconds: Double
  let lastByteMilliseconds: Double

  init(_ outcome: FormFetcher.Outcome) {
    let form = outcome.form
    image = outcome.imageID.map { hexadecimal($0.bytes) }
    etag = hexadecimal(form.etag.bytes)
    width = Int(form.width)
    height = Int(form.height)
    alternative = Int(form.alternative)
    codec = form.codec.word
    bytesAsSent = outcome.sentByteCount
    patched = form.status == .patch
    bytes = outcome.bytes.count
    status =
      switch form.status {
      case .ok, .patch: "ok"
      case .notModified: "not-modified"
      case .pending: "pending"
      }
    firstByteMilliseconds = Self.milliseconds(outcome.firstByte)
    lastByteMilliseconds = Self.milliseconds(outcome.lastByte)
  }

  /// One JSON object.
  var text: String {
    get throws {
      let encoder = JSONEncoder()
      encoder.outputFormatting = [.sortedKeys]
      return String(decoding: try encoder.encode(self), as: UTF8.self)
    }
  }

  /// One line for people.
  func line(name: String, profile: String) -> String {
    guard status == "ok" else { return "\(name) as \(profile): \(status)" }
    return "\(name) as \(profile): \(width) × \(height), \(bytes) bytes, "
      + "sent as \(bytesAsSent) (\(patched ? "patch" : codec)), etag \(etag)"
  }

  private static func milliseconds(_ duration: Duration) -> Double {
    let microseconds = duration / .microseconds(1)
    return microseconds.rounded() / 1_000
  }
}
