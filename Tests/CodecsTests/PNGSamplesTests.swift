import Codecs
import Testing

@Suite struct PNGSamplesTests {
  @Test func samplesStayAsStored() throws {
    let samples = try PNGSamples(Fixture.bytes("palette4-alpha.png"))
    #expect(samples.colorType == .palette)
    #expect(samples.bitDepth == 4)
    #expect(samples.channelCount == 1)
    #expect(samples.bytesPerRow == 5)
    #expect(samples.bytes.count == 5 * 9)
    #expect(samples.palette.count == 16)
    #expect(samples.palette.map { $0[3] }.prefix(6) == [0, 50, 128, 255, 200, 255])
  }

  /// Interlaced or not, the same rows.
  @Test(arguments: [
    "gray1", "gray2", "gray4", "gray8", "gray16", "palette1", "palette2", "palette4", "palette8",
    "rgb8", "rgb16", "gray-alpha8", "gray-alpha16", "rgb-alpha8", "rgb-alpha16",
  ])
  func interlacingMakesNoDifference(_ name: String) throws {
    let straight = try PNGSamples(Fixture.bytes("\(name).png"))
    #expect(try PNGSamples(Fixture.bytes("\(name)-interlaced.png")) == straight)
    // First and last sample are the ends of the range, by the fixtures' making.
    let top = straight.sample(channel: 0, x: straight.width - 1, y: straight.height - 1)
    #expect(straight.sample(channel: 0, x: 0, y: 0) == 0)
    #expect(top == (name == "palette8" ? 199 : (1 << straight.bitDepth) - 1))
  }

  @Test func whatIsNoPNGIsRefused() {
    #expect(refusal { () throws(PictureError) in _ = try PNGSamples([]) } == .notAPicture)
    #expect(
      refusal { () throws(PictureError) in _ = try PNGSamples(Fixture.bytes("gray.jpg")) }
        == .notAPicture)
    #expect(
      refusal { () throws(PictureError) in
        _ = try PNGSamples(Fixture.bytes("refused-palette-index.png"))
      } == .damaged("palette index 3, but there are 3 entries"))
  }

  @Test func everyPrefixIsRefused() {
    let bytes = Fixture.bytes("rgb-alpha8-interlaced.png")
    for count in bytes.indices {
      #expect(
        refusal { () throws(PictureError) in _ = try PNGSamples(Array(bytes.prefix(count))) } != nil
      )
    }
  }

  @Test func limitsHold() throws {
    let bytes = Fixture.bytes("rgb8.png")
    _ = try PNGSamples(
      bytes, limits: DecodeLimits(byteCount: bytes.count, workingByteCount: 39 * 11))
    #expect(
      refusal { () throws(PictureError) in
        _ = try PNGSamples(bytes, limits: DecodeLimits(byteCount: bytes.count - 1))
      } == .tooManyBytes(declared: bytes.count, limit: bytes.count - 1))
    #expect(
      refusal { () throws(PictureError) in
        _ = try PNGSamples(bytes, limits: DecodeLimits(workingByteCount: 39 * 11 - 1))
      } == .tooMuchMemory(declared: 39 * 11, limit: 39 * 11 - 1))
  }

}
