import Codecs
import Testing

@Suite struct ZlibTests {
  /// Text-like, with matches further back than a small window.
  private static let message: [UInt8] = (0..<20_000).map { index in
    UInt8(truncatingIfNeeded: (index / 7) &* 31 ^ (index % 700) ^ (index >> 5))
  }

  private func compressed(
    _ bytes: [UInt8], windowBits: Int = 15, level: Int = 6, pieceByteCount: Int = .max
  ) throws -> [UInt8] {
    var compressor = try ZlibCompressor(windowBits: windowBits, level: level)
    var output: [UInt8] = []
    var rest = bytes[...]
    while !rest.isEmpty {
      let piece = Array(rest.prefix(pieceByteCount))
      compressor.compress(piece.span, into: &output)
      rest = rest.dropFirst(piece.count)
    }
    compressor.finish(into: &output)
    return output
  }

  private func inflated(
    _ bytes: [UInt8], windowBits: Int = 15, limit: Int = 1 << 20, split: Int = 0
  ) throws(ZlibError) -> [UInt8] {
    var decompressor = try ZlibDecompressor(windowBits: windowBits, outputLimit: limit)
    var output: [UInt8] = []
    try decompressor.decompress(Array(bytes.prefix(split)).span, into: &output)
    try decompressor.decompress(Array(bytes.dropFirst(split)).span, into: &output)
    try decompressor.finish()
    return output
  }

  private func reason(_ body: () throws(ZlibError) -> [UInt8]) -> ZlibError? {
    do throws(ZlibError) {
      _ = try body()
      return nil
    } catch {
      return error
    }
  }

  @Test(arguments: 9...15, [0, 1, 6, 9])
  func whatGoesInComesOut(windowBits: Int, level: Int) throws {
    for pieceByteCount in [1, 1_000, .max] {
      let stream = try compressed(
        Self.message, windowBits: windowBits, level: level, pieceByteCount: pieceByteCount)
      // RFC 1950, 2.2: method 8 and the window's size, and a multiple of 31.
      #expect(stream[0] == UInt8(windowBits - 8) << 4 | 8)
      #expect((Int(stream[0]) << 8 | Int(stream[1])) % 31 == 0)
      #expect(try inflated(stream, windowBits: windowBits) == Self.message)
    }
  }

  @Test func incompressibleAndEmpty() throws {
    var state: UInt32 = 7
    let noise = (0..<100_000).map { _ -> UInt8 in
      state = state &* 1_664_525 &+ 1_013_904_223
      return UInt8(state >> 24)
    }
    #expect(try inflated(compressed(noise)) == noise)
    #expect(try inflated(compressed([])) == [])
    #expect(try compressed([]) == [0x78, 0x9C, 0x03, 0x00, 0x00, 0x00, 0x00, 0x01])
  }

  @Test func everySplitAndEveryPrefix() throws {
    let stream = try compressed(Array(Self.message.prefix(3_000)))
    for split in 0...stream.count {
      #expect(try inflated(stream, split: split) == Array(Self.message.prefix(3_000)))
    }
    for count in stream.indices {
      let prefix = Array(stream.prefix(count))
      #expect(reason { () throws(ZlibError) in try inflated(prefix) } == .endsEarly)
    }
  }

  @Test func everyChangedByteIsRefused() throws {
    var stream = try compressed(Array(Self.message.prefix(500)))
    for index in stream.indices {
      stream[index] ^= 0x10
      #expect(reason { () throws(ZlibError) in try inflated(stream) } != nil, "byte \(index)")
      stream[index] ^= 0x10
    }
  }

  @Test func theLimitIsInclusive() throws {
    for count in [0, 1, 16_383, 16_384, 16_385, 1 << 20] {
      let stream = try compressed([UInt8](repeating: 7, count: count))
      #expect(try inflated(stream, limit: count).count == count)
      if count > 0 {
        #expect(
          reason { () throws(ZlibError) in try inflated(stream, limit: count - 1) }
            == .tooManyBytes(limit: count - 1))
      }
      #expect(try inflated(stream, limit: .max).count == count)
    }
  }

  @Test func bytesAfterTheEndAreRefused() throws {
    let stream = try compressed([1, 2, 3])
    #expect(
      reason { () throws(ZlibError) in try inflated(stream + [0, 0]) } == .trailingBytes(count: 2))
    #expect(
      reason { () throws(ZlibError) in try inflated(stream + [9], split: stream.count) }
        == .trailingBytes(count: 1))
  }

  @Test func aLargerWindowThanAllowedIsRefused() throws {
    let stream = try compressed(Self.message, windowBits: 13)
    #expect(
      reason { () throws(ZlibError) in try inflated(stream, windowBits: 12) }
        == .damaged("invalid window size"))
    #expect(try inflated(stream, windowBits: 13) == Self.message)
  }

  @Test func presetDictionariesAreRefused() {
    // FDICT set: 78 BB, then the dictionary's Adler-32.
    #expect(
      reason { () throws(ZlibError) in try inflated([0x78, 0xBB, 0, 0, 0, 1, 3, 0, 0, 0, 0, 1]) }
        == .damaged("a preset dictionary is needed"))
  }
}
