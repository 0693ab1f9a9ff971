internal import Capabilities

extension VirtualPanel {
  /// Draws what Star's raster mode prints.
  func drawStarRaster(_ form: [UInt8], rowCount: Int?) throws(PanelError) -> PanelImage {
    var cursor = try cursor(form)
    var rows = InkRows(planeCount: 1, width: capability.size.width)
    try cursor.skip([0x1B, 0x2A, 0x72, 0x41], "ESC * r A")
    while !cursor.startsWith([0x1B, 0x2A, 0x72, 0x42]) {
      try cursor.skip([0x62], "b")
      try cursor.skipU16LE(rows.bytesPerRow, "n")
      rows.planes[0] += try cursor.take(rows.bytesPerRow)
    }
    try cursor.skip([0x1B, 0x2A, 0x72, 0x42], "ESC * r B")
    try cursor.finish()
    return try draw(rows, rowCount: rowCount)
  }

  /// Draws what a LabelWriter prints.
  func drawDymo(_ form: [UInt8], rowCount: Int?) throws(PanelError) -> PanelImage {
    var cursor = try cursor(form)
    var rows = InkRows(planeCount: 1, width: capability.size.width)
    try cursor.skip([0x1B, 0x44], "ESC D")
    try cursor.skipU8(rows.bytesPerRow, "n")
    while !cursor.isAtEnd {
      try cursor.skip([0x16], "SYN")
      rows.planes[0] += try cursor.take(rows.bytesPerRow)
    }
    return try draw(rows, rowCount: rowCount)
  }
}
