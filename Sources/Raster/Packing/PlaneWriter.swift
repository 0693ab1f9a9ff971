internal import Capabilities

/// Writes rows of codes into the bytes of one plane of one part of the form, in any order of rows.
struct PlaneWriter {
  /// Bits from one row's beginning to the next one's in scan `rows`.
  let bitsPerRow: Int
  /// Bytes of the whole plane.
  let byteCount: Int
  private let format: PlaneFormat
  /// The part's columns, after mirroring.
  private let columns: Range<Int>
  private let width: Int
  private let rowCount: Int
  private let layout: Layout
  /// The row's numbers.
  private var numbers: [UInt64]
  /// The row's codes, when they are the numbers.
  private var codes: [UInt16]

  /// - Parameters:
  ///   - columns: of the mirrored form.
  ///   - width: of the form.
  init(
    format: PlaneFormat, columns: Range<Int>, width: Int, rowCount: Int, layout: Layout
  ) {
    self.format = format
    self.columns = columns
    self.width = width
    self.rowCount = rowCount
    self.layout = layout
    let pixelBits = columns.count * format.bits
    if layout.rowAlign == 0 {
      bitsPerRow = pixelBits
    } else {
      let unitBits = 8 * layout.rowAlign
      bitsPerRow = (pixelBits + unitBits - 1) / unitBits * unitBits
    }
    byteCount =
      switch layout.scan {
      case .rows: (bitsPerRow * rowCount + 7) / 8
      case .pagesLSBTop, .pagesMSBTop, .columns: columns.count * ((rowCount + 7) / 8)
      }
    let isCode = format == .code(bits: format.bits)
    numbers = isCode ? [] : Array(repeating: 0, count: columns.count)
    codes = isCode ? Array(repeating: 0, count: columns.count) : []
  }

  /// Writes a row in scan `rows`; the bits of its padding stay as they are.
  /// - Parameters:
  ///   - row: codes, one plane of the form's width a channel.
  ///   - bitOffset: of the row in `bytes`.
  mutating func writeRow(
    _ row: [UInt16], into bytes: inout [UInt8], at bitOffset: Int
  ) {
    var target = bytes.mutableSpan
    guard !takesRowsAsTheyAre else {
      packCodes(row.span.extracting(0..<width), into: &target, at: bitOffset)
      return
    }
    gather(row)
    if codes.isEmpty {
      pack(numbers.span, into: &target, at: bitOffset)
    } else {
      packCodes(codes.span, into: &target, at: bitOffset)
    }
  }

  /// True when a row's codes are its numbers, in their order.
  private var takesRowsAsTheyAre: Bool {
    !codes.isEmpty && columns.count == width && !layout.mirror.isHorizontal
  }

  private func packCodes(
    _ codes: Span<UInt16>, into bytes: inout MutableSpan<UInt8>, at bitOffset: Int
  ) {
    if format.bits == 1 && bitOffset & 7 == 0 && layout.bitOrder == .msb {
      BitPacking.packSingleBits(codes, into: &bytes, at: bitOffset >> 3)
    } else {
      pack(codes, into: &bytes, at: bitOffset)
    }
  }

  /// Writes row `y` of the plane, which begins at byte `start`, in any other scan: one bit a pixel.
  mutating func writeScannedRow(
    _ row: [UInt16], _ y: Int, into bytes: inout [UInt8], at start: Int
  ) {
    gather(row)
    let bit = UInt8(layout.scan == .pagesLSBTop ? 1 << (y & 7) : 0x80 >> (y & 7))
    // Bytes from one column to the next, and of the columns' first bytes.
    let isColumns = layout.scan == .columns
    let step = isColumns ? (rowCount + 7) / 8 : 1
    var index = start + (isColumns ? y >> 3 : (y >> 3) * columns.count)
    for x in 0..<columns.count {
      let isSet = codes.isEmpty ? numbers[x] & 1 != 0 : codes[x] & 1 != 0
      bytes[index] = isSet ? bytes[index] | bit : bytes[index] & ~bit
      index += step
    }
  }

  private func pack<Number: FixedWidthInteger & UnsignedInteger>(
    _ numbers: Span<Number>, into bytes: inout MutableSpan<UInt8>, at bitOffset: Int
  ) {
    if format.bits.isMultiple(of: 8) && layout.byteOrder == .little {
      BitPacking.packLittleEndian(
        numbers, byteCount: format.bits / 8, into: &bytes, at: bitOffset >> 3)
    } else if format.bits.isMultiple(of: 8) {
      BitPacking.packBigEndian(
        numbers, byteCount: format.bits / 8, into: &bytes, at: bitOffset >> 3)
    } else if layout.bitOrder == .msb {
      BitPacking.packMostSignificantFirst(numbers, bits: format.bits, into: &bytes, at: bitOffset)
    } else {
      BitPacking.packLeastSignificantFirst(numbers, bits: format.bits, into: &bytes, at: bitOffset)
    }
  }

  /// Takes the part's pixels out of the form's row, mirrored.
  private mutating func gather(_ row: [UInt16]) {
    let isMirrored = layout.mirror.isHorizontal
    let first = isMirrored ? width - 1 - columns.lowerBound : columns.lowerBound
    let step = isMirrored ? -1 : 1
    if !codes.isEmpty {
      for x in 0..<columns.count { codes[x] = row[first + x * step] }
      return
    }
    if let bit = format.codeBit {
      for x in 0..<columns.count { numbers[x] = UInt64(row[first + x * step] >> UInt16(bit)) & 1 }
      return
    }
    for x in 0..<columns.count { numbers[x] = format.constant }
    for field in format.fields {
      BitPacking.insert(
        row, from: field.channel * width + first, step: step, shift: field.shift, into: &numbers)
    }
  }
}
