/// Writes big-endian fields; the inverse of ``ByteReader``.
struct ByteWriter {
  private(set) var bytes: [UInt8] = []

  mutating func u8(_ value: UInt8) { bytes.append(value) }

  mutating func u16(_ value: UInt16) {
    u8(UInt8(truncatingIfNeeded: value >> 8))
    u8(UInt8(truncatingIfNeeded: value))
  }

  mutating func u32(_ value: UInt32) {
    u16(UInt16(truncatingIfNeeded: value >> 16))
    u16(UInt16(truncatingIfNeeded: value))
  }

  mutating func u64(_ value: UInt64) {
    u32(UInt32(truncatingIfNeeded: value >> 32))
    u32(UInt32(truncatingIfNeeded: value))
  }

  mutating func raw(_ value: [UInt8]) { bytes += value }

  /// u8 length, then the bytes; at most 255.
  mutating func prefixed(_ value: some Collection<UInt8>) {
    precondition(value.count <= 255, "a u8 length cannot count \(value.count) bytes")
    u8(UInt8(value.count))
    bytes += value
  }

  mutating func string(_ value: String) { prefixed(value.utf8) }
}
