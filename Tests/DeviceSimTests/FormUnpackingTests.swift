import Capabilities
import Codecs
import Testing

@testable import DeviceSim

@Suite struct FormUnpackingTests {
  /// Apple's Technical Note TN1023, "Understanding PackBits".
  private static let packed: [UInt8] = [
    0xFE, 0xAA, 0x02, 0x80, 0x00, 0x2A, 0xFD, 0xAA, 0x03, 0x80, 0x00, 0x2A, 0x22, 0xF7, 0xAA,
  ]
  private static let unpacked: [UInt8] =
    [0xAA, 0xAA, 0xAA, 0x80, 0x00, 0x2A, 0xAA, 0xAA, 0xAA, 0xAA, 0x80, 0x00, 0x2A, 0x22]
    + [UInt8](repeating: 0xAA, count: 10)

  @Test func unpacksApplesExample() throws {
    #expect(try FormUnpacking.unpack(Self.packed, .packBits) == Self.unpacked)
    #expect(Self.unpacked.count == 24)
  }

  @Test(
    arguments: [
      ([], []), ([0x80], []), ([0x80, 0x00, 0x07, 0x80], [7]), ([0x00, 0x80], [0x80]),
      ([0x81, 0x05], [UInt8](repeating: 5, count: 128)),
      ([0x7F] + Array(0...127), Array(0...127)),
    ] as [([UInt8], [UInt8])])
  func unpacks(packed: [UInt8], unpacked: [UInt8]) throws {
    #expect(try FormUnpacking.unpack(packed, .packBits) == unpacked)
  }

  @Test func refusesPackBitsCutShort() throws {
    // Beginnings that end between two runs are whole streams of their own.
    let whole = [0: 0, 2: 3, 6: 6, 8: 10, 13: 14]
    for count in Self.packed.indices {
      let beginning = Array(Self.packed.prefix(count))
      if let length = whole[count] {
        #expect(try FormUnpacking.unpack(beginning, .packBits).count == length)
      } else {
        #expect(throws: PanelError.self) { try FormUnpacking.unpack(beginning, .packBits) }
      }
    }
    #expect(
      throws: PanelError.codec("PackBits ends early: 4 bytes needed, 2 left", offset: 8)
    ) { try FormUnpacking.unpack(Array(Self.packed.prefix(11)), .packBits) }
  }

  @Test(arguments: [Codec.identity, .packBits, .zlib(windowBits: 15)])
  func limitsTheOutput(codec: Codec) throws {
    let bytes: [UInt8] =
      switch codec {
      case .identity: Self.unpacked
      case .packBits: Self.packed
      case .zlib: try deflated(Self.unpacked, windowBits: 15)
      }
    #expect(try FormUnpacking.unpack(bytes, codec, limit: 24) == Self.unpacked)
    #expect(throws: PanelError.tooLong(limit: 23)) {
      try FormUnpacking.unpack(bytes, codec, limit: 23)
    }
    #expect(throws: PanelError.tooLong(limit: 0)) {
      try FormUnpacking.unpack(bytes, codec, limit: 0)
    }
  }

  /// zlib.compress(b"hello") of Python.
  private static let hello: [UInt8] = [
    0x78, 0x9C, 0xCB, 0x48, 0xCD, 0xC9, 0xC9, 0x07, 0x00, 0x06, 0x2C, 0x02, 0x15,
  ]

  @Test func inflates() throws {
    let codec = Codec.zlib(windowBits: 15)
    #expect(try FormUnpacking.unpack(Self.hello, codec) == Array("hello".utf8))
    for count in Self.hello.indices {
      #expect(throws: PanelError.self) {
        try FormUnpacking.unpack(Array(Self.hello.prefix(count)), codec)
      }
    }
    #expect(throws: PanelError.codec("bytes after the zlib stream", offset: 13)) {
      try FormUnpacking.unpack(Self.hello + [0], codec)
    }
    #expect(throws: PanelError.self) {
      try FormUnpacking.unpack(Self.hello, .zlib(windowBits: 9))
    }
  }

  @Test(arguments: 9...15)
  func inflatesEveryWindow(windowBits: Int) throws {
    let form = (0..<5_000).map { UInt8($0 * $0 % 251) }
    let packed = try deflated(form, windowBits: windowBits)
    #expect(try FormUnpacking.unpack(packed, .zlib(windowBits: windowBits)) == form)
  }

  private func deflated(_ bytes: [UInt8], windowBits: Int) throws -> [UInt8] {
    var output: [UInt8] = []
    var compressor = try ZlibCompressor(windowBits: windowBits, level: 9)
    compressor.compress(bytes.span, into: &output)
    compressor.finish(into: &output)
    return output
  }

  @Test func survivesNoise() {
    var generator = SeededGenerator(seed: 3)
    for _ in 0..<2_000 {
      let count = Int.random(in: 0...40, using: &generator)
      let bytes = (0..<count).map { _ in UInt8.random(in: 0...255, using: &generator) }
      for codec in [Codec.packBits, .zlib(windowBits: 15)] {
        _ = try? FormUnpacking.unpack(bytes, codec, limit: 1_000)
      }
    }
  }
}
