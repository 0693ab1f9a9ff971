package import Capabilities
package import Foundation
import Profiles

/// A golden form of spec/vectors/forms: its descriptor, the picture that it is made from, its bytes.
package struct FormVector: Sendable, CustomStringConvertible {
  /// The files' base name.
  package let name: String
  /// The only alternative of the vector's profile.
  package let capability: Capability
  /// The descriptor that the vector says is this profile's, in hexadecimal.
  package let descriptor: String
  /// The form key that the vector says is this descriptor's, in hexadecimal.
  package let formKey: String
  /// Red, green, blue of every pixel, row by row from the top left.
  package let pixels: [UInt8]
  /// The form's bytes before any codec.
  package let form: [UInt8]

  /// The name, for the tests' output.
  package var description: String { name }
  /// Columns of the picture, which are the form's.
  package var width: Int { capability.size.width }
  /// Rows of the picture.
  package var height: Int { pixels.count / 3 / width }

  /// The folder spec/ of this source tree.
  package static let specification = URL(filePath: #filePath)
    .deletingLastPathComponent().deletingLastPathComponent().deletingLastPathComponent()
    .appending(path: "spec")

  /// Every vector, by name; a file that cannot be read ends the tests.
  package static let all: [FormVector] = {
    let folder = specification.appending(path: "vectors/forms")
    let files = try? FileManager.default.contentsOfDirectory(atPath: folder.path)
    return (files ?? []).filter { $0.hasSuffix(".json") }.sorted().map { file in
      do { return try FormVector(file, in: folder) } catch { fatalError("\(file): \(error)") }
    }
  }()

  private init(_ file: String, in folder: URL) throws {
    struct File: Decodable {
      let descriptor: String
      let formKey: String
      let colors: [String: String]
      let rows: [String]
    }
    let json = try Data(contentsOf: folder.appending(path: file))
    let picture = try JSONDecoder().decode(File.self, from: json)
    name = String(file.dropLast(5))
    descriptor = picture.descriptor
    formKey = picture.formKey
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
