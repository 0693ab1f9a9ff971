import Testing
import WireProtocol

@Suite("Frames")
struct FrameTests {
  /// Frames and their bytes, computed by Python's `binascii.crc_hqx` and `zlib.crc32`.
  static let vectors: [(frame: Frame, bytes: String)] = [
    (Frame(type: 0x40, request: 1), "4000000000017421"),
    (Frame(type: 0x40, flags: .crc32, request: 1), "400200040001ec62 7e157cce"),
    (
      Frame(type: 0x12, request: 7, payload: Array("123456789".utf8)),
      "12000009000771a2 313233343536373839"
    ),
    (
      Frame(type: 0x12, flags: [.last, .crc32], request: 7, payload: Array("123456789".utf8)),
      "1203000d000743b0 313233343536373839 0c890c7e"
    ),
  ]

  @Test("encoding gives these bytes", arguments: vectors)
  func encode(frame: Frame, bytes: String) {
    var output: [UInt8] = []
    FrameEncoder(usesCRC32: frame.flags.contains(.crc32)).append(
      type: frame.type, flags: frame.flags, request: frame.request, payload: frame.payload[...],
      to: &output)
    #expect(output == hex(bytes))
  }

  @Test("decoding gives the frame at every split point", arguments: vectors)
  func decode(frame: Frame, bytes: String) throws {
    let bytes = hex(bytes)
    for split in 0..<bytes.count {
      var decoder = FrameDecoder()
      var first = bytes[..<split]
      #expect(try decoder.next(from: &first) == nil)
      #expect(decoder.hasBegunFrame == (split > 0))
      #expect(decoder.heldByteCount == split)
      // One byte of the next frame must stay where it is.
      var second = bytes[split...] + [0x40]
      #expect(try decoder.next(from: &second) == frame)
      #expect(Array(second) == [0x40])
      #expect(!decoder.hasBegunFrame)
    }
  }

