/// An IHDR's data.
func pngHeader(
  width: UInt32, height: UInt32, bitDepth: UInt8, colorType: UInt8, interlace: UInt8
) -> [UInt8] {
  bigEndian(width) + bigEndian(height) + [bitDepth, colorType, 0, 0, interlace]
}

/// A PNG of the given chunks, with right checksums and an IEND.
func pngBytes(header: [UInt8], chunks: [(name: String, data: [UInt8])]) -> [UInt8] {
  var bytes: [UInt8] = [0x89, 0x50, 0x4E, 0x47, 0x0D, 0x0A, 0x1A, 0x0A]
  for (name, data) in [("IHDR", header)] + chunks + [("IEND", [])] {
    let body = Array(name.utf8) + data
    bytes += bigEndian(UInt32(data.count)) + body + bigEndian(crc32(body))
  }
  return bytes
}

private func bigEndian(_ value: UInt32) -> [UInt8] {
  [24, 16, 8, 0].map { UInt8(truncatingIfNeeded: value >> $0) }
}

/// PNG, third edition, annex D.
private func crc32(_ bytes: [UInt8]) -> UInt32 {
  var crc: UInt32 = 0xFFFF_FFFF
  for byte in bytes {
    crc = crcTable[Int((crc ^ UInt32(byte)) & 0xFF)] ^ (crc >> 8)
  }
  return ~crc
}

private let crcTable: [UInt32] = (0..<256).map { index in
  (0..<8).reduce(UInt32(index)) { value, _ in
    value & 1 == 1 ? 0xEDB8_8320 ^ (value >> 1) : value >> 1
  }
}
