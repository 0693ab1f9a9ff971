import Codecs
import Foundation
import Testing

@Suite struct DecodeLimitRegistryTests {
  /// spec/registry/limits.csv says what pictures are taken.
  @Test func limitsAreThoseOfTheRegistry() throws {
    let file = URL(filePath: #filePath).deletingLastPathComponent().deletingLastPathComponent()
      .deletingLastPathComponent().appending(path: "spec/registry/limits.csv")
    let rows = try String(contentsOf: file, encoding: .utf8).split(separator: "\n")
      .map { $0.split(separator: ",", omittingEmptySubsequences: false) }
    func value(_ name: String) -> Int? { rows.first { $0[0] == name }.flatMap { Int($0[1]) } }
    #expect(value("PICTURE_PIXELS") == DecodeLimits.standard.pixelCount)
    #expect(value("PICTURE_SIDE") == DecodeLimits.standard.sidePixels)
    #expect(value("PICTURE_BYTES") == DecodeLimits.standard.byteCount)
  }
}
