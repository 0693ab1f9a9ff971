import Testing

@testable import Server

/// Rendezvous hashing: the same order everywhere, evenly spread, and little moves.
@Suite struct BackChoiceTests {
  private static let backs = (1...5).map { "10.0.0.\($0):3676" }

  private static func order(_ key: Int, of backs: [String]) -> [String] {
    let bytes = Array("name/\(key)".utf8)
    return backs.sorted {
      BackChoice.weight(of: $0, for: bytes) > BackChoice.weight(of: $1, for: bytes)
    }
  }

  @Test func theWeightIsTheFirstBytesOfADigest() {
    // printf '10.0.0.1:3676\0lobby' | sha256sum
    #expect(
      BackChoice.weight(of: "10.0.0.1:3676", for: Array("lobby".utf8)) == 0xA866_E7C7_2577_2FC1)
  }

  @Test func namesAreSpreadEvenly() {
    var counts: [String: Int] = [:]
    for key in 0..<5_000 { counts[Self.order(key, of: Self.backs)[0], default: 0] += 1 }
    #expect(counts.count == 5)
    // Four standard deviations of a fair choice.
    for count in counts.values { #expect(abs(count - 1_000) < 114) }
  }

  /// What a back had is spread over the others, and nothing else moves.
  @Test func onlyWhatABackHadMoves() {
    let gone = Self.backs[2]
    let rest = Self.backs.filter { $0 != gone }
    var heirs: Set<String> = []
    for key in 0..<1_000 {
      let before = Self.order(key, of: Self.backs)
      let after = Self.order(key, of: rest)
      #expect(after == before.filter { $0 != gone })
      if before[0] == gone { heirs.insert(after[0]) }
    }
    #expect(heirs.count == 4)
  }
}
