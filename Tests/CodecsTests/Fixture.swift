import Foundation
import Testing

/// One line of Fixtures/manifest.csv: a picture and what an oracle says of it.
struct Fixture: Sendable, CustomTestStringConvertible {
  var file: String
  var expected: String
  var width: Int
  var height: Int
  var orientation: Int
  var isGray: Bool
  var hasAlpha: Bool
  var isProgressiveOrInterlaced: Bool
  /// Largest difference from the oracle in 1/65535.
  var tolerance: Int

  var testDescription: String { file }

  static let all: [Fixture] = {
    let text = String(decoding: bytes("manifest.csv"), as: UTF8.self)
    return text.split(separator: "\n").dropFirst().map { line in
      let fields = line.split(separator: ",").map(String.init)
      let numbers = fields.dropFirst(2).map { Int($0) ?? -1 }
      return Fixture(
        file: fields[0], expected: fields[1], width: numbers[0], height: numbers[1],
        orientation: numbers[2], isGray: numbers[3] == 1, hasAlpha: numbers[4] == 1,
        isProgressiveOrInterlaced: numbers[5] == 1, tolerance: numbers[6])
    }
  }()

  /// r, g, b and luminance of every pixel.
  func light() -> [UInt16] {
    let bytes = Self.bytes(expected)
    return stride(from: 0, to: bytes.count, by: 2).map {
      UInt16(bytes[$0]) | UInt16(bytes[$0 + 1]) << 8
    }
  }

  static let directory = URL(fileURLWithPath: #filePath).deletingLastPathComponent()
    .appendingPathComponent("Fixtures")

  static func bytes(_ name: String) -> [UInt8] {
    guard let data = try? Data(contentsOf: directory.appendingPathComponent(name)) else {
      fatalError("no fixture \(name)")
    }
    return [UInt8](data)
  }

  static func names(prefix: String) -> [String] {
    let names = try? FileManager.default.contentsOfDirectory(atPath: directory.path)
    return (names ?? []).filter { $0.hasPrefix(prefix) }.sorted()
  }
}
