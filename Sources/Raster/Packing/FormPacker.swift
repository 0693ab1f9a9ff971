internal import Capabilities

/// Makes the bytes of a form out of its rows of codes: mirror, split, planes, scan, bits, row padding
/// (spec/FORMS.md, "Layout").
///
/// One plane in row order leaves at once. Everything else waits for the last row, in its place in the
/// packed form, which is at most ``FormSize/byteLimit`` bytes.
struct FormPacker {
  private let layout: Layout
  private let rowCount: Int
  private let streams: Bool
  /// Every plane of the first part, then of the second.
  private var writers: [PlaneWriter]
  /// The whole form, or the row under way when it streams.
  private var bytes: [UInt8]
  /// When it streams: bits at the beginning of ``bytes`` that belong to the row before.
  private var carriedBits = 0
  private var row = 0

  init(capability: Capability, geometry: Geometry) {
    let (layout, formats) = Self.packing(capability)
    self.layout = layout
    rowCount = geometry.formHeight
    writers = Self.writers(layout, formats, geometry)
    streams = Self.streams(writers, layout)
    let padding: UInt8 = layout.padBit == 0 ? 0x00 : 0xFF
    let byteCount =
      streams
      ? (7 + writers[0].bitsPerRow + 7) / 8 : writers.reduce(0) { $0 + $1.byteCount }
    bytes = Array(repeating: padding, count: byteCount)
  }

  /// A container has its own layout, raw that of the capability.
  private static func packing(
    _ capability: Capability
  ) -> (layout: Layout, formats: [PlaneFormat]) {
    guard let rows = ContainerTable.rows(of: capability) else {
      return (capability.layout, PlaneFormat.planes(of: capability))
    }
    return (rows.layout(mirror: capability.layout.mirror), rows.planes)
  }

  private static func writers(
    _ layout: Layout, _ formats: [PlaneFormat], _ geometry: Geometry
  ) -> [PlaneWriter] {
    let width = geometry.formWidth
    let parts = layout.split > 0 ? [0..<layout.split, layout.split..<width] : [0..<width]
    return parts.flatMap { columns in
      formats.map { format in
        PlaneWriter(
          format: format, columns: columns, width: width, rowCount: geometry.formHeight,
          layout: layout)
      }
    }
  }

  private static func streams(_ writers: [PlaneWriter], _ layout: Layout) -> Bool {
    writers.count == 1 && layout.scan == .rows && !layout.mirror.isVertical
  }

  /// Bytes of the packed form that wait for the last row; 0 when it streams.
  static func heldByteCount(_ capability: Capability, _ geometry: Geometry) -> Int {
    let (layout, formats) = packing(capability)
    let writers = writers(layout, formats, geometry)
    return streams(writers, layout) ? 0 : writers.reduce(0) { $0 + $1.byteCount }
  }

  /// Bytes that all rows together make.
  var byteCount: Int { writers.reduce(0) { $0 + $1.byteCount } }

  /// What a container's writer has to know; rows of all planes have the same bytes.
  /// - Parameter palette: what was chosen for the picture.
  func shape(
    _ capability: Capability, _ geometry: Geometry, palette: PaletteColor? = nil
  ) -> ContainerShape {
    ContainerShape(
      capability: capability, color: palette.map { .palette($0) } ?? capability.color,
      width: geometry.formWidth, height: rowCount, bytesPerRow: writers[0].bitsPerRow / 8,
      planeCount: writers.count)
  }

  /// Takes the next row of codes, one plane a channel, from the form's top.
  mutating func append(_ codes: [UInt16], into output: inout [UInt8]) {
    precondition(row < rowCount)
    defer { row += 1 }
    if streams {
      stream(codes, into: &output)
      return
    }
    let y = layout.mirror.isVertical ? rowCount - 1 - row : row
    var start = 0
    for index in writers.indices {
      let byteCount = writers[index].byteCount
      if layout.scan == .rows {
        let bitOffset = 8 * start + y * writers[index].bitsPerRow
        writers[index].writeRow(codes, into: &bytes, at: bitOffset)
      } else {
        writers[index].writeScannedRow(codes, y, into: &bytes, at: start)
      }
      start += byteCount
    }
  }

  private mutating func stream(_ codes: [UInt16], into output: inout [UInt8]) {
    writers[0].writeRow(codes, into: &bytes, at: carriedBits)
    let bits = carriedBits + writers[0].bitsPerRow
    let wholeCount = bits / 8
    output += bytes[..<wholeCount]
    carriedBits = bits % 8
    if carriedBits > 0 { bytes[0] = bytes[wholeCount] }
  }

  /// Ends the form; every row must have been appended.
  mutating func finish(into output: inout [UInt8]) {
    precondition(row == rowCount)
    guard streams else {
      output += bytes
      return
    }
    guard carriedBits > 0 else { return }
    let unused: UInt8 =
      layout.bitOrder == .msb ? 0xFF >> UInt8(carriedBits) : 0xFF << UInt8(carriedBits)
    output.append(layout.padBit == 0 ? bytes[0] & ~unused : bytes[0] | unused)
  }
}
