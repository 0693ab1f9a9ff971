internal import Capabilities

extension VirtualPanel {
  /// Draws a PWG Raster file of one page (PWG 5102.4).
  func drawPWG(_ form: [UInt8], rowCount: Int?) throws(PanelError) -> PanelImage {
    var cursor = try cursor(form)
    try cursor.skip("RaS2")
    let page = cursor.offset
    try cursor.skip("PwgRaster")
    let width = capability.size.width
    let (space, colors): (Int, Int) =
      switch capability.color {
      case .rgb: (19, 3)
      case .cmyk: (6, 4)
      case .gray(let gray) where gray.black == .zero: (18, 1)
      default: (3, 1)
      }
    let bits = capability.color.bitsPerPixel
    let dots = capability.resolution
    let rowByteCount = (width * bits + 7) / 8
    // The height stands behind its page's height in points: look at it first.
    var ahead = cursor
    _ = try ahead.take(376 - 9)
    let height = try checkedHeight(try ahead.u32BE(), rowCount)
    let fields: [(offset: Int, value: Int, name: String)] = [
      (276, dots.x, "the resolution across"), (280, dots.y, "the resolution along"),
      (352, points(width, dots.x), "the page's width"),
      (356, points(height, dots.y), "the page's height"),
      (372, width, "the width"), (376, height, "the height"),
      (384, bits / colors, "bits a colour"), (388, bits, "bits a pixel"),
      (392, rowByteCount, "bytes a line"), (400, space, "the colour space"),
      (420, colors, "colours"), (452, 1, "pages"), (456, 1, "the cross-feed transform"),
      (460, 1, "the feed transform"), (472, width, "the image's right"),
      (476, height, "the image's bottom"), (480, 0xFFFFFF, "the alternate primary"),
    ]
    for (offset, value, name) in fields {
      try skipZeros(&cursor, upTo: page + offset)
      try cursor.skipU32BE(value, name)
    }
    try skipZeros(&cursor, upTo: page + 1_796)
    return try drawPage(&cursor, height: height, rowByteCount: rowByteCount)
  }

  /// Dots as points of 1/72 inch, to the nearest.
  private func points(_ dotCount: Int, _ dotsPerInch: Int) -> Int {
    let (whole, rest) = (dotCount * 72).quotientAndRemainder(dividingBy: dotsPerInch)
    return 2 * rest >= dotsPerInch ? whole + 1 : whole
  }

  private func skipZeros(
    _ cursor: inout FormCursor, upTo end: Int
  ) throws(PanelError) {
    let place = cursor.offset
    guard try cursor.take(end - place).allSatisfy({ $0 == 0 }) else {
      throw .container("a field that should be 0 is not", offset: place)
    }
  }

  /// Draws a URF file of one page.
  func drawURF(_ form: [UInt8], rowCount: Int?) throws(PanelError) -> PanelImage {
    var cursor = try cursor(form)
    let width = capability.size.width
    let bits = capability.color.bitsPerPixel
    try cursor.skip("UNIRAST\u{0}")
    try cursor.skipU32BE(1, "pages")
    try cursor.skipU8(bits, "bits a pixel")
    try cursor.skipU8(bits == 24 ? 1 : 0, "the colour space")
    try cursor.skip([1, 4], "one side of normal quality")
    try skipZeros(&cursor, upTo: cursor.offset + 8)
    try cursor.skipU32BE(width, "the width")
    let height = try checkedHeight(try cursor.u32BE(), rowCount)
    try cursor.skipU32BE(capability.resolution.x, "the resolution")
    try skipZeros(&cursor, upTo: cursor.offset + 8)
    return try drawPage(&cursor, height: height, rowByteCount: width * bits / 8)
  }

  /// Draws coded lines up to the form's end.
  private func drawPage(
    _ cursor: inout FormCursor, height: Int, rowByteCount: Int
  ) throws(PanelError) -> PanelImage {
    guard height * rowByteCount <= FormUnpacking.byteLimit else {
      throw .tooLong(limit: FormUnpacking.byteLimit)
    }
    let bits = capability.color.bitsPerPixel
    let valueByteCount = bits < 8 ? 1 : bits / 8
    var pixels: [UInt8] = []
    while pixels.count < height * rowByteCount {
      let place = cursor.offset
      let repeatCount = try cursor.u8() + 1
      let line = try codedLine(&cursor, rowByteCount, valueByteCount: valueByteCount)
      guard pixels.count + repeatCount * rowByteCount <= height * rowByteCount else {
        throw .container("\(repeatCount) lines are more than are left", offset: place)
      }
      for _ in 0..<repeatCount { pixels += line }
    }
    try cursor.finish()
    return try drawPixels(pixels, from: 0, height: height, bits: bits, layout: .standard)
  }

  /// One line: a byte up to 127 repeats the value behind it once more than it says, one from 129 on
  /// is followed by as many values as 257 exceeds it.
  private func codedLine(
    _ cursor: inout FormCursor, _ rowByteCount: Int, valueByteCount: Int
  ) throws(PanelError) -> [UInt8] {
    var line: [UInt8] = []
    while line.count < rowByteCount {
      let place = cursor.offset
      let control = try cursor.u8()
      guard control != 128 else { throw .container("a run of kind 128", offset: place) }
      if control < 128 {
        let value = try cursor.take(valueByteCount)
        for _ in 0...control { line += value }
      } else {
        line += try cursor.take((257 - control) * valueByteCount)
      }
      guard line.count <= rowByteCount else {
        throw .container("a run leaves its line", offset: place)
      }
    }
    return line
  }
}
