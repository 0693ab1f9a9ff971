internal import Capabilities

extension VirtualPanel {
  /// Draws a Windows bitmap of the panel's size, colours and table.
  func drawBMP(_ form: [UInt8], rowCount: Int?) throws(PanelError) -> PanelImage {
    var cursor = try cursor(form)
    let depth = bitmapDepth
    let tableCount = depth > 8 ? 0 : 1 << depth
    try cursor.skip("BM")
    try cursor.skipU32LE(form.count, "the file's size")
    try cursor.skipU32LE(0, "reserved")
    let start = 54 + (depth == 16 ? 12 : 4 * tableCount)
    try cursor.skipU32LE(start, "the pixels' place")
    try cursor.skipU32LE(40, "the header's size")
    try cursor.skipU32LE(capability.size.width, "the width")
    let height = try checkedHeight(try cursor.u32LE(), rowCount)
    try cursor.skipU16LE(1, "planes")
    try cursor.skipU16LE(depth, "bits a pixel")
    try cursor.skipU32LE(depth == 16 ? 3 : 0, "the compression")
    try cursor.skipU32LE(form.count - start, "the pixels' size")
    for dots in [capability.resolution.x, capability.resolution.y] {
      // dots · 39.37…, to the nearest.
      try cursor.skipU32LE((dots * 5_000 + 63) / 127, "dots per metre")
    }
    try cursor.skipU32LE(tableCount, "colours")
    try cursor.skipU32LE(0, "important colours")
    if depth == 16 {
      for mask in [0x1F << 11, 0x3F << 5, 0x1F] { try cursor.skipU32LE(mask, "mask") }
    }
    let table = try readTable(&cursor, count: tableCount, fourth: 0)
    let layout = Layout(byteOrder: .little, rowAlign: 4)
    let image = try drawPixels(
      form, from: cursor.offset, height: height, bits: depth, layout: layout, table: table)
    return image.upsideDown
  }

  private var bitmapDepth: Int {
    switch capability.color.bitsPerPixel {
    case 1: 1
    case 2...4: 4
    case 5...8: 8
    case let bits: bits
    }
  }

  /// Draws a wireless bitmap.
  func drawWBMP(_ form: [UInt8], rowCount: Int?) throws(PanelError) -> PanelImage {
    var cursor = try cursor(form)
    try cursor.skip([0, 0], "type 0")
    let width = try number(&cursor)
    let height = try checkedHeight(try number(&cursor), rowCount)
    try checkSize(width: width, height: height)
    return try drawPixels(
      form, from: cursor.offset, height: height, bits: 1, layout: Layout(padBit: 1))
  }

  /// Seven bits a byte while the high bit is set; at most three bytes.
  private func number(_ cursor: inout FormCursor) throws(PanelError) -> Int {
    var number = 0
    for _ in 0..<3 {
      let byte = try cursor.u8()
      number = number << 7 | byte & 127
      guard byte > 127 else { return number }
    }
    throw .container("a number of more than three bytes", offset: cursor.offset)
  }

  /// Draws an image file of LVGL 9.
  func drawLVGL(_ form: [UInt8], rowCount: Int?) throws(PanelError) -> PanelImage {
    var cursor = try cursor(form)
    let bits = capability.color.bitsPerPixel
    let format: Int
    var tableCount = 0
    switch (capability.color, bits) {
    case (.rgb, 16): format = 0x12
    case (.rgb, 24): format = 0x0F
    case (.rgb(let rgb), _): format = rgb.alpha == 0 ? 0x11 : 0x10
    case (.gray, 8): format = 0x06
    default:
      // I1, I2, I4, I8.
      format = [1: 0x07, 2: 0x08, 4: 0x09][bits] ?? 0x0A
      tableCount = 1 << bits
    }
    try cursor.skipU8(0x19, "the magic")
    try cursor.skipU8(format, "the colour format")
    try cursor.skipU16LE(0, "the flags")
    try cursor.skipU16LE(capability.size.width, "the width")
    let height = try checkedHeight(try cursor.u16LE(), rowCount)
    try cursor.skipU16LE((capability.size.width * bits + 7) / 8, "the stride")
    try cursor.skipU16LE(0, "reserved")
    let table = try readTable(&cursor, count: tableCount, fourth: 255)
    return try drawPixels(
      form, from: cursor.offset, height: height, bits: bits, layout: Layout(byteOrder: .little),
      table: table)
  }

  /// A height that the form declares, if the panel can have it.
  /// - Parameter known: rows that there must be; `nil` for any of a roll.
  func checkedHeight(_ height: Int, _ known: Int?) throws(PanelError) -> Int {
    let width = capability.size.width
    guard height == known ?? height else {
      throw .wrongSize(
        declaredWidth: width, declaredHeight: height, expectedWidth: width,
        expectedHeight: known ?? height)
    }
    try checkSize(width: width, height: height)
    return height
  }

  /// Entries of blue, green, red and a fourth byte: what the panel shows, black where it has no code.
  /// - Returns: the colours that came with the form; none where the panel has its own.
  private func readTable(
    _ cursor: inout FormCursor, count: Int, fourth: UInt8
  ) throws(PanelError) -> [RGB8] {
    if case .adaptive(let adaptive) = capability.color {
      return try readAdaptiveTable(&cursor, count: count, used: adaptive.colors, fourth: fourth)
    }
    let color = PixelColor(capability.color)
    for code in 0..<count {
      var expected = RGB8(red: 0, green: 0, blue: 0)
      do throws(PanelError) {
        expected = try color(UInt64(code), column: 0, row: 0)
      } catch {}
      try cursor.skip(
        [expected.blue, expected.green, expected.red, fourth], "colour of code \(code)")
    }
    return []
  }

  /// At most `used` colours, black behind them.
  private func readAdaptiveTable(
    _ cursor: inout FormCursor, count: Int, used: Int, fourth: UInt8
  ) throws(PanelError) -> [RGB8] {
    var colors: [RGB8] = []
    for code in 0..<count {
      guard code < used else {
        try cursor.skip([0, 0, 0, fourth], "black for code \(code)")
        continue
      }
      let entry = Array(try cursor.take(3))
      try cursor.skip([fourth], "fourth byte of code \(code)")
      colors.append(RGB8(red: entry[2], green: entry[1], blue: entry[0]))
    }
    return colors
  }

  /// Draws one plane of whole pixels that ends with `form`.
  /// - Parameter table: the colours of an adaptive palette's codes.
  func drawPixels(
    _ form: [UInt8], from start: Int, height: Int, bits: Int, layout: Layout, table: [RGB8] = []
  ) throws(PanelError) -> PanelImage {
    let width = capability.size.width
    let pixels = PixelPlane(
      layout: layout, start: start, columnCount: width, rowCount: height, bitsPerPixel: bits)
    guard form.count == start + pixels.byteCount else {
      throw .wrongLength(declared: form.count, expected: start + pixels.byteCount)
    }
    try pixels.checkPadding(form)
    let color = PixelColor(capability.color, table: table)
    var image = PanelImage(width: width, height: height, filledWith: .white)
    for y in 0..<height {
      for x in 0..<width {
        let code = pixels.code(column: x, row: y, in: form)
        image[x, y] = try color(code, column: x, row: y)
      }
    }
    return image
  }
}

extension PanelImage {
  fileprivate var upsideDown: PanelImage {
    var image = self
    for y in 0..<height {
      for x in 0..<width { image[x, height - 1 - y] = self[x, y] }
    }
    return image
  }
}
