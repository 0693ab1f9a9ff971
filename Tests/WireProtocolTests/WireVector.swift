import Foundation
import Testing
import WireProtocol

/// One case of spec/vectors/frames or spec/vectors/messages; their README.md says what each key is.
struct WireVector: Sendable {
  /// Why bytes are refused.
  struct Refusal: Hashable, Sendable {
    let codes: [String]
    let reason: String
    let offset: Int
    /// Bytes that must be there before it can be known, and are enough.
    let after: Int
  }

  /// The key that a proof has brought into use.
  struct Key: Sendable {
    let secret: [UInt8]
    let transcript: [UInt8]
  }

  let title: String
  let isFromDevice: Bool
  let maxFrame: Int
  let state: String?
  let key: Key?
  let bytes: [UInt8]
  /// The frames that are taken, in the vectors' terms; of messages there is none here.
  let frames: [String]
  /// The message that is taken, in the vectors' terms.
  let value: String?
  let isSkipped: Bool
  let refusal: Refusal?
  /// A frame has begun that is not complete.
  let needsMore: Bool

  init(_ object: [String: Any]) {
    title = text(object["title"])
    isFromDevice = text(object["from"]) == "device"
    maxFrame = object["maxFrame"] as? Int ?? 0
    state = object["state"] as? String
    key = (object["key"] as? [String: Any]).map {
      Key(secret: hex(text($0["secret"])), transcript: hex(text($0["transcript"])))
    }
    bytes = hex(text(object["hex"]))
    frames = (object["frames"] as? [Any] ?? []).map(canonicalJSON)
    value = object["value"].map(canonicalJSON)
    isSkipped = object["skipped"] as? Bool ?? false
    needsMore = object["more"] as? Bool ?? false
    let byteCount = bytes.count
    refusal = (object["error"] as? [String: Any]).map {
      Refusal(
        codes: [text($0["code"])] + ($0["also"] as? [String] ?? []), reason: text($0["reason"]),
        offset: $0["offset"] as? Int ?? 0, after: $0["after"] as? Int ?? byteCount)
    }
  }

  /// A decoder of the side that these bytes come to.
  var decoder: FrameDecoder {
    var decoder = FrameDecoder(maxFrame: maxFrame)
    decoder.authenticator = authenticator
    return decoder
  }

  /// The MACs of the frames of these bytes.
  var authenticator: FrameAuthenticator? {
    guard let key else { return nil }
    guard let secret = KeySecret(key.secret) else { fatalError("\(title): a secret") }
    let both = KeyProof.authenticators(secret, transcript: key.transcript[...])
    return isFromDevice ? both.deviceToServer : both.serverToDevice
  }
}

/// The cases of one file.
struct WireVectorFile: Sendable, CustomTestStringConvertible {
  let testDescription: String
  let cases: [WireVector]

  static let frames = load("frames")
  static let messages = load("messages")

  private static func load(_ folder: String) -> [WireVectorFile] {
    Specification.vectorFileNames(folder).map { name in
      WireVectorFile(
        testDescription: "\(folder)/\(name)",
        cases: Specification.vectorCases(folder, name).map(WireVector.init))
    }
  }
}

extension Specification {
  /// The files of cases in a folder of spec/vectors.
  static func vectorFileNames(_ folder: String) -> [String] {
    do {
      let url = Self.folder.appending(path: "vectors").appending(path: folder)
      let names = try FileManager.default.contentsOfDirectory(atPath: url.path)
        .filter { $0.hasSuffix(".json") }.sorted()
      guard !names.isEmpty else { fatalError("no vectors in \(folder)") }
      return names
    } catch { fatalError("\(folder): \(error)") }
  }

  /// The cases of one file.
  static func vectorCases(_ folder: String, _ name: String) -> [[String: Any]] {
    do {
      let url = Self.folder.appending(path: "vectors/\(folder)/\(name)")
      let file = try JSONSerialization.jsonObject(with: Data(contentsOf: url))
      guard let cases = (file as? [String: Any])?["cases"] as? [[String: Any]], !cases.isEmpty
      else { fatalError("\(folder)/\(name) has no cases") }
      return cases
    } catch { fatalError("\(folder)/\(name): \(error)") }
  }
}

/// A string that must be there.
func text(_ value: Any?) -> String {
  guard let text = value as? String else { fatalError("no text: \(value ?? "nothing")") }
  return text
}

/// JSON with ascending keys and without blanks, so that equal values have equal texts.
func canonicalJSON(_ value: Any) -> String {
  do {
    let data = try JSONSerialization.data(
      withJSONObject: value, options: [.sortedKeys, .fragmentsAllowed, .withoutEscapingSlashes])
    return String(decoding: data, as: UTF8.self)
  } catch { fatalError("\(error)") }
}
