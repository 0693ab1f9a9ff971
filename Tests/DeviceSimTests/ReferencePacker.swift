import Capabilities

/// Packs codes as spec/FORMS.md, "layout", says, step by step and bit by bit: mirror, split,
/// planes, scan, bits, row padding. Slow and plain, so that it can be checked by reading.
struct ReferencePacker {
  let layout: Layout
  /// Bits of each plane from the top of a pixel; one element when pixels are packed.
  let widthsFromTop: [Int]

  /// - Parameter codes: rows of codes as the panel shows them.
  func pack(_ codes: [[UInt64]]) -> [UInt8] {
    var rows = codes
    if layout.mirror.isHorizontal { rows = rows.map { $0.reversed() } }
    if layout.mirror.isVertical { rows.reverse() }
    var parts = [rows]
    if layout.split > 0 {
      parts = [
        rows.map { Array($0.prefix(layout.split)) }, rows.map { Array($0.dropFirst(layout.split)) },
      ]
    }
    return parts.flatMap { part in planes(part).flatMap { scan($0.rows, bits: $0.bits) } }
  }

  private func planes(_ rows: [[UInt64]]) -> [(rows: [[UInt64]], bits: Int)] {
    var rest = widthsFromTop.reduce(0, +)
    let fromTop = widthsFromTop.map { bits in
      rest -= bits
      let shift = rest
      return (rows: rows.map { $0.map { $0 >> shift & ((1 << bits) - 1) } }, bits: bits)
    }
    return layout.planes == .planarLowFirst ? fromTop.reversed() : fromTop
  }

  private func scan(_ rows: [[UInt64]], bits: Int) -> [UInt8] {
    switch layout.scan {
    case .rows:
      if layout.rowAlign == 0 { return bytes(rows.flatMap { $0 }, bits: bits) }
      return rows.flatMap { row in
        var line = bytes(row, bits: bits)
        while !line.count.isMultiple(of: layout.rowAlign) { line.append(padByte) }
        return line
      }
    case .pagesLSBTop, .pagesMSBTop:
      return stride(from: 0, to: rows.count, by: 8).flatMap { top in
        rows[0].indices.map { x in
          let column = (top..<top + 8).map { $0 < rows.count ? rows[$0][x] : UInt64(layout.padBit) }
          let fromTop = layout.scan == .pagesMSBTop ? column : column.reversed()
          return fromTop.reduce(0) { $0 << 1 | UInt8($1) }
        }
      }
    case .columns:
      return rows[0].indices.flatMap { x in bytes(rows.map { $0[x] }, bits: 1) }
    }
  }

  private var padByte: UInt8 { layout.padBit == 1 ? 0xFF : 0 }

  /// One run of pixels, filled up to a byte with the pad bit.
  private func bytes(_ codes: [UInt64], bits: Int) -> [UInt8] {
    if bits.isMultiple(of: 8) {
      return codes.flatMap { code in
        let little = (0..<bits / 8).map { UInt8(code >> (8 * $0) & 255) }
        return layout.byteOrder == .little ? little : little.reversed()
      }
    }
    // With lsb, bits are written low bit first, and each byte is filled from its low end.
    var stream = codes.flatMap { code in
      let lowFirst = (0..<bits).map { UInt8(code >> $0 & 1) }
      return layout.bitOrder == .lsb ? lowFirst : lowFirst.reversed()
    }
    while !stream.count.isMultiple(of: 8) { stream.append(UInt8(layout.padBit)) }
    return stride(from: 0, to: stream.count, by: 8).map { start in
      let eight = stream[start..<start + 8]
      let highFirst = layout.bitOrder == .lsb ? Array(eight.reversed()) : Array(eight)
      return highFirst.reduce(0) { $0 << 1 | $1 }
    }
  }
}

/// A small generator with a seed, so that a failure comes again (SplitMix64, Steele et al. 2014).
struct SeededGenerator: RandomNumberGenerator {
  private var state: UInt64

  init(seed: UInt64) { state = seed }

  mutating func next() -> UInt64 {
    state &+= 0x9E37_79B9_7F4A_7C15
    var mixed = state
    mixed = (mixed ^ (mixed >> 30)) &* 0xBF58_476D_1CE4_E5B9
    mixed = (mixed ^ (mixed >> 27)) &* 0x94D0_49BB_1331_11EB
    return mixed ^ (mixed >> 31)
  }
}
