/// Reads the orientation out of Exif data, which begins with a TIFF header (Exif 2.32, 4.5.2 and
/// 4.6.4 A, tag 0112). The data comes from outside; every offset in it is checked.
struct ExifOrientation {
  /// 1...8.
  let value: Int

  /// - Returns: 1, nothing to do, wherever the data is damaged or says nothing.
  init(tiff: [UInt8]) {
    value = Self.find(in: tiff) ?? 1
  }

  private static func find(in tiff: [UInt8]) -> Int? {
    guard tiff.count >= 8 else { return nil }
    let isBigEndian: Bool
    switch (tiff[0], tiff[1]) {
    case (0x4D, 0x4D): isBigEndian = true
    case (0x49, 0x49): isBigEndian = false
    default: return nil
    }
    let reader = Reader(bytes: tiff, isBigEndian: isBigEndian)
    guard reader.value(at: 2, byteCount: 2) == 42,
      let directory = reader.value(at: 4, byteCount: 4),
      let entryCount = reader.value(at: directory, byteCount: 2)
    else { return nil }
    for index in 0..<entryCount {
      let entry = directory + 2 + 12 * index
      guard let tag = reader.value(at: entry, byteCount: 2) else { return nil }
      guard tag == 0x0112 else { continue }
      // Type 3 is SHORT; a single one stands in the entry itself.
      guard reader.value(at: entry + 2, byteCount: 2) == 3,
        reader.value(at: entry + 4, byteCount: 4) == 1,
        let value = reader.value(at: entry + 8, byteCount: 2),
        (1...8).contains(value)
      else { return nil }
      return value
    }
    return nil
  }

  /// Integers at offsets that need not be there. An offset is at most 32 bits plus 12 × 16 bits, so
  /// sums of offsets fit Int.
  private struct Reader {
    let bytes: [UInt8]
    let isBigEndian: Bool

    func value(at offset: Int, byteCount: Int) -> Int? {
      guard offset >= 0, offset <= bytes.count - byteCount else { return nil }
      var value = 0
      for index in 0..<byteCount {
        let place = isBigEndian ? index : byteCount - 1 - index
        value = value << 8 | Int(bytes[offset + place])
      }
      return value
    }
  }
}
