internal import Capabilities
internal import Foundation

extension VirtualPanel {
  /// Draws what ZPL's ^GFA prints.
  func drawZPL(_ form: [UInt8], rowCount: Int?) throws(PanelError) -> PanelImage {
    var cursor = try cursor(form)
    var rows = InkRows(planeCount: 1, width: capability.size.width)
    let byteCount = try readZPLHeader(&cursor, bytesPerRow: rows.bytesPerRow)
    let place = cursor.offset
    let text = try cursor.take(upTo: UInt8(ascii: "^"), "the data")
    rows.planes[0] = try ZebraText.bytes(
      of: text, bytesPerRow: rows.bytesPerRow, byteCount: byteCount, offset: place)
    try cursor.skip("FS^XZ")
    try cursor.finish()
    return try draw(rows, rowCount: rowCount)
  }

  /// Draws what ZPL's ^GFA prints of data in Base64.
  func drawZ64(_ form: [UInt8], rowCount: Int?) throws(PanelError) -> PanelImage {
    var cursor = try cursor(form)
    var rows = InkRows(planeCount: 1, width: capability.size.width)
    let byteCount = try readZPLHeader(&cursor, bytesPerRow: rows.bytesPerRow)
    try cursor.skip(":Z64:")
    let place = cursor.offset
    let text = try cursor.take(upTo: UInt8(ascii: ":"), "the data")
    guard let packed = Data(base64Encoded: Data(text)) else {
      throw .container("no Base64", offset: place)
    }
    let checksum = String(format: "%04X", crc(text))
    try cursor.skip(Array(checksum.utf8), "checksum \(checksum)")
    try cursor.skip("^FS^XZ")
    try cursor.finish()
    rows.planes[0] = try FormUnpacking.unpack([UInt8](packed), .zlib(windowBits: 15))
    guard rows.planes[0].count == byteCount else {
      throw .wrongLength(declared: byteCount, expected: rows.planes[0].count)
    }
    return try draw(rows, rowCount: rowCount)
  }

  /// - Returns: the bytes that the field declares.
  private func readZPLHeader(
    _ cursor: inout FormCursor, bytesPerRow: Int
  ) throws(PanelError) -> Int {
    try cursor.skip("^XA^FO0,0^GFA,")
    let place = cursor.offset
    let byteCount = try cursor.decimal("count of bytes")
    try cursor.skip(",")
    try cursor.skipDecimal(byteCount, "count of field bytes")
    try cursor.skip(",")
    try cursor.skipDecimal(bytesPerRow, "bytes a row")
    try cursor.skip(",")
    guard byteCount % bytesPerRow == 0, byteCount <= FormUnpacking.byteLimit else {
      throw .container("\(byteCount) bytes are no rows", offset: place)
    }
    return byteCount
  }

  /// One bit at a time, as the polynomial x¹⁶ + x¹² + x⁵ + 1 divides the text.
  private func crc(_ text: ArraySlice<UInt8>) -> UInt32 {
    var rest: UInt32 = 0
    for byte in Array(text) + [0, 0] {
      for place in (0..<8).reversed() {
        rest = rest << 1 | UInt32(byte >> place & 1)
        if rest & 0x1_0000 != 0 { rest ^= 0x1_1021 }
      }
    }
    return rest
  }
}

/// Zebra's compressed digits.
private enum ZebraText {
  static func bytes(
    of text: ArraySlice<UInt8>, bytesPerRow: Int, byteCount: Int, offset: Int
  ) throws(PanelError) -> [UInt8] {
    let digitsPerRow = 2 * bytesPerRow
    var digits: [UInt8] = []
    /// What the letters before a digit count up to.
    var count = 0
    for (index, byte) in text.enumerated() {
      let room = digitsPerRow - digits.count % digitsPerRow
      let written: Range<Int>
      switch Character(UnicodeScalar(byte)) {
      case "G"..."Y":
        count += Int(byte) - 0x46
        continue
      case "g"..."z":
        count += (Int(byte) - 0x66) * 20
        continue
      case ",": written = 0..<room
      case "!": written = 0..<room
      case ":":
        guard room == digitsPerRow, digits.count >= digitsPerRow else {
          throw .container("no row above", offset: offset + index)
        }
        digits += Array(digits.suffix(digitsPerRow))
        written = 0..<0
      case "0"..."9", "A"..."F": written = 0..<max(1, count)
      default: throw .container("no digit", offset: offset + index)
      }
      guard written.count <= room, digits.count + written.count <= 2 * byteCount else {
        throw .container("more digits than the row has", offset: offset + index)
      }
      let digit: UInt8 =
        switch byte {
        case 0x2C: 0
        case 0x21: 15
        default: byte > 0x40 ? byte - 0x37 : byte & 15
        }
      digits += repeatElement(digit, count: written.count)
      count = 0
    }
    guard digits.count == 2 * byteCount, count == 0 else {
      throw .wrongLength(declared: digits.count / 2, expected: byteCount)
    }
    return (0..<byteCount).map { digits[2 * $0] << 4 | digits[2 * $0 + 1] }
  }
}
