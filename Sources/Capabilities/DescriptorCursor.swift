/// Reads big-endian numbers from a descriptor; every failure carries its byte offset.
struct DescriptorCursor {
  private let bytes: [UInt8]
  private(set) var offset: Int
  private let end: Int

  /// A cursor over `bytes[range]`, which must lie inside.
  init(_ bytes: [UInt8], range: Range<Int>) {
    precondition(range.lowerBound >= 0 && range.upperBound <= bytes.count)
    self.bytes = bytes
    offset = range.lowerBound
    end = range.upperBound
  }

  var remaining: Int { end - offset }

  mutating func u8() throws(CapabilityError) -> Int {
    guard remaining >= 1 else {
      throw .truncated(needed: 1, available: remaining, offset: offset)
    }
    defer { offset += 1 }
    return Int(bytes[offset])
  }

  mutating func i8() throws(CapabilityError) -> Int {
    Int(Int8(truncatingIfNeeded: try u8()))
  }

  mutating func u16() throws(CapabilityError) -> Int {
    guard remaining >= 2 else {
      throw .truncated(needed: 2, available: remaining, offset: offset)
    }
    return try u8() << 8 | u8()
  }

  mutating func u32() throws(CapabilityError) -> Int {
    guard remaining >= 4 else {
      throw .truncated(needed: 4, available: remaining, offset: offset)
    }
    return try u16() << 16 | u16()
  }

  mutating func bytes(_ count: Int) throws(CapabilityError) -> [UInt8] {
    guard remaining >= count else {
      throw .truncated(needed: count, available: remaining, offset: offset)
    }
    defer { offset += count }
    return Array(bytes[offset..<offset + count])
  }

  /// One byte that numbers a case of `Value`.
  /// - Parameter grows: later versions may know more of these numbers.
  mutating func word<Value: RawRepresentable & CaseIterable>(
    _ field: String, _ type: Value.Type, grows: Bool = false
  ) throws(CapabilityError) -> Value where Value.RawValue == UInt8 {
    let start = offset
    let raw = try u8()
    guard let value = Value(rawValue: UInt8(raw)) else {
      let known = Value.allCases.map { String($0.rawValue) }.joined(separator: ", ")
      guard grows else {
        throw .outOfRange(field: field, value: raw, allowed: known, offset: start)
      }
      throw .unknownValue(field: field, value: raw, known: known, offset: start)
    }
    return value
  }

  /// One byte of which only the bits of `mask` may be set.
  mutating func flags(_ field: String, mask: Int) throws(CapabilityError) -> Int {
    let start = offset
    let value = try u8()
    guard value & ~mask == 0 else {
      throw .outOfRange(
        field: field, value: value, allowed: "bits of 0x\(hexadecimal([UInt8(mask)]))",
        offset: start)
    }
    return value
  }
}

extension [UInt8] {
  /// Appends the low 8 bits.
  mutating func append(u8 value: Int) { append(UInt8(truncatingIfNeeded: value)) }

  /// Appends the low 16 bits, most significant byte first.
  mutating func append(u16 value: Int) {
    append(u8: value >> 8)
    append(u8: value)
  }

  /// Appends the low 32 bits, most significant byte first.
  mutating func append(u32 value: Int) {
    append(u16: value >> 16)
    append(u16: value)
  }
}
