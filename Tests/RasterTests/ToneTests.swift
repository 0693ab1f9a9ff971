import Capabilities
import Foundation
import Testing

@testable import Raster

struct ToneTests {
  @Test func transferFunctionIsTheExactOneRounded() {
    // The oracle is the C library's pow; no entry may lie so near to a tie that its last bit decides.
    var nearestToTie = 1.0
    for index in 0...65_535 {
      let value = Double(index) / 65_535
      let encoded =
        value <= 0.003_130_8 ? value * 12.92 : 1.055 * pow(value, 1 / 2.4) - 0.055
      let linear = value <= 0.040_45 ? value / 12.92 : pow((value + 0.055) / 1.055, 2.4)
      for (exact, entry) in [
        (encoded * 65_535, LinearLight.encodedTable[index]),
        (linear * 65_535, LinearLight.linearTable[index]),
      ] {
        if UInt16((exact + 0.5).rounded(.down)) != entry { Issue.record("entry \(index)") }
        nearestToTie = min(nearestToTie, abs(exact - exact.rounded(.down) - 0.5))
      }
    }
    #expect(nearestToTie > 1e-7)
  }

  @Test func tablesAscend() {
    for table in [LinearLight.encodedTable, LinearLight.linearTable] {
      #expect(table.count == 65_536)
      #expect(table.first == 0)
      #expect(table.last == 65_535)
      #expect(zip(table, table.dropFirst()).allSatisfy { $0 <= $1 })
    }
  }

  @Test(arguments: [1, 2, 3, 4, 5, 6, 7, 8])
  func everyCodeSurvivesLinearLight(bits: Int) {
    let levels = ChannelLevels(bits: bits)
    for (code, linear) in levels.linearLevels().enumerated() {
      #expect(levels.code(encoded: LinearLight.encodedTable[Int(linear)]) == code)
    }
  }

  @Test func codesComeFromAll16Bits() {
    for bits in 1...16 {
      let highest = (1 << bits) - 1
      for encoded in stride(from: 0, through: 65_535, by: 5) {
        let exact = Double(encoded * highest) / 65_535 + 0.5
        #expect(ChannelLevels(bits: bits).code(encoded: UInt16(encoded)) == UInt16(exact))
      }
    }
  }

  @Test func luminanceOfGrayIsGray() {
    for value in stride(from: 0, through: 65_535, by: 17) {
      let sample = UInt16(value)
      #expect(LinearLight.luminance(red: sample, green: sample, blue: sample) == sample)
    }
    #expect(LinearLight.luminance(red: 65_535, green: 0, blue: 0) == 13_933)
    #expect(LinearLight.luminance(red: 0, green: 65_535, blue: 0) == 46_870)
    #expect(LinearLight.luminance(red: 0, green: 0, blue: 65_535) == 4_732)
  }

  @Test func neutralToneIsTheIdentity() {
    let tone = ToneCurve(.neutral)
    #expect(tone.linearTargets() == nil)
    #expect(tone.encodedTargets() == LinearLight.encodedTable)
  }

  @Test(arguments: [
    Tone(gamma256: 512), Tone(gamma256: 26), Tone(gamma256: 2_560), Tone(contrast: 100),
    Tone(contrast: -100), Tone(brightness: -30), Tone(gamma256: 300, contrast: 20, brightness: 7),
  ])
  func toneFollowsItsFormula(tone: Tone) {
    let targets = ToneCurve(tone).encodedTargets()
    for (linear, encoded) in LinearLight.encodedTable.enumerated() where linear % 7 == 0 {
      let bent = pow(Double(encoded) / 65_535, 256 / Double(tone.gamma256))
      let straight = (bent - 0.5) * (1 + Double(tone.contrast) / 100) + 0.5
      let exact = min(max(straight + Double(tone.brightness) / 100, 0), 1) * 65_535
      if abs(exact - Double(targets[linear])) > 0.500_001 { Issue.record("entry \(linear)") }
    }
  }

  @Test func elementaryFunctionsAgreeWithTheLibrary() {
    for index in -400...400 {
      let x = Double(index) / 57
      #expect(abs(ElementaryFunctions.sinePi(x) - sin(x * .pi)) < 1e-14)
    }
    for index in 1...100 {
      for exponent in [0.1, 1 / 2.4, 1, 2.4, 9.8] {
        let base = Double(index) / 100
        let exact = pow(base, exponent)
        #expect(abs(ElementaryFunctions.power(base, exponent) - exact) < 1e-14)
      }
    }
    #expect(ElementaryFunctions.sinePi(3) == 0)
    #expect(ElementaryFunctions.power(0, 2.4) == 0)
  }
}
