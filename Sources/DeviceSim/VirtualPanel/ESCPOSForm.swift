internal import Capabilities

extension VirtualPanel {
  /// Draws what GS v 0 prints, strip after strip.
  func drawESCPOSRaster(
    _ form: [UInt8], stripRows: Int, rowCount: Int?
  ) throws(PanelError) -> PanelImage {
    var cursor = try cursor(form)
    var rows = InkRows(planeCount: 1, width: capability.size.width)
    repeat {
      try cursor.skip([0x1D, 0x76, 0x30, 0], "GS v 0")
      try cursor.skipU16LE(rows.bytesPerRow, "x")
      let place = cursor.offset
      let count = try cursor.u16LE()
      guard (1...stripRows).contains(count) else {
        throw .container("y is \(count), allowed is 1…\(stripRows)", offset: place)
      }
      rows.planes[0] += try cursor.take(count * rows.bytesPerRow)
      guard count == stripRows || cursor.isAtEnd else {
        throw .container("a strip of \(count) rows is not the last", offset: place)
      }
    } while !cursor.isAtEnd
    return try draw(rows, rowCount: rowCount)
  }

  /// Draws what GS 8 L stores and GS ( L prints: a graphic for each colour.
  func drawESCPOSGraphics(_ form: [UInt8], rowCount: Int?) throws(PanelError) -> PanelImage {
    var cursor = try cursor(form)
    let width = capability.size.width
    var rows = InkRows(planeCount: inkCount, width: width)
    for plane in rows.planes.indices {
      try cursor.skip([0x1D, 0x38, 0x4C], "GS 8 L")
      let place = cursor.offset
      let declared = try cursor.u32LE()
      let start = cursor.offset
      try cursor.skip(
        [48, 112, 48, 1, 1, 49 + UInt8(plane)], "function 112 in colour \(plane + 1)")
      try cursor.skipU16LE(width, "x")
      let height = try cursor.u16LE()
      rows.planes[plane] += try cursor.take(height * rows.bytesPerRow)
      guard declared == cursor.offset - start else {
        throw .container("\(declared) bytes are declared", offset: place)
      }
      guard rows.planes[plane].count == rows.planes[0].count else {
        throw .container("colours of different heights", offset: place)
      }
    }
    try cursor.skip([0x1D, 0x28, 0x4C, 2, 0, 48, 50], "GS ( L, function 50")
    try cursor.finish()
    return try draw(rows, rowCount: rowCount)
  }

  /// Draws what ESC * 33 prints, 24 rows at a time. Rows that the form should not have must be
  /// paper; those of a roll of unknown height are all its own.
  func drawESCPOSBitImage(_ form: [UInt8], rowCount: Int?) throws(PanelError) -> PanelImage {
    var cursor = try cursor(form)
    let width = capability.size.width
    var rows = InkRows(planeCount: 1, width: width)
    try cursor.skip([0x1B, 0x33, 24], "ESC 3 24")
    repeat {
      try cursor.skip([0x1B, 0x2A, 33], "ESC * 33")
      try cursor.skipU16LE(width, "n")
      let columns = Array(try cursor.take(3 * width))
      for y in 0..<24 {
        var row = [UInt8](repeating: 0, count: rows.bytesPerRow)
        for x in 0..<width where columns[3 * x + y / 8] & 0x80 >> (y % 8) != 0 {
          row[x / 8] |= 0x80 >> (x % 8)
        }
        rows.planes[0] += row
      }
      try cursor.skip([0x0A], "line feed")
    } while !cursor.startsWith([0x1B, 0x32])
    try cursor.skip([0x1B, 0x32], "ESC 2")
    try cursor.finish()
    guard let rowCount, rowCount <= rows.rowCount, rows.rowCount - rowCount < 24 else {
      return try draw(rows, rowCount: rowCount)
    }
    let below = rows.planes[0].dropFirst(rowCount * rows.bytesPerRow)
    guard below.allSatisfy({ $0 == 0 }) else {
      throw .container("dots below the last row", offset: form.count)
    }
    rows.planes[0].removeLast(below.count)
    return try draw(rows, rowCount: rowCount)
  }
}
