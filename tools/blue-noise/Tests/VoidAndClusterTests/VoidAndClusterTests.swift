import Foundation
import Testing

@testable import VoidAndCluster

struct VoidAndClusterTests {
  /// What the renderer is built with is what this tool makes.
  @Test func keptMaskIsTheToolsOutput() throws {
    let root = URL(fileURLWithPath: #filePath).deletingLastPathComponent()
      .deletingLastPathComponent().deletingLastPathComponent().deletingLastPathComponent()
      .deletingLastPathComponent()
    let kept = root.appending(path: "Sources/Raster/Halftoning/blue-noise.ranks")
    #expect(try Array(Data(contentsOf: kept)) == BlueNoiseMask.bytes())
  }

  @Test(arguments: [1, 2, 3, 10, 16])
  func everyRankIsThereOnce(side: Int) {
    let weights = GaussianWeights(side: side, sigma: 1.5)
    let ranks = VoidAndCluster.ranks(weights: weights, seed: 7)
    #expect(ranks.sorted() == (0..<UInt16(side * side)).map { $0 })
  }

  @Test func aSeedIsAMask() {
    let weights = GaussianWeights(side: 16, sigma: 1.5)
    let first = VoidAndCluster.ranks(weights: weights, seed: 1)
    #expect(VoidAndCluster.ranks(weights: weights, seed: 1) == first)
    #expect(VoidAndCluster.ranks(weights: weights, seed: 2) != first)
  }

  /// The generator's published first numbers for the seed 1234567.
  @Test func splitMixIsSplitMix() {
    var random = SplitMix64(seed: 1_234_567)
    #expect(random.next() == 6_457_827_717_110_365_317)
    #expect(random.next() == 3_203_168_211_198_807_973)
  }

  @Test func weightsAreAGaussianOnATorus() {
    let weights = GaussianWeights(side: 8, sigma: 1.5).values
    #expect(weights[0] == 1 << 50)
    for place in weights.indices {
      let (x, y) = (place % 8, place / 8)
      #expect(weights[place] == weights[x * 8 + y])
      #expect(weights[place] == weights[(8 - y) % 8 * 8 + x])
      let (near, far) = (Double(min(x, 8 - x)), Double(min(y, 8 - y)))
      let exact = exp(-(near * near + far * far) / 4.5)
      #expect(abs(Double(weights[place]) * 0x1p-50 - exact) < 1e-13)
    }
  }

  /// Two dots next to each other on a torus: across the edge is next to each other too.
  @Test func crowdingWrapsRound() {
    var pattern = DotPattern(weights: GaussianWeights(side: 8, sigma: 1.5), places: Array(0..<64))
    for place in [0, 7, 36] { pattern.toggle(place) }
    #expect([0, 7].contains(pattern.tightestCluster()))
    pattern.toggle(7)
    pattern.toggle(36)
    // The one dot is in a corner, so the largest void is the middle.
    #expect(pattern.largestVoid() == 36)
  }
}
