import Codecs
import FormVectors
import Foundation

extension FormVector {
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
