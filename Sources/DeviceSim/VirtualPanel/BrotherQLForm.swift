internal import Capabilities

extension VirtualPanel {
  /// Draws what a Brother QL prints: commands that say what paper there must be, then rows that the
  /// print head lays down from its right end.
  func drawBrotherQL(
    _ form: [UInt8], _ label: Container.BrotherQL, rowCount: Int?
  ) throws(PanelError) -> PanelImage {
    var cursor = try cursor(form)
    let declared = try readBrotherQLCommands(&cursor, label)
    let height = try checkedHeight(declared, rowCount)
    // The wide printers are those that unpack rows.
    let isWide = label.modelClass == .ql1050
    let headByteCount = isWide ? 162 : 90
    var rows = InkRows(planeCount: inkCount, width: capability.size.width)
    for _ in 0..<height {
      for plane in rows.planes.indices {
        let command: [UInt8] = inkCount == 1 ? [0x67, 0] : [0x77, UInt8(plane + 1)]
        try cursor.skip(command, inkCount == 1 ? "g" : "w of colour \(plane + 1)")
        let place = cursor.offset
        let row = Array(try cursor.take(try cursor.u8()))
        let dots =
          isWide
          ? try FormUnpacking.unpack(row, .packBits, limit: headByteCount) : row
        guard dots.count == headByteCount else {
          throw .container("a row of \(dots.count) bytes, not \(headByteCount)", offset: place)
        }
        rows.planes[plane] += try fromTheRight(dots, offset: place)
      }
    }
    try cursor.skip([0x1A], "command to print")
    try cursor.finish()
    return try draw(rows, rowCount: rowCount)
  }

  /// - Returns: the rows that the commands declare.
  private func readBrotherQLCommands(
    _ cursor: inout FormCursor, _ label: Container.BrotherQL
  ) throws(PanelError) -> Int {
    let hasModes = label.modelClass != .ql700
    if hasModes { try cursor.skip([0x1B, 0x69, 0x61, 1], "raster mode") }
    try cursor.skip(Array(repeating: 0, count: 200), "two hundred zeros")
    try cursor.skip([0x1B, 0x40], "ESC @")
    if hasModes { try cursor.skip([0x1B, 0x69, 0x61, 1], "raster mode") }
    try cursor.skip([0x1B, 0x69, 0x53], "status request")
    // 80 always, and: kind, width and length count, quality before speed.
    try cursor.skip([0x1B, 0x69, 0x7A, 0x80 | 0x40 | 0x08 | 0x04 | 0x02], "print information")
    try cursor.skipU8(label.mediaType == .continuous ? 10 : 11, "the kind of paper")
    try cursor.skipU8(label.mediaWidth, "the paper's width")
    try cursor.skipU8(label.mediaLength, "the paper's length")
    let height = try cursor.u32LE()
    try cursor.skip([0, 0], "first page")
    if label.cut {
      try cursor.skip([0x1B, 0x69, 0x4D, 0x40], "automatic cut")
      try cursor.skip([0x1B, 0x69, 0x41, 1], "cut after each label")
    }
    try cursor.skip([0x1B, 0x69, 0x4B], "expanded mode")
    try cursor.skipU8((label.cut ? 8 : 0) + (inkCount == 2 ? 1 : 0), "the expanded mode")
    try cursor.skip([0x1B, 0x69, 0x64], "margin")
    try cursor.skipU16LE(label.margin, "the margin")
    if label.modelClass == .ql1050 { try cursor.skip([0x4D, 2], "compression") }
    return height
  }

  /// A row of the form from one of the print head, which begins with the last column; what lies
  /// beyond the form must be paper.
  private func fromTheRight(
    _ dots: [UInt8], offset: Int
  ) throws(PanelError) -> [UInt8] {
    let width = capability.size.width
    var row = [UInt8](repeating: 0, count: width / 8 + (width % 8 > 0 ? 1 : 0))
    for place in 0..<dots.count * 8 where dots[place / 8] & 0x80 >> (place % 8) != 0 {
      guard place < width else {
        throw .container("dot \(place) lies beyond the form", offset: offset)
      }
      let column = width - 1 - place
      row[column / 8] |= 0x80 >> (column % 8)
    }
    return row
  }
}
