/// CRC-32/ISO-HDLC, the one of zlib, PNG and Ethernet. "123456789" gives CBF43926.
///
/// Eight bytes a step (Kounavis and Berry, "A systematic approach to building high performance,
/// software-based, CRC generators", 2005): `table` holds eight tables of 256, table k advancing a
/// byte over k further ones.
public struct CRC32: Sendable {
  /// Bytes of a checksum.
  static let byteCount = 4

  private var state: UInt32 = 0xFFFF_FFFF

  /// The checksum of no bytes.
  public init() {}

  /// The checksum of everything given so far.
  public var checksum: UInt32 { ~state }

  /// Continues over `bytes`.
  public mutating func update(_ bytes: ArraySlice<UInt8>) {
    let table = Self.table
    var crc = state
    var index = bytes.startIndex
    while bytes.endIndex - index >= 8 {
      let low =
        crc
        ^ (UInt32(bytes[index]) | UInt32(bytes[index + 1]) << 8
          | UInt32(bytes[index + 2]) << 16 | UInt32(bytes[index + 3]) << 24)
      crc = table[0x700 | Int(low & 0xFF)] ^ table[0x600 | Int(low >> 8 & 0xFF)]
      crc ^= table[0x500 | Int(low >> 16 & 0xFF)] ^ table[0x400 | Int(low >> 24)]
      crc ^= table[0x300 | Int(bytes[index + 4])] ^ table[0x200 | Int(bytes[index + 5])]
      crc ^= table[0x100 | Int(bytes[index + 6])] ^ table[Int(bytes[index + 7])]
      index += 8
    }
    while index < bytes.endIndex {
      crc = crc >> 8 ^ table[Int(crc & 0xFF) ^ Int(bytes[index])]
      index += 1
    }
    state = crc
  }

  private static let table: [UInt32] = {
    var table = (0..<256).map { index in
      var crc = UInt32(index)
      for _ in 0..<8 { crc = crc >> 1 ^ (crc & 1 != 0 ? 0xEDB8_8320 : 0) }
      return crc
    }
    for index in 256..<2_048 {
      let previous = table[index - 256]
      table.append(previous >> 8 ^ table[Int(previous & 0xFF)])
    }
    return table
  }()
}
