/// CRC-16/IBM-3740: polynomial 1021, start FFFF, unreflected, no final xor. "123456789" gives 29B1.
public enum CRC16 {
  /// The checksum of `bytes`.
  public static func checksum(_ bytes: some Sequence<UInt8>) -> UInt16 {
    var crc: UInt16 = 0xFFFF
    for byte in bytes {
      crc = crc << 8 ^ table[Int(UInt8(truncatingIfNeeded: crc >> 8) ^ byte)]
    }
    return crc
  }

  private static let table: [UInt16] = (0..<256).map { index in
    var crc = UInt16(index) << 8
    for _ in 0..<8 { crc = crc << 1 ^ (crc & 0x8000 != 0 ? 0x1021 : 0) }
    return crc
  }
}
