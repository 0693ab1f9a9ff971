internal import Capabilities

/// The rows that a device of ink and paper collects: one bit a dot, the leftmost in the high bit,
/// one plane for each colour of ink.
struct InkRows {
  /// All rows of each plane, each row padded to bytes.
  var planes: [[UInt8]]
  /// Bytes of a row.
  let bytesPerRow: Int
  /// The value of unused bits: paper.
  var padBit = 0

  init(planeCount: Int, width: Int, padBit: Int = 0) {
    planes = Array(repeating: [], count: planeCount)
    bytesPerRow = width / 8 + (width % 8 > 0 ? 1 : 0)
    self.padBit = padBit
  }

  /// Rows of the first plane that have come.
  var rowCount: Int { planes[0].count / bytesPerRow }
}

extension VirtualPanel {
  /// Colours of ink: a palette has two planes, the low bit of its codes and the high one.
  var inkCount: Int { if case .palette = capability.color { 2 } else { 1 } }

  /// Draws rows of ink.
  /// - Parameter known: rows that there must be; `nil` for any of a roll.
  func draw(_ rows: InkRows, rowCount known: Int?) throws(PanelError) -> PanelImage {
    let width = capability.size.width
    let height = rows.rowCount
    guard height == known ?? height else {
      throw .wrongSize(
        declaredWidth: width, declaredHeight: height, expectedWidth: width,
        expectedHeight: known ?? height)
    }
    try checkSize(width: width, height: height)
    let plane = PixelPlane(
      layout: Layout(padBit: rows.padBit), start: 0, columnCount: width, rowCount: height,
      bitsPerPixel: 1)
    let color = PixelColor(capability.color)
    var image = PanelImage(width: width, height: height, filledWith: .white)
    for bytes in rows.planes { try plane.checkPadding(bytes) }
    for y in 0..<height {
      for x in 0..<width {
        var code: UInt64 = 0
        for (bit, bytes) in rows.planes.enumerated() {
          code |= plane.code(column: x, row: y, in: bytes) << UInt64(bit)
        }
        image[x, y] = try color(code, column: x, row: y)
      }
    }
    return image
  }

  /// A cursor between the device's own bytes.
  func cursor(_ form: [UInt8]) throws(PanelError) -> FormCursor {
    let affixes = capability.container.affixes ?? .none
    return try FormCursor(form, prefix: affixes.prefix, suffix: affixes.suffix)
  }
}
