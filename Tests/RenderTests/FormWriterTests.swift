import Capabilities
import Codecs
import Testing

@testable import Render

@Suite struct FormWriterTests {
  private static let allCodecs: [Codec] = [.identity, .packBits, .zlib(windowBits: 12)]

  /// A form of these pieces.
  private func write(
    _ pieces: [[UInt8]], codecs: [Codec] = allCodecs
  ) throws -> RenderedForm<MemoryOutput> {
    var writer = try FormWriter(codecs: codecs, outputs: codecs.map { _ in MemoryOutput() })
    for piece in pieces { try writer.write(piece) }
    return try writer.finish(width: 3, height: 2)
  }

  /// Bytes that no codec makes fewer.
  private static let noise: [UInt8] = {
    var state: UInt64 = 1
    return (0..<500).map { _ in
      state = state &* 6_364_136_223_846_793_005 &+ 1_442_695_040_888_963_407
      return UInt8(truncatingIfNeeded: state >> 56)
    }
  }()

  @Test(arguments: [
    // PackBits says 128 equal bytes in 2; zlib has a header and a checksum.
    ([UInt8](repeating: 9, count: 128), Codec.packBits),
    // A period of three is nothing to PackBits.
    ((0..<900).map { UInt8($0 % 3) }, .zlib(windowBits: 12)),
    (noise, .identity),
    // PackBits makes two bytes of two bytes.
    ([5, 5], .identity),
    ([5, 5, 5], .packBits),
    ([5], .identity),
  ])
  func theSmallestWinsAndTiesGoToTheLowestId(_ bytes: [UInt8], _ codec: Codec) throws {
    let form = try write([bytes])
    #expect(form.codec == codec)
    #expect(form.byteCount == form.output.bytes.count)
    for other in Self.allCodecs {
      #expect(form.byteCount <= (try write([bytes], codecs: [other])).byteCount)
    }
  }

  @Test func theCodecsAreThoseOfTheDevice() throws {
    let bytes = [UInt8](repeating: 9, count: 5_000)
    #expect(try write([bytes], codecs: [.identity]).output.bytes == bytes)
    let packBits = try write([bytes], codecs: [.identity, .packBits])
    // 5,000 = 39 · 128 + 8; a repeat of n bytes is 257 − n and the byte (TIFF 6.0, section 9).
    #expect(
      packBits.output.bytes == [[UInt8]](repeating: [129, 9], count: 39).flatMap { $0 } + [249, 9])
    let zlib = try write([bytes])
    #expect(zlib.codec == .zlib(windowBits: 12))
    // CINFO is the window's bits less 8 (RFC 1950, section 2.2).
    #expect(zlib.output.bytes.first == 0x48)
    #expect(try inflate(zlib.output.bytes) == bytes)
  }

  /// SHA-256("abc") is the example of FIPS 180-2, appendix B.1.
  @Test(arguments: [
    [Array("abc".utf8)], [Array("a".utf8), Array("bc".utf8)], [[], Array("ab".utf8), [0x63], []],
  ])
  func theEtagDigestsTheFormBeforeItsCodec(_ pieces: [[UInt8]]) throws {
    let expected: [UInt8] = [
      0xBA, 0x78, 0x16, 0xBF, 0x8F, 0x01, 0xCF, 0xEA, 0x41, 0x41, 0x40, 0xDE, 0x5D, 0xAE, 0x22,
      0x23,
    ]
    for codec in Self.allCodecs {
      #expect(try write(pieces, codecs: [codec]).etag == expected)
    }
    #expect(try write(pieces).output.bytes == Array("abc".utf8))
  }

  @Test func piecesDoNotMatter() throws {
    let bytes = Self.noise + [UInt8](repeating: 1, count: 300) + Self.noise
    for codec in Self.allCodecs {
      let whole = try write([bytes], codecs: [codec])
      for size in [1, 7, 128, 129] {
        let pieces = stride(from: 0, to: bytes.count, by: size).map {
          Array(bytes[$0..<min($0 + size, bytes.count)])
        }
        let form = try write(pieces, codecs: [codec])
        #expect(form.output.bytes == whole.output.bytes)
        #expect(form.etag == whole.etag)
      }
    }
  }

  @Test func whatTheOutputThrowsIsTold() throws {
    var writer = try FormWriter(codecs: [.identity], outputs: [FullOutput()])
    let error = #expect(throws: RenderError.self) { try writer.write([1]) }
    #expect(error?.description == "the form could not be written: no room")
  }

  private func inflate(_ bytes: [UInt8]) throws -> [UInt8] {
    var decompressor = try ZlibDecompressor(windowBits: 12, outputLimit: 10_000)
    var output: [UInt8] = []
    try decompressor.decompress(bytes.span, into: &output)
    try decompressor.finish()
    return output
  }
}
