import Capabilities
import Codecs
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

  /// The picture as a file.
  var picture: PictureFile {
    get throws {
      var writer = try PNGWriter(width: width, height: height, colorType: .rgb(bits: 8))
      for y in 0..<height {
        try writer.write(packedRow: Array(pixels[y * width * 3..<(y + 1) * width * 3]).span)
      }
      try writer.finish()
      return try PictureFile(writer.takeOutput())
    }
  }

  /// The bytes of the examples of spec/FORMS.md, by name: a paragraph that says "Example" and the
  /// name, then indented lines of bytes, two spaces, and what they mean; × and a number repeat a byte.
  static let examples: [String: [UInt8]] = {
    let file = specification.appending(path: "FORMS.md")
    guard let text = try? String(contentsOf: file, encoding: .utf8) else { return [:] }
    var examples: [String: [UInt8]] = [:]
    var name: String?
    for line in text.split(separator: "\n", omittingEmptySubsequences: false) {
      if let match = line.firstMatch(of: /Example `([^`]+)`/) { name = String(match.1) }
      if line.hasPrefix("#") { name = nil }
      guard let name, line.hasPrefix("    ") else { continue }
      let bytes = line.dropFirst(4).prefix { $0.isHexDigit || $0 == " " || $0 == "×" }
      let hexadecimal = bytes.firstRange(of: "  ").map { bytes[..<$0.lowerBound] } ?? bytes
      for digits in hexadecimal.split(separator: " ") {
        if digits.first == "×", let count = Int(digits.dropFirst()), let byte = examples[name]?.last
        {
          examples[name, default: []] += repeatElement(byte, count: count - 1)
        } else if digits.count == 2, let byte = UInt8(digits, radix: 16) {
          examples[name, default: []].append(byte)
        } else {
          fatalError("no byte: \(line)")
        }
      }
    }
    return examples
  }()
}
