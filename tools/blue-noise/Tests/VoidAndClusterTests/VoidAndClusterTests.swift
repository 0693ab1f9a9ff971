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
    let ranks = VoidAndCluster.ranks(side: side, spread: Spread(factor: 0.8), seed: 7)
    #expect(ranks.sorted() == (0..<UInt16(side * side)).map { $0 })
  }

  @Test func aSeedIsAMask() {
    let spread = Spread(factor: 0.8)
    let first = VoidAndCluster.ranks(side: 16, spread: spread, seed: 1)
    #expect(VoidAndCluster.ranks(side: 16, spread: spread, seed: 1) == first)
    #expect(VoidAndCluster.ranks(side: 16, spread: spread, seed: 2) != first)
  }

  /// σ grows with the distance of whichever are fewer, dots or gaps, to five pixels.
  @Test(arguments: [1, 16, 64, 256, 1_024, 2_048, 3_072, 4_080, 4_096])
  func spreadFollowsTheShare(dots: Int) {
    let share = Double(max(1, min(dots, 4_096 - dots))) / 4_096
    let sigma = min(0.8 * pow(share, -0.375), 5)
    let sixteenths = Spread(factor: 0.8).sixteenths(dots: dots, of: 4_096)
    #expect(abs(Double(sixteenths) / 16 - sigma) <= 1.001 / 32)
  }

  /// Threshold accepting leaves as many dots as gaps. Of two neighbours at random every second pair
  /// would be alike, of a chessboard none.
  @Test func halfPatternIsEven() {
    var random = SplitMix64(seed: 1)
    let half = VoidAndCluster.halfPattern(
      side: 16, spread: Spread(factor: 0.8), places: Array(0..<256), random: &random)
    #expect(half.count { $0 } == 128)
    let alike = half.indices.count { place in
      half[place] == half[place / 16 * 16 + (place + 1) % 16]
    }
    #expect(alike < 90)
    // No four in a square are alike; at random 32 squares would be.
    for place in half.indices {
      let right = place / 16 * 16 + (place + 1) % 16
      let square = [place, right, (place + 16) % 256, (right + 16) % 256].map { half[$0] }
      #expect(Set(square).count == 2)
    }
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
    var dots = Array(repeating: false, count: 64)
    for place in [0, 7, 36] { dots[place] = true }
    var pattern = DotPattern(
      dots: dots, weights: GaussianWeights(side: 8, sigma: 1.5), places: Array(0..<64))
    #expect([0, 7].contains(pattern.tightestCluster()))
    // In the middle of the second row of voids it is alone.
    #expect(pattern.costOfMoving(dot: 7, to: 32) < 0)
    #expect(pattern.costOfMoving(dot: 36, to: 8) > 0)
    pattern.toggle(7)
    #expect(pattern.dots.count { $0 } == 2)
  }

  /// Dots moved or weighed anew leave the same sums as dots that were there from the beginning.
  @Test func movingIsWeighingAnew() {
    let narrow = GaussianWeights(side: 8, sigma: 1)
    let wide = GaussianWeights(side: 8, sigma: 2)
    var dots = Array(repeating: false, count: 64)
    for place in [3, 17, 40] { dots[place] = true }
    var moved = DotPattern(dots: dots, weights: narrow, places: Array(0..<64))
    moved.toggle(17)
    moved.toggle(50)
    moved.weigh(by: wide)
    (dots[17], dots[50]) = (false, true)
    let made = DotPattern(dots: dots, weights: wide, places: Array(0..<64))
    for gap in dots.indices where !dots[gap] {
      #expect(moved.costOfMoving(dot: 50, to: gap) == made.costOfMoving(dot: 50, to: gap))
    }
  }
}
