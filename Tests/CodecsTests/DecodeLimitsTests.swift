import Codecs
import Testing

/// Every limit at its edge and one past it, and files that declare far more than they hold.
@Suite struct DecodeLimitsTests {
  @Test(arguments: ["gray.jpg", "rgb8.png"])
  func pixelsSidesAndBytes(_ name: String) throws {
    let file = try ScratchFile(Fixture.bytes(name))
    let info = try PictureReader(fileDescriptor: file.descriptor).info
    let pixels = info.width * info.height
    let bytes = Fixture.bytes(name).count
    #expect(
      refusal(
        of: file,
        limits: DecodeLimits(pixelCount: pixels, sidePixels: info.width, byteCount: bytes)) == nil)
    #expect(
      refusal(of: file, limits: DecodeLimits(pixelCount: pixels - 1))
        == .tooManyPixels(declared: pixels, limit: pixels - 1))
    #expect(
      refusal(of: file, limits: DecodeLimits(sidePixels: info.width - 1))
        == .sideTooLong(declared: info.width, limit: info.width - 1))
    #expect(
      refusal(of: file, limits: DecodeLimits(byteCount: bytes - 1))
        == .tooManyBytes(declared: bytes, limit: bytes - 1))
  }

  @Test func bytesAreCountedBeforeAnyIsRead() throws {
    let file = try ScratchFile(Fixture.bytes("gray.jpg"))
    try file.extend(toByteCount: 64 << 20)
    #expect(refusal(of: file) == nil)
    try file.extend(toByteCount: (64 << 20) + 1)
    #expect(refusal(of: file) == .tooManyBytes(declared: (64 << 20) + 1, limit: 64 << 20))
  }

  @Test func scans() throws {
    // cjpeg's progressive script has ten scans for a colour picture.
    for (name, count) in [("progressive.jpg", 10), ("scans.jpg", 3)] {
      let file = try ScratchFile(Fixture.bytes(name))
      #expect(refusal(of: file, limits: DecodeLimits(scanCount: count)) == nil)
      #expect(
        refusal(of: file, limits: DecodeLimits(scanCount: count - 1))
          == .tooManyScans(limit: count - 1))
    }
  }

  @Test func theLastScanRepeatedIsCounted() throws {
    let bytes = Fixture.bytes("scans.jpg")
    let start = try #require(bytes.indices.last { bytes[$0...].starts(with: [0xFF, 0xDA]) })
    let scan = bytes[start..<bytes.count - 2]
    let file = try ScratchFile()
    try file.replace(
      with: bytes[..<start] + repeatElement(scan, count: 498).joined() + [0xFF, 0xD9])
    #expect(refusal(of: file) == nil)
    try file.replace(
      with: bytes[..<start] + repeatElement(scan, count: 499).joined() + [0xFF, 0xD9])
    #expect(refusal(of: file) == .tooManyScans(limit: 500))
  }

  @Test func workingBytes() throws {
    // 13 × 11 pixels of 6 bytes; 26 × 19 pixels of 4:2:0 in whole blocks of 128 bytes.
    for (name, exact) in [("rgb16-interlaced.png", 11 * 78), ("progressive.jpg", 24 * 128)] {
      let file = try ScratchFile(Fixture.bytes(name))
      #expect(refusal(of: file, limits: DecodeLimits(workingByteCount: exact)) == nil)
      #expect(
        refusal(of: file, limits: DecodeLimits(workingByteCount: exact - 1))
          == .tooMuchMemory(declared: exact, limit: exact - 1))
    }
    // What is streamed needs none.
    for name in ["rgb16.png", "color420.jpg"] {
      let file = try ScratchFile(Fixture.bytes(name))
      #expect(refusal(of: file, limits: DecodeLimits(workingByteCount: 0)) == nil)
    }
  }

  @Test func declaredSizesAreNotBelieved() throws {
    var jpeg = Fixture.bytes("gray.jpg")
    let frame = try #require(jpeg.indices.first { jpeg[$0...].starts(with: [0xFF, 0xC0]) })
    jpeg.replaceSubrange(frame + 5..<frame + 9, with: [0xFF, 0xDC, 0xFF, 0xDC])
    #expect(
      refusal(of: try ScratchFile(jpeg))
        == .tooManyPixels(declared: 65_500 * 65_500, limit: 100_000_000))
    jpeg.replaceSubrange(frame + 5..<frame + 9, with: [0xFF, 0xFF, 0x00, 0x01])
    #expect(
      refusal(of: try ScratchFile(jpeg))
        == .unsupported("Maximum supported image dimension is 65500 pixels"))
    let cases: [(UInt32, UInt32, PictureError)] = [
      (65_535, 65_535, .tooManyPixels(declared: 65_535 * 65_535, limit: 100_000_000)),
      (65_536, 1, .sideTooLong(declared: 65_536, limit: 65_535)),
      (1, 0x7FFF_FFFF, .sideTooLong(declared: 0x7FFF_FFFF, limit: 65_535)),
    ]
    for (width, height, reason) in cases {
      let bytes = pngBytes(
        header: pngHeader(width: width, height: height, bitDepth: 8, colorType: 2, interlace: 1),
        chunks: [("IDAT", [0x78, 0xDA, 0x03, 0x00, 0x00, 0x00, 0x00, 0x01])])
      #expect(refusal(of: try ScratchFile(bytes)) == reason)
    }
  }

  @Test func textIsNeverInflated() throws {
    var compressor = try ZlibCompressor(level: 9)
    var text: [UInt8] = Array("Comment".utf8) + [0, 0]
    let zeros = [UInt8](repeating: 32, count: 1 << 20)
    for _ in 0..<40 { compressor.compress(zeros.span, into: &text) }
    compressor.finish(into: &text)
    let pixels = zlibStream([0, 200])
    let header = pngHeader(width: 1, height: 1, bitDepth: 8, colorType: 0, interlace: 0)
    let file = try ScratchFile(
      pngBytes(header: header, chunks: [("zTXt", text), ("IDAT", pixels)]))
    #expect(refusal(of: file) == nil)
    // Cut short inside, which only somebody who inflates it finds out.
    text.removeLast(30)
    try file.replace(with: pngBytes(header: header, chunks: [("zTXt", text), ("IDAT", pixels)]))
    #expect(refusal(of: file) == nil)
  }

  @Test func hugeChunksArePassedOver() throws {
    let header = pngHeader(width: 1, height: 1, bitDepth: 8, colorType: 0, interlace: 0)
    let data: (name: String, data: [UInt8]) = ("IDAT", zlibStream([0, 7]))
    let exif: [UInt8] = [
      0x4D, 0x4D, 0, 42, 0, 0, 0, 8, 0, 1, 1, 0x12, 0, 3, 0, 0, 0, 1, 0, 6, 0, 0,
    ]
    let file = try ScratchFile()
    for (byteCount, orientation) in [(4 << 20, 6), ((4 << 20) + 1, 1)] {
      let padded = exif + [UInt8](repeating: 0, count: byteCount - exif.count)
      for name in ["prVt", "eXIf"] {
        try file.replace(with: pngBytes(header: header, chunks: [(name, padded), data]))
        let info = try PictureReader.verify(fileDescriptor: file.descriptor)
        #expect(info.orientation == (name == "eXIf" ? orientation : 1))
      }
    }
  }

  /// The chunk limit is not for the picture's data.
  @Test func oneHugeIDATIsRead() throws {
    let rows = [UInt8](repeating: 0, count: 2_401 * 2_400)
    let file = try ScratchFile(
      pngBytes(
        header: pngHeader(width: 2_400, height: 2_400, bitDepth: 8, colorType: 0, interlace: 0),
        chunks: [("IDAT", zlibStream(rows, level: 0))]))
    #expect(refusal(of: file) == nil)
  }

  private func zlibStream(_ bytes: [UInt8], level: Int = 6) -> [UInt8] {
    var stream: [UInt8] = []
    do throws(ZlibError) {
      var compressor = try ZlibCompressor(level: level)
      compressor.compress(bytes.span, into: &stream)
      compressor.finish(into: &stream)
    } catch {
      Issue.record(error)
    }
    return stream
  }
}
