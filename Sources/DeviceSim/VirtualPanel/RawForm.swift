internal import Capabilities

extension VirtualPanel {
  /// Draws a raw form: the table of an adaptive palette, then, part by part, plane by plane, the
  /// pixels.
  /// - Parameter known: rows of the form; `nil` to read them from its length.
  func drawRaw(_ form: [UInt8], rowCount known: Int?) throws(PanelError) -> PanelImage {
    let rowCount = if let known { known } else { try rowCount(ofByteCount: form.count) }
    let expected = byteCount(rowCount: rowCount)
    guard form.count == expected else {
      throw .wrongLength(declared: form.count, expected: expected)
    }
    let color = PixelColor(capability.color, table: table(form))
    var image = PanelImage(width: capability.size.width, height: rowCount, filledWith: .white)
    var start = tableByteCount
    for part in parts {
      let planes = planes(of: part, start: start, rowCount: rowCount)
      for plane in planes {
        try plane.pixels.checkPadding(form)
        start += plane.pixels.byteCount
      }
      for row in 0..<rowCount {
        for column in 0..<part.count {
          var code: UInt64 = 0
          for plane in planes {
            code |= plane.pixels.code(column: column, row: row, in: form) << plane.shift
          }
          let x = part.lowerBound + column
          image[x, row] = try color(code, column: x, row: row)
        }
      }
    }
    return image
  }

  /// Bits of a pixel that each plane holds, in the order the planes come.
  private var planeWidths: [Int] {
    let fromTop: [Int]
    switch capability.color {
    case _ where capability.layout.planes == .packed:
      return [capability.color.bitsPerPixel]
    case .gray, .palette, .adaptive:
      fromTop = Array(repeating: 1, count: capability.color.bitsPerPixel)
    case .rgb(let rgb):
      let ends = rgb.order == .rgb ? (rgb.red, rgb.blue) : (rgb.blue, rgb.red)
      fromTop = (rgb.alpha > 0 ? [rgb.alpha] : []) + [ends.0, rgb.green, ends.1]
    case .cmyk(let cmyk):
      fromTop = Array(repeating: cmyk.bits, count: 4)
    }
    return capability.layout.planes == .planarHighFirst ? fromTop : fromTop.reversed()
  }

  /// The columns of each part, as the parts follow each other in the form.
  private var parts: [Range<Int>] {
    let (split, width) = (capability.layout.split, capability.size.width)
    return split == 0 ? [0..<width] : [0..<split, split..<width]
  }

  /// The planes of one part that begins at byte `start`, and where their bits go in a pixel.
  private func planes(
    of part: Range<Int>, start: Int, rowCount: Int
  ) -> [(pixels: PixelPlane, shift: Int)] {
    let widths = planeWidths
    var start = start
    return widths.enumerated().map { index, bits in
      let earlier = widths[..<index].reduce(0, +)
      let later = widths[(index + 1)...].reduce(0, +)
      let pixels = PixelPlane(
        layout: capability.layout, start: start, columnCount: part.count, rowCount: rowCount,
        bitsPerPixel: bits)
      start += pixels.byteCount
      return (pixels, capability.layout.planes == .planarLowFirst ? earlier : later)
    }
  }

  /// Bytes of a form of so many rows, its table included.
  private func byteCount(rowCount: Int) -> Int {
    var count = tableByteCount
    for part in parts {
      for plane in planes(of: part, start: count, rowCount: rowCount) {
        count += plane.pixels.byteCount
      }
    }
    return count
  }

  /// The most rows whose bytes are exactly `count`; bytes never shrink as rows are added.
  private func rowCount(ofByteCount count: Int) throws(PanelError) -> Int {
    var fitting = 0
    let most = min(Self.rowLimit, Self.pixelLimit / capability.size.width)
    var passing = most + 1
    while passing - fitting > 1 {
      let middle = (fitting + passing) / 2
      if byteCount(rowCount: middle) <= count { fitting = middle } else { passing = middle }
    }
    let below = byteCount(rowCount: fitting)
    if fitting > 0, below == count { return fitting }
    guard fitting < most else { throw .wrongLength(declared: count, expected: below) }
    throw .notWholeRows(declared: count, below: below, above: byteCount(rowCount: fitting + 1))
  }

  private var tableByteCount: Int {
    guard case .adaptive(let adaptive) = capability.color else { return 0 }
    return (1 << adaptive.bits) * adaptive.table.bytesPerEntry
  }

  /// The colours in front of an adaptive form, which holds them all.
  private func table(_ form: [UInt8]) -> [RGB8] {
    guard case .adaptive(let adaptive) = capability.color else { return [] }
    return (0..<1 << adaptive.bits).map { index in
      let entry = Array(form[index * adaptive.table.bytesPerEntry..<tableByteCount].prefix(4))
      switch adaptive.table {
      case .rgb888: return RGB8(red: entry[0], green: entry[1], blue: entry[2])
      case .bgra8888: return RGB8(red: entry[2], green: entry[1], blue: entry[0])
      case .rgb565:
        let isBig = capability.layout.byteOrder == .big
        let value = UInt64(entry[isBig ? 0 : 1]) << 8 | UInt64(entry[isBig ? 1 : 0])
        return RGB8(
          red: PixelColor.byte(value >> 11, of: 31),
          green: PixelColor.byte(value >> 5 & 63, of: 63),
          blue: PixelColor.byte(value & 31, of: 31))
      }
    }
  }
}
