import Capabilities
import Testing

@testable import Raster

struct HalftoneTests {
  /// Two rows of three pixels of 20,000, worked out by hand; the second row runs from right to left.
  ///
  /// Row 0: 20,000 is black and hands on 8,750; 28,750 is black and hands on 12,578; 32,578 is just
  /// black. Row 1 received 11,641, 16,342 and 11,978: 31,978 is black and hands on 13,990; 50,332 is
  /// white and hands on −6,651; 24,990 is black.
  @Test func floydSteinbergByHand() {
    let rows = Array(repeating: [20_000, 20_000, 20_000] as [UInt16], count: 2)
    #expect(codes(of: rows, binary(width: 3)) == [[0, 0, 0], [0, 1, 0]])
    #expect(codes(of: rows, binary(width: 3, inverted: true)) == [[1, 1, 1], [1, 0, 1]])
    #expect(codes(of: [[32_767]], binary(width: 1)) == [[0]])
    #expect(codes(of: [[32_768]], binary(width: 1)) == [[1]])
  }

  /// Six eighths are paid, to two pixels ahead, three below and one two rows below. 48,000 is white,
  /// −17,535 / 8 = −2,191.9: 16,000 − 2,192 is black, pays 1,726 twice; 33,000 − 2,192 + 1,726 is
  /// black and would be white had the first pixel paid nothing, or paid sixths.
  @Test func atkinsonByHand() {
    let kernel = DiffusionKernel.atkinson(strength: 100)
    let halftone = ChannelDiffusion(
      levels: ChannelLevels(bits: 1), kernel: kernel, width: 3, target: nil, inverted: false,
      serpentine: true)
    #expect(codes(of: [[48_000, 16_000, 33_000]], halftone) == [[1, 0, 0]])
    #expect(codes(of: [[48_000, 16_000, 33_234]], halftone) == [[1, 0, 1]])
    #expect(codes(of: [[48_000, 16_000, 33_233]], halftone) == [[1, 0, 0]])
  }

  @Test(arguments: [(1, 100), (2, 100), (17, 100), (64, 100), (17, 60), (17, 0)], [1, 2, 5])
  func fastKernelIsTheGeneralOne(size: (width: Int, strength: Int), bits: Int) {
    var random = Random(UInt64(size.width))
    let rows = (0..<40).map { _ in random.samples(size.width) }
    let levels = ChannelLevels(bits: bits)
    for serpentine in [true, false] {
      let general = ChannelDiffusion(
        levels: levels, kernel: .floydSteinberg(strength: size.strength), width: size.width,
        target: nil, inverted: false, serpentine: serpentine)
      let fast = FloydSteinbergDiffusion(
        levels: levels, strength: size.strength, width: size.width, target: nil, inverted: false,
        serpentine: serpentine)
      #expect(codes(of: rows, fast) == codes(of: rows, general))
    }
  }

  @Test func everyKernelPaysWhatItSays() {
    let steinberg = DiffusionKernel.floydSteinberg(strength: 100)
    #expect(steinberg.total == 16_384)
    #expect(steinberg.shares.map(\.weight) == [7_168, 3_072, 5_120])
    #expect(DiffusionKernel.floydSteinberg(strength: 50).total == 8_192)
    let atkinson = DiffusionKernel.atkinson(strength: 100)
    #expect(atkinson.total == 12_288)
    #expect(atkinson.shares.allSatisfy { $0.weight == 2_048 })
  }

  /// |mean − level| of flat fields, in linear light.
  @Test(arguments: 0...16)
  func floydSteinbergKeepsTheMean(sixteenth: Int) {
    let level = UInt16(sixteenth * 65_535 / 16)
    let rows = Array(repeating: Array(repeating: level, count: 256), count: 256)
    let white = codes(of: rows, binary(width: 256)).reduce(0) { $0 + $1.reduce(0) { $0 + Int($1) } }
    let bias = Double(white) / 65_536 - Double(level) / 65_535
    #expect(abs(bias) <= 0.002)
  }

  @Test func strengthNothingIsTheNearestLevel() {
    var random = Random(5)
    let rows = (0..<20).map { _ in random.samples(20) }
    let nearest = ChannelLevels(bits: 2).nearestLevels()
    let halftone = ChannelDiffusion(
      levels: ChannelLevels(bits: 2), kernel: .floydSteinberg(strength: 0), width: 20, target: nil,
      inverted: false, serpentine: true)
    #expect(codes(of: rows, halftone) == rows.map { $0.map { nearest[Int($0)] } })
  }

  @Test(arguments: [
    (Halftone.Method.none, 1, 14_027, [0]), (.none, 1, 14_028, [0x80]),
    (.threshold, 1, 32_767, [0]), (.threshold, 1, 32_768, [0x80]),
    (.none, 8, 32_768, [0xBC]), (.floydSteinberg, 8, 32_768, [0xBC]), (.bayer8, 16, 0, [0, 0]),
    (.blueNoise, 8, 32_768, [0xBC]),
  ])
  func singlePixels(method: Halftone.Method, bits: Int, value: UInt16, bytes: [UInt8]) throws {
    let capability = try Capability(
      size: PanelSize(width: 1, height: 1), color: gray(bits), halftone: Halftone(method: method))
    #expect(try form(of: [[value]], width: 1, capability) == bytes)
  }

  @Test func toneIsAppliedBeforeTheHalftone() throws {
    for method in Halftone.Method.allCases {
      for bits in [1, 2] {
        let capability = try Capability(
          size: PanelSize(width: 8, height: 8), color: gray(bits), tone: Tone(brightness: 100),
          halftone: Halftone(method: method))
        let rows = Array(repeating: Array(repeating: UInt16(1_000), count: 8), count: 8)
        #expect(try form(of: rows, width: 8, capability).allSatisfy { $0 == 0xFF })
      }
    }
  }

  private func binary(width: Int, inverted: Bool = false) -> FloydSteinbergDiffusion {
    FloydSteinbergDiffusion(
      levels: ChannelLevels(bits: 1), strength: 100, width: width, target: nil, inverted: inverted,
      serpentine: true)
  }
}
