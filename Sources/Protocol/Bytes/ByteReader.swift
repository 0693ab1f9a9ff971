/// Reads big-endian fields from a message's payload; every failure carries field and byte offset.
struct ByteReader {
  private let bytes: [UInt8]
  /// The next byte's offset in the payload.
  private(set) var offset = 0

  init(_ bytes: [UInt8]) { self.bytes = bytes }

  /// Bytes left.
  var remaining: Int { bytes.count - offset }

  mutating func u8(_ field: String) throws(MessageError) -> UInt8 {
    try need(1, field)
    defer { offset += 1 }
    return bytes[offset]
  }

  mutating func u16(_ field: String) throws(MessageError) -> UInt16 {
    try need(2, field)
    return UInt16(try u8(field)) << 8 | UInt16(try u8(field))
  }

  mutating func u32(_ field: String) throws(MessageError) -> UInt32 {
    try need(4, field)
    return UInt32(try u16(field)) << 16 | UInt32(try u16(field))
  }

  mutating func u64(_ field: String) throws(MessageError) -> UInt64 {
    try need(8, field)
    return UInt64(try u32(field)) << 32 | UInt64(try u32(field))
  }

  mutating func bytes(_ count: Int, _ field: String) throws(MessageError) -> [UInt8] {
    try need(count, field)
    defer { offset += count }
    return Array(bytes[offset..<offset + count])
  }

  mutating func shortDigest(_ field: String) throws(MessageError) -> ShortDigest {
    ShortDigest(checked: try bytes(ShortDigest.byteCount, field))
  }

  /// u8 length, then that many bytes of UTF-8.
  mutating func string(_ field: String) throws(MessageError) -> String {
    let count = Int(try u8(field))
    let start = offset
    guard let text = String(validating: try bytes(count, field), as: UTF8.self) else {
      throw .notUTF8(field: field, offset: start)
    }
    return text
  }

  /// A string of 1…128 bytes without control characters.
  mutating func name(_ field: String) throws(MessageError) -> ImageName {
    let start = offset
    let text = try string(field)
    do throws(ImageName.Fault) { return try ImageName(text) } catch {
      throw .nameInvalid(field: field, fault: error, offset: start)
    }
  }

  /// A string of 0…128 bytes without control characters.
  mutating func partialName(_ field: String) throws(MessageError) -> String {
    let start = offset
    let text = try string(field)
    guard !text.isEmpty else { return text }
    do throws(ImageName.Fault) { return try ImageName(text).text } catch {
      throw .nameInvalid(field: field, fault: error, offset: start)
    }
  }

  /// Refuses bytes after the last field.
  func finish() throws(MessageError) {
    guard remaining == 0 else { throw .trailing(byteCount: remaining, offset: offset) }
  }

  private func need(_ count: Int, _ field: String) throws(MessageError) {
    guard remaining >= count else {
      throw .truncated(field: field, needed: count, available: remaining, offset: offset)
    }
  }
}