  @Test("frames follow each other in one piece")
  func sequence() throws {
    var decoder = FrameDecoder()
    var input = Self.vectors.flatMap { hex($0.bytes) }[...]
    for vector in Self.vectors { #expect(try decoder.next(from: &input) == vector.frame) }
    #expect(try decoder.next(from: &input) == nil)
  }

  @Test("a length at the limit is taken, one past it refused when the header is complete")
  func limit() throws {
    var decoder = FrameDecoder(maxFrame: 248)
    var atLimit = FrameEncoder(maxFrame: 0xFFFF, usesCRC32: false).encode(
      .data(Array(repeating: 1, count: 248)), request: 1)[...]
    #expect(try decoder.next(from: &atLimit)?.payload.count == 248)

    var past = FrameEncoder(maxFrame: 0xFFFF, usesCRC32: false).encode(
      .data(Array(repeating: 1, count: 249)), request: 1)[...].prefix(8)
    let error = FramingError.tooLong(declared: 249, limit: 248, offset: 256)
    #expect(throws: error) { try decoder.next(from: &past) }
    #expect(error.code == .frameTooLong)
    #expect(decoder.heldByteCount == 0)
  }

  @Test("the trailer counts to the length")
  func trailerCounts() throws {
    let encoder = FrameEncoder(maxFrame: 248, usesCRC32: true)
    #expect(encoder.payloadByteLimit == 244)
    let bytes = encoder.encode(.data(Array(repeating: 1, count: 244)), request: 1)
    #expect(bytes.count == 256)
    var input = bytes[...]
    var decoder = FrameDecoder(maxFrame: 248)
    #expect(try decoder.next(from: &input)?.payload.count == 244)
  }

  @Test(
    "what cannot be a frame is refused with what was declared and where",
    arguments: [
      ("0d0a0d0a000d0a51", FramingError.foreignPeer(.proxyProtocol), ErrorCode.malformed),
      ("16", .foreignPeer(.tls), .malformed),
      ("47", .foreignPeer(.httpGet), .malformed),
      ("50", .foreignPeer(.httpPost), .malformed),
      (
        "4000000000017422", .checkMismatch(declared: 0x7422, computed: 0x7421, offset: 0),
        .checkMismatch
      ),
      (
        "400200040001ec62 7e157ccf",
        .crcMismatch(declared: 0x7E15_7CCF, computed: 0x7E15_7CCE, offset: 0), .checkMismatch
      ),
      (
        "4000000000017421 4000000000017420",
        .checkMismatch(declared: 0x7420, computed: 0x7421, offset: 8), .checkMismatch
      ),
    ])
  func refused(bytes: String, error: FramingError, code: ErrorCode) {
    var decoder = FrameDecoder()
    var input = hex(bytes)[...]
    #expect(throws: error) { while try decoder.next(from: &input) != nil {} }
    #expect(error.code == code)
    // Nothing after a refused frame has a meaning.
    var good = hex("4000000000017421")[...]
    #expect(throws: error) { try decoder.next(from: &good) }
  }

  @Test(
    "flags that are refused, by their bits",
    arguments: [
      (0x08 as UInt8, FramingError.flagsRefused(flags: 0x08, offset: 0), ErrorCode.malformed),
      (0x06, .flagsRefused(flags: 0x06, offset: 0), .malformed),
      (0x04, .macWithoutKey(offset: 0), .notProven),
      (0x02, .trailerMissing(declared: 3, needed: 4, offset: 0), .malformed),
    ])
  func flagsRefused(flags: UInt8, error: FramingError, code: ErrorCode) {
    var header: [UInt8] = [0x40, flags, 0, 3, 0, 1]
    let check = CRC16.checksum(header)
    header += [UInt8(check >> 8), UInt8(check & 0xFF), 1, 2, 3]
    var input = header[...]
    var decoder = FrameDecoder()
    #expect(throws: error) { try decoder.next(from: &input) }
    #expect(error.code == code)
  }

  @Test("flags 10–80 are ignored, each of them")
  func ignoredFlags() throws {
    for flags in [0x10, 0x20, 0x40, 0x80, 0xF0] as [UInt8] {
      var bytes: [UInt8] = []
      FrameEncoder(usesCRC32: true).append(
        type: 0x40, flags: FrameFlags(rawValue: flags), request: 1, payload: [], to: &bytes)
      var input = bytes[...]
      var decoder = FrameDecoder()
      let frame = try decoder.next(from: &input)
      #expect(frame?.flags.rawValue == flags | 0x02)
      #expect(try frame.flatMap { try Message($0) } == .ping)
    }
  }

  @Test("a foreign first byte counts only at the connection's beginning")
  func laterForeignByte() throws {
    var decoder = FrameDecoder()
    var bytes = hex("4000000000017421")
    FrameEncoder(usesCRC32: false).append(type: 0x16, request: 1, payload: [], to: &bytes)
    var input = bytes[...]
    #expect(try decoder.next(from: &input)?.type == 0x40)
    let frame = try decoder.next(from: &input)
    #expect(frame?.type == 0x16)
    #expect(throws: MessageError.unknownType(0x16)) { try frame.map { try Message($0) } }
  }

  @Test("every single damaged bit of a frame with CRC-32 is found")
  func damage() {
    let bytes = hex("1203000d000743b0 313233343536373839 0c890c7e")
    for bit in 0..<bytes.count * 8 {
      var damaged = bytes
      damaged[bit / 8] ^= 1 << (bit % 8)
      var input = damaged[...]
      var decoder = FrameDecoder()
      #expect(throws: FramingError.self, "bit \(bit)") { try decoder.next(from: &input) }
    }
  }

  @Test("an incomplete frame is never more than header and limit")
  func held() throws {
    var decoder = FrameDecoder(maxFrame: 16_384)
    let bytes = encoded(.data(Array(repeating: 9, count: 16_384)), request: 1)
    for byte in bytes.dropLast() {
      var input = [byte][...]
      #expect(try decoder.next(from: &input) == nil)
    }
    #expect(decoder.heldByteCount == 8 + 16_383)
  }
}
