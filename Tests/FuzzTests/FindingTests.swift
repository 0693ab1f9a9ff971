import Foundation
import Testing

/// A program of fuzz/ and what it runs for every input. The C client has no Swift: fuzz/replay runs it.
private struct FuzzTarget: CustomTestStringConvertible, Sendable {
  let name: String
  let exercise: @Sendable ([UInt8]) -> String?

  var testDescription: String { name }

  static let all = [
    FuzzTarget(name: "FramesFuzz", exercise: exerciseFrames),
    FuzzTarget(name: "MessagesFuzz", exercise: exerciseMessages),
    FuzzTarget(name: "ServerSessionFuzz", exercise: exerciseServerSession),
    FuzzTarget(name: "DeviceSessionFuzz", exercise: exerciseDeviceSession),
    FuzzTarget(name: "ProfileJSONFuzz", exercise: exerciseProfileJSON),
    FuzzTarget(name: "PicturesFuzz", exercise: exercisePictures),
    FuzzTarget(name: "PanelsFuzz", exercise: exercisePanels),
  ]
}

private let fuzz = URL(filePath: #filePath).deletingLastPathComponent()
  .deletingLastPathComponent().deletingLastPathComponent().appending(path: "fuzz")

/// The names in a folder of fuzz/; none when it is not there.
private func names(in folder: String) -> [String] {
  let path = fuzz.appending(path: folder).path
  let all = (try? FileManager.default.contentsOfDirectory(atPath: path)) ?? []
  return all.filter { !$0.hasPrefix(".") }.sorted()
}

@Suite("Fuzzed inputs")
struct FindingTests {
  @Test("every finding of a fuzzer and every input it begins with stays right")
  func findings() throws {
    var count = 0
    for target in FuzzTarget.all {
      for folder in ["findings/\(target.name)", "corpus/\(target.name)"] {
        for name in names(in: folder) {
          let input = try Data(contentsOf: fuzz.appending(path: folder).appending(path: name))
          #expect(target.exercise(Array(input)) == nil, "\(folder)/\(name)")
          count += 1
        }
      }
    }
    #expect(count > 0)
  }

  /// A program whose findings nothing replays would be missed.
  @Test("every fuzzer is replayed")
  func targets() {
    let replayed = FuzzTarget.all.map(\.name) + ["CClientFuzz"]
    #expect(Set(names(in: "findings")) == Set(replayed))
    #expect(Set(names(in: "Sources").filter { $0.hasSuffix("Fuzz") }) == Set(replayed))
  }

  @Test("random inputs never trap and keep every promise", arguments: FuzzTarget.all)
  private func random(target: FuzzTarget) {
    var generator = Congruential(state: 1)
    for _ in 0..<4_000 {
      let count = Int.random(in: 0...300, using: &generator)
      let input = (0..<count).map { _ in UInt8.random(in: 0...255, using: &generator) }
      #expect(target.exercise(input) == nil)
    }
  }
}

/// Knuth's linear congruential generator (MMIX), so that every run has the same inputs.
private struct Congruential: RandomNumberGenerator {
  var state: UInt64

  mutating func next() -> UInt64 {
    var result: UInt64 = 0
    // The low half of the state is hardly random.
    for _ in 0..<2 {
      state = state &* 6_364_136_223_846_793_005 &+ 1_442_695_040_888_963_407
      result = result << 32 | state >> 32
    }
    return result
  }
}
