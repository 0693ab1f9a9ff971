import Foundation
import Testing
import WireProtocol

@Suite("Garbage")
struct GarbageTests {
  @Test("random scripts never trap and keep every promise", arguments: 0..<8 as Range<UInt64>)
  func random(seed: UInt64) {
    var generator = SeededGenerator(seed: seed)
    for _ in 0..<1_000 {
      let count = Int.random(in: 0...300, using: &generator)
      let input = (0..<count).map { _ in UInt8.random(in: 0...255, using: &generator) }
      #expect(exerciseProtocol(input) == nil)
    }
  }

  @Test("every finding of the fuzzer and every seed stays fixed")
  func findings() throws {
    let fuzz = URL(filePath: #filePath).deletingLastPathComponent().deletingLastPathComponent()
      .deletingLastPathComponent().appending(path: "fuzz")
    var count = 0
    for folder in ["findings/FrameAndSessionFuzz", "corpus/FrameAndSessionFuzz"] {
      for name in try FileManager.default.contentsOfDirectory(
        atPath: fuzz.appending(path: folder).path
      ).sorted() where !name.hasPrefix(".") {
        let input = try Data(contentsOf: fuzz.appending(path: folder).appending(path: name))
        #expect(exerciseProtocol(Array(input)) == nil, "\(folder)/\(name)")
        count += 1
      }
    }
    #expect(count > 0)
  }
}
