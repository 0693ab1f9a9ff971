/// The first 8 bytes of a frame: type u8, flags u8, length u16, request u16, check u16.
struct FrameHeader: Hashable, Sendable {
  static let byteCount = 8

  let type: UInt8
  let flags: FrameFlags
  /// Bytes of payload and trailer.
  let length: Int
  let request: UInt16

  /// Bytes of the CRC-32 or the MAC at the end of ``length``.
  var trailerByteCount: Int {
    flags.contains(.mac)
      ? FrameAuthenticator.trailerByteCount : flags.contains(.crc32) ? CRC32.byteCount : 0
  }

  init(type: UInt8, flags: FrameFlags, length: Int, request: UInt16) {
    precondition((0...0xFFFF).contains(length), "a frame of \(length) bytes")
    self.type = type
    self.flags = flags
    self.length = length
    self.request = request
  }

  /// Reads a header and refuses what can be refused without the payload.
  /// - Parameters:
  ///   - bytes: exactly 8.
  ///   - limit: the largest length allowed.
  ///   - isKeyed: a key is in use, so that every frame has a MAC; without one none has.
  ///   - offset: bytes of the connection before this frame, for the error.
  init(_ bytes: ArraySlice<UInt8>, limit: Int, isKeyed: Bool, offset: Int) throws(FramingError) {
    precondition(bytes.count == Self.byteCount)
    let first = bytes.startIndex
    func u16(_ index: Int) -> UInt16 {
      UInt16(bytes[first + index]) << 8 | UInt16(bytes[first + index + 1])
    }
    let computed = CRC16.checksum(bytes.prefix(6))
    guard u16(6) == computed else {
      throw .checkMismatch(declared: u16(6), computed: computed, offset: offset)
    }
    type = bytes[first]
    flags = FrameFlags(rawValue: bytes[first + 1])
    length = Int(u16(2))
    request = u16(4)
    guard flags.isDisjoint(with: .reserved), !flags.isSuperset(of: [.crc32, .mac]) else {
      throw .flagsRefused(flags: flags.rawValue, offset: offset)
    }
    guard flags.contains(.mac) == isKeyed else {
      throw isKeyed ? .macMissing(offset: offset) : .macWithoutKey(offset: offset)
    }
    guard length <= limit else {
      throw .tooLong(declared: length, limit: limit, offset: offset)
    }
    guard length >= trailerByteCount else {
      throw .trailerMissing(declared: length, needed: trailerByteCount, offset: offset)
    }
  }

  /// The 8 bytes, check included.
  var encoded: [UInt8] {
    var writer = ByteWriter()
    writer.u8(type)
    writer.u8(flags.rawValue)
    writer.u16(UInt16(length))
    writer.u16(request)
    writer.u16(CRC16.checksum(writer.bytes))
    return writer.bytes
  }
}
