import Codecs
import Testing

@Suite struct JPEGWriterTests {
  private func write(
    width: Int, height: Int, isGray: Bool, quality: Int, sample: (Int, Int, Int) -> UInt8
  ) throws -> [UInt8] {
    var writer = try JPEGWriter(width: width, height: height, isGray: isGray, quality: quality)
    var file: [UInt8] = []
    let channelCount = isGray ? 1 : 3
    for y in 0..<height {
      let row = (0..<writer.bytesPerRow).map { sample($0 / channelCount, y, $0 % channelCount) }
      try writer.write(row: row.span)
      file += writer.takeOutput()
    }
    try writer.finish()
    return file + writer.takeOutput()
  }

  @Test(arguments: [true, false], [(1, 1), (16, 16), (61, 35), (300, 200)])
  func flatPicturesComeBack(isGray: Bool, size: (Int, Int)) throws {
    let file = try write(width: size.0, height: size.1, isGray: isGray, quality: 95) { _, _, c in
      [90, 160, 200][c]
    }
    let picture = try decode(try ScratchFile(file))
    #expect(picture.width == size.0)
    #expect(picture.height == size.1)
    for (index, value) in picture.values.enumerated() {
      let encoded = isGray ? 90 : [90, 160, 200][index % 3]
      // Rounding in YCbCr and in the DCT moves a flat colour by at most two codes.
      #expect(value >= LinearLight.fromSRGB8[encoded - 2])
      #expect(value <= LinearLight.fromSRGB8[encoded + 2])
    }
  }

  @Test func itIsBaseline420() throws {
    let file = try write(width: 40, height: 20, isGray: false, quality: 80) { x, y, c in
      UInt8((x * 6 + y * 3 + c * 50) & 255)
    }
    let frame = try #require(file.indices.first { file[$0...].starts(with: [0xFF, 0xC0]) })
    // 8 bits, 20 × 40, three components of which the first is sampled twice each way.
    #expect(
      file[(frame + 4)...].starts(with: [8, 0, 20, 0, 40, 3, 1, 0x22, 0, 2, 0x11, 1, 3, 0x11, 1]))
    #expect(file.starts(with: [0xFF, 0xD8, 0xFF, 0xE0]))
  }

  @Test func qualityCosts() throws {
    let sizes = try [10, 50, 90].map { quality in
      try write(width: 64, height: 64, isGray: true, quality: quality) { x, y, _ in
        UInt8((x * x + y * y * 3) & 255)
      }.count
    }
    #expect(sizes == sizes.sorted())
    #expect(Set(sizes).count == 3)
  }

  @Test func sidesBeyondTheFormatAreRefused() {
    for (width, height) in [(0, 1), (1, 0), (65_501, 1), (1, 65_501)] {
      let reason = refusal { () throws(PictureError) in
        _ = try JPEGWriter(width: width, height: height, isGray: true, quality: 80)
      }
      #expect(reason == .unsupported("a JPEG of \(width) × \(height) pixels"))
    }
  }
}
