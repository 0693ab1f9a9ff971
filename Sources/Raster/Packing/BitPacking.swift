/// Writes numbers of any width as a stream of bits into bytes that may hold neighbours already.
enum BitPacking {
  /// The leftmost number in the most significant bits.
  /// - Parameters:
  ///   - bits: of a number, 1…48.
  ///   - bitOffset: of the first number in `bytes`; bits outside the numbers stay as they are.
  static func packMostSignificantFirst<Number: FixedWidthInteger & UnsignedInteger>(
    _ numbers: Span<Number>, bits: Int, into bytes: inout MutableSpan<UInt8>, at bitOffset: Int
  ) {
    var index = bitOffset >> 3
    var filled = bitOffset & 7
    var pending: UInt64 = filled > 0 ? UInt64(bytes[index] >> UInt8(8 - filled)) : 0
    for position in 0..<numbers.count {
      pending = pending << UInt64(bits) | UInt64(truncatingIfNeeded: numbers[position])
      filled += bits
      while filled >= 8 {
        filled -= 8
        bytes[index] = UInt8(truncatingIfNeeded: pending >> UInt64(filled))
        index += 1
      }
    }
    guard filled > 0 else { return }
    let kept = bytes[index] & (0xFF >> UInt8(filled))
    bytes[index] = UInt8(truncatingIfNeeded: pending << UInt64(8 - filled)) | kept
  }

  /// The leftmost number in the least significant bits, its own lowest bit lowest.
  static func packLeastSignificantFirst<Number: FixedWidthInteger & UnsignedInteger>(
    _ numbers: Span<Number>, bits: Int, into bytes: inout MutableSpan<UInt8>, at bitOffset: Int
  ) {
    var index = bitOffset >> 3
    var filled = bitOffset & 7
    var pending: UInt64 = filled > 0 ? UInt64(bytes[index]) & ((1 << UInt64(filled)) - 1) : 0
    for position in 0..<numbers.count {
      pending |= UInt64(truncatingIfNeeded: numbers[position]) << UInt64(filled)
      filled += bits
      while filled >= 8 {
        bytes[index] = UInt8(truncatingIfNeeded: pending)
        pending >>= 8
        filled -= 8
        index += 1
      }
    }
    guard filled > 0 else { return }
    let kept = bytes[index] & (0xFF << UInt8(filled))
    bytes[index] = UInt8(truncatingIfNeeded: pending) | kept
  }

  /// Sets the bits of codes in numbers where they are still zero.
  /// - Parameters:
  ///   - start: index in `row` of the first number's code.
  ///   - step: 1, or −1 when the row is mirrored.
  ///   - shift: bits below the code.
  static func insert(
    _ row: [UInt16], from start: Int, step: Int, shift: Int, into allNumbers: inout [UInt64]
  ) {
    let last = start + (allNumbers.count - 1) * step
    precondition(min(start, last) >= 0 && max(start, last) < row.count)
    let row = row.span
    var numbers = allNumbers.mutableSpan
    var index = start
    for position in 0..<numbers.count {
      unsafe numbers[unchecked: position] |= UInt64(row[unchecked: index]) << UInt64(shift)
      index &+= step
    }
  }

  /// Numbers of whole bytes, the most significant one first.
  static func packBigEndian<Number: FixedWidthInteger & UnsignedInteger>(
    _ numbers: Span<Number>, byteCount: Int, into bytes: inout MutableSpan<UInt8>, at start: Int
  ) {
    precondition(start >= 0 && start + numbers.count * byteCount <= bytes.count)
    var index = start
    for position in 0..<numbers.count {
      let number = unsafe UInt64(truncatingIfNeeded: numbers[unchecked: position])
      var shift = UInt64(8 * byteCount)
      for _ in 0..<byteCount {
        shift &-= 8
        unsafe bytes[unchecked: index] = UInt8(truncatingIfNeeded: number &>> shift)
        index &+= 1
      }
    }
  }

  /// Numbers of whole bytes, the least significant one first.
  static func packLittleEndian<Number: FixedWidthInteger & UnsignedInteger>(
    _ numbers: Span<Number>, byteCount: Int, into bytes: inout MutableSpan<UInt8>, at start: Int
  ) {
    precondition(start >= 0 && start + numbers.count * byteCount <= bytes.count)
    var index = start
    for position in 0..<numbers.count {
      var rest = unsafe UInt64(truncatingIfNeeded: numbers[unchecked: position])
      for _ in 0..<byteCount {
        unsafe bytes[unchecked: index] = UInt8(truncatingIfNeeded: rest)
        rest >>= 8
        index &+= 1
      }
    }
  }

  /// One bit each, eight at a time, from a byte's beginning; the bits after the last stay as they are.
  static func packSingleBits(
    _ bits: Span<UInt16>, into bytes: inout MutableSpan<UInt8>, at start: Int
  ) {
    let wholeCount = bits.count / 8
    precondition(start >= 0 && start + (bits.count + 7) / 8 <= bytes.count)
    let places = SIMD8<UInt16>(128, 64, 32, 16, 8, 4, 2, 1)
    let raw = unsafe bits.bytes
    for index in 0..<wholeCount {
      let eight = unsafe raw.unsafeLoadUnaligned(
        fromUncheckedByteOffset: index * 16, as: SIMD8<UInt16>.self)
      unsafe bytes[unchecked: start + index] = UInt8(
        truncatingIfNeeded: (eight &* places).wrappedSum())
    }
    packMostSignificantFirst(
      bits.extracting(wholeCount * 8..<bits.count), bits: 1, into: &bytes,
      at: (start + wholeCount) * 8)
  }
}
