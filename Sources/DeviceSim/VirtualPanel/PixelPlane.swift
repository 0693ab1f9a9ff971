internal import Capabilities

/// Where a device finds its pixels: one plane of one part of a raw form, a run of bytes in which
/// every pixel has the same count of bits (spec/FORMS.md, "layout", from the device's side).
struct PixelPlane {
  let layout: Layout
  /// The plane's first byte in the form.
  let start: Int
  let columnCount: Int
  let rowCount: Int
  let bitsPerPixel: Int

  /// Bytes of the plane.
  var byteCount: Int {
    switch layout.scan {
    case .rows where layout.rowAlign == 0: wholeBytes(rowCount * usedBitsPerRow)
    case .rows: rowCount * bytesPerRow
    case .pagesLSBTop, .pagesMSBTop, .columns: columnCount * wholeBytes(rowCount)
    }
  }

  private var usedBitsPerRow: Int { columnCount * bitsPerPixel }

  /// Bytes from one row to the next, when rows are aligned.
  private var bytesPerRow: Int {
    let used = wholeBytes(usedBitsPerRow)
    let surplus = used % layout.rowAlign
    return surplus == 0 ? used : used + layout.rowAlign - surplus
  }

  private func wholeBytes(_ bitCount: Int) -> Int { bitCount / 8 + (bitCount % 8 > 0 ? 1 : 0) }

  /// The pixel's bits as a number; column, row and plane must lie inside.
  func code(column: Int, row: Int, in form: [UInt8]) -> UInt64 {
    switch layout.scan {
    case .rows where layout.rowAlign == 0:
      return code(atBit: row * usedBitsPerRow + column * bitsPerPixel, in: form)
    case .rows:
      return code(atBit: row * bytesPerRow * 8 + column * bitsPerPixel, in: form)
    case .pagesLSBTop:
      return UInt64(form[start + (row >> 3) * columnCount + column] >> (row & 7) & 1)
    case .pagesMSBTop:
      return UInt64(form[start + (row >> 3) * columnCount + column] >> (7 - row & 7) & 1)
    case .columns:
      return UInt64(form[start + column * wholeBytes(rowCount) + row / 8] >> (7 - row % 8) & 1)
    }
  }

  /// Whole bytes go by byte order. Anything else is a run of bits: from each byte's high end with
  /// the number's high bit first, or from its low end with the low bit first.
  private func code(atBit position: Int, in form: [UInt8]) -> UInt64 {
    var code: UInt64 = 0
    if bitsPerPixel % 8 == 0 {
      let byteCount = bitsPerPixel / 8
      for index in 0..<byteCount {
        let place = layout.byteOrder == .big ? byteCount - 1 - index : index
        code |= UInt64(form[start + position / 8 + index]) << (8 * place)
      }
      return code
    }
    for index in 0..<bitsPerPixel {
      let byte = form[start + (position + index) / 8]
      let place = (position + index) % 8
      switch layout.bitOrder {
      case .msb: code = code << 1 | UInt64(byte >> (7 - place) & 1)
      case .lsb: code |= UInt64(byte >> place & 1) << index
      }
    }
    return code
  }

  /// Refuses unused bits that are not the layout's pad bit.
  func checkPadding(_ form: [UInt8]) throws(PanelError) {
    switch layout.scan {
    case .rows where layout.rowAlign == 0:
      try check(rowCount * usedBitsPerRow..<byteCount * 8, from: start, in: form)
    case .rows:
      for row in 0..<rowCount {
        try check(usedBitsPerRow..<bytesPerRow * 8, from: start + row * bytesPerRow, in: form)
      }
    case .pagesLSBTop, .pagesMSBTop:
      guard rowCount % 8 > 0 else { return }
      for column in 0..<columnCount {
        try check(rowCount % 8..<8, from: start + rowCount / 8 * columnCount + column, in: form)
      }
    case .columns:
      let bytesPerColumn = wholeBytes(rowCount)
      for column in 0..<columnCount {
        try check(rowCount..<bytesPerColumn * 8, from: start + column * bytesPerColumn, in: form)
      }
    }
  }

  /// - Parameter bits: places after the first bit of byte `first`, in the direction pixels go.
  private func check(
    _ bits: Range<Int>, from first: Int, in form: [UInt8]
  ) throws(PanelError) {
    let startsLow =
      layout.scan == .pagesLSBTop || (layout.scan == .rows && layout.bitOrder == .lsb)
    for place in bits {
      let bit = startsLow ? place % 8 : 7 - place % 8
      let byte = first + place / 8
      let value = Int(form[byte] >> bit & 1)
      guard value == layout.padBit else { throw .padding(bit: bit, byte: byte, value: value) }
    }
  }
}
