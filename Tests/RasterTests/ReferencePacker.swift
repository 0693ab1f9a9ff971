import Capabilities

/// The layout chapter of spec/FORMS.md, pixel by pixel and bit by bit.
struct ReferencePacker {
  let capability: Capability
  /// Codes by channel, row and column.
  let codes: [[[UInt16]]]

  func bytes() -> [UInt8] {
    let layout = capability.layout
    let height = codes[0].count
    let width = codes[0][0].count
    let parts = layout.split > 0 ? [0..<layout.split, layout.split..<width] : [0..<width]
    var bytes: [UInt8] = []
    for part in parts {
      for plane in 0..<planeCount {
        let rows = (0..<height).map { y in
          part.map { x in
            value(
              plane, x: layout.mirror.isHorizontal ? width - 1 - x : x,
              y: layout.mirror.isVertical ? height - 1 - y : y)
          }
        }
        bytes += layout.scan == .rows ? rowBytes(rows, bits(plane)) : scanBytes(rows)
      }
    }
    return bytes
  }

  private var channelBits: [Int] {
    switch capability.color {
    case .gray(let gray): [gray.bits]
    case .palette(let palette): [palette.bits]
    case .adaptive(let adaptive): [adaptive.bits]
    case .rgb(let rgb): rgb.channelBitsFromTop
    case .cmyk(let cmyk): Array(repeating: cmyk.bits, count: 4)
    }
  }

  private var planeCount: Int {
    guard capability.layout.planes != .packed else { return 1 }
    return channelBits.count == 1 ? channelBits[0] : channelBits.count
  }

  private func fromTop(_ plane: Int) -> Int {
    capability.layout.planes == .planarLowFirst ? planeCount - 1 - plane : plane
  }

  private func bits(_ plane: Int) -> Int {
    guard capability.layout.planes != .packed else { return capability.color.bitsPerPixel }
    return channelBits.count == 1 ? 1 : channelBits[fromTop(plane)]
  }

  /// Codes of a pixel's channels from the top, alpha included.
  private func channels(x: Int, y: Int) -> [UInt64] {
    guard case .rgb(let rgb) = capability.color else { return codes.map { UInt64($0[y][x]) } }
    let colors = codes.map { UInt64($0[y][x]) }
    let ordered = rgb.order == .rgb ? colors : colors.reversed()
    return (rgb.alpha > 0 ? [(1 << UInt64(rgb.alpha)) - 1] : []) + ordered
  }

  private func value(_ plane: Int, x: Int, y: Int) -> UInt64 {
    let channels = channels(x: x, y: y)
    guard capability.layout.planes == .packed else {
      guard channelBits.count == 1 else { return channels[fromTop(plane)] }
      return channels[0] >> UInt64(planeCount - 1 - fromTop(plane)) & 1
    }
    var value: UInt64 = 0
    for (code, bits) in zip(channels, channelBits) {
      if case .rgb(let rgb) = capability.color, rgb.byteTop {
        value = value << 8 | code << UInt64(8 - bits)
      } else {
        value = value << UInt64(bits) | code
      }
    }
    return value
  }

  private func rowBytes(_ rows: [[UInt64]], _ bits: Int) -> [UInt8] {
    let layout = capability.layout
    let padBit = layout.padBit == 1
    var stream: [Bool] = []
    for row in rows {
      for value in row { stream += pixelBits(value, bits) }
      while layout.rowAlign > 0, stream.count % (8 * layout.rowAlign) != 0 {
        stream.append(padBit)
      }
    }
    while stream.count % 8 != 0 { stream.append(padBit) }
    var bytes = Array(repeating: UInt8(0), count: stream.count / 8)
    for (position, bit) in stream.enumerated() where bit {
      bytes[position / 8] |= layout.bitOrder == .msb ? 0x80 >> (position % 8) : 1 << (position % 8)
    }
    return bytes
  }

  /// In the order in which a byte is filled.
  private func pixelBits(_ value: UInt64, _ bits: Int) -> [Bool] {
    let layout = capability.layout
    let fromTop = (0..<bits).reversed().map { value >> UInt64($0) & 1 == 1 }
    guard bits % 8 == 0 else { return layout.bitOrder == .msb ? fromTop : fromTop.reversed() }
    let bytes = stride(from: 0, to: bits, by: 8).map { Array(fromTop[$0..<$0 + 8]) }
    let ordered = layout.byteOrder == .big ? bytes : bytes.reversed()
    return ordered.flatMap { layout.bitOrder == .msb ? $0 : $0.reversed() }
  }

  private func scanBytes(_ rows: [[UInt64]]) -> [UInt8] {
    let layout = capability.layout
    let bands = (rows.count + 7) / 8
    func byte(x: Int, band: Int) -> UInt8 {
      (0..<8).reduce(0) { byte, index in
        let y = band * 8 + index
        let bit = y < rows.count ? UInt8(rows[y][x]) : UInt8(layout.padBit)
        return byte | bit << UInt8(layout.scan == .pagesLSBTop ? index : 7 - index)
      }
    }
    let columns = rows[0].indices
    return layout.scan == .columns
      ? columns.flatMap { x in (0..<bands).map { byte(x: x, band: $0) } }
      : (0..<bands).flatMap { band in columns.map { byte(x: $0, band: band) } }
  }
}
