import Capabilities
import Codecs
import Foundation
import Profiles
import Testing

/// A golden form of spec/vectors/halftones: a picture's file, the device, the bytes.
struct HalftoneVector: Sendable, CustomTestStringConvertible {
  /// Set in the environment, tests write what is made instead of comparing it, and fail.
  static let updateVariable = "FORME_UPDATE_GOLDENS"

  let name: String
  private let file: String
  let capability: Capability

  var testDescription: String { name }

  static let folder = URL(filePath: #filePath)
    .deletingLastPathComponent().deletingLastPathComponent().deletingLastPathComponent()
    .appending(path: "spec/vectors/halftones")

  static let isUpdating = ProcessInfo.processInfo.environment[updateVariable] == "1"

  static let all: [HalftoneVector] = {
    do {
      let json = try Data(contentsOf: folder.appending(path: "halftones.json"))
      let vectors = try JSONSerialization.jsonObject(with: json) as? [[String: Any]]
      return try (vectors ?? []).map { try HalftoneVector($0) }
    } catch { fatalError("halftones.json: \(error)") }
  }()

  /// Names of the forms that stand beside the pictures.
  static func formNames() throws -> [String] {
    try FileManager.default.contentsOfDirectory(atPath: folder.path)
      .filter { $0.hasSuffix(".bin") }.map { String($0.dropLast(4)) }.sorted()
  }

  private init(_ object: [String: Any]) throws {
    name = try #require(object["name"] as? String)
    file = try #require(object["picture"] as? String)
    let profile = try JSONSerialization.data(withJSONObject: object["profile"] ?? [:])
    capability = try Profile(json: [UInt8](profile), file: name).alternatives[0]
  }

  var picture: PictureFile {
    get throws {
      try PictureFile([UInt8](Data(contentsOf: Self.folder.appending(path: file))))
    }
  }

  private var form: URL { Self.folder.appending(path: name + ".bin") }

  func golden() throws -> [UInt8] { [UInt8](try Data(contentsOf: form)) }

  func rewrite(_ bytes: [UInt8]) throws { try Data(bytes).write(to: form) }
}
