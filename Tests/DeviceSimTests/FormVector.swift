import Capabilities
import Foundation
import Profiles
import Testing

/// A golden form of spec/vectors/forms: its descriptor, the picture that it is made from, its bytes.
struct FormVector: Sendable, CustomTestStringConvertible {
  let name: String
  let capability: Capability
  /// Red, green, blue of every pixel, row by row from the top left.
  let pixels: [UInt8]
  let form: [UInt8]

  var testDescription: String { name }
  var width: Int { capability.size.width }
  var height: Int { pixels.count / 3 / width }

  private static let specification = URL(filePath: #filePath)
    .deletingLastPathComponent().deletingLastPathComponent().deletingLastPathComponent()
    .appending(path: "spec")

  static let all: [FormVector] = {
    let folder = specification.appending(path: "vectors/forms")
    let files = try? FileManager.default.contentsOfDirectory(atPath: folder.path)
    return (files ?? []).filter { $0.hasSuffix(".json") }.sorted().map { file in
      do { return try FormVector(file, in: folder) } catch { fatalError("\(file): \(error)") }
    }
  }()

  private init(_ file: String, in folder: URL) throws {
    struct File: Decodable {
      let colors: [String: String]
      let rows: [String]
    }
    let json = try Data(contentsOf: folder.appending(path: file))
    let picture = try JSONDecoder().decode(File.self, from: json)
    name = String(file.dropLast(5))
    form = [UInt8](try Data(contentsOf: folder.appending(path: name + ".bin")))
    let object = try JSONSerialization.jsonObject(with: json) as? [String: Any]
    let profile = try JSONSerialization.data(withJSONObject: object?["profile"] ?? [:])
    capability = try Profile(json: [UInt8](profile), file: file).alternatives[0]
    pixels = picture.rows.joined().flatMap { character -> [UInt8] in
      let color = Int(picture.colors[String(character)]?.dropFirst() ?? "", radix: 16) ?? 0
      return [UInt8(color >> 16), UInt8(color >> 8 & 255), UInt8(color & 255)]
    }
  }
}
