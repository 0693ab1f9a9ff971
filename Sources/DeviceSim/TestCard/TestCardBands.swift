internal import Capabilities

extension Canvas {
  /// Draws one band of a card.
  mutating func draw(_ content: TestCard.Content, in box: Box, gap: Int, size: String) {
    switch content {
    case .header: drawHeader(box, size: size)
    case .patches: drawPatches(box)
    case .ramp: drawRamp(box)
    case .steps: drawSteps(box)
    case .textures: drawTextures(box, gap: gap)
    case .footer: drawFooter(box)
    }
  }

  /// A and B in the corners, the arrow and the size between them.
  private mutating func drawHeader(_ box: Box, size: String) {
    let middle = drawCorners("A", "B", box)
    let arrowWidth = box.height * 5 / 7
    var scale = (box.height / BitmapFont.height * 2 + 2) / 3
    func width(_ scale: Int) -> Int { arrowWidth * 3 / 2 + BitmapFont.width(of: size) * scale }
    while scale > 1, width(scale) > middle.width { scale -= 1 }
    guard arrowWidth <= middle.width else { return }
    let showsSize = width(scale) <= middle.width
    let x = middle.x + (middle.width - (showsSize ? width(scale) : arrowWidth)) / 2
    arrowUp(Box(x: x, y: box.y, width: arrowWidth, height: box.height), .black)
    guard showsSize else { return }
    let y = box.y + (box.height - BitmapFont.height * scale) / 2
    text(size, x: x + arrowWidth * 3 / 2, y: y, scale: scale, .black)
  }

  /// C and D in the corners, small letters between them.
  private mutating func drawFooter(_ box: Box) {
    let middle = drawCorners("C", "D", box)
    let lines = [
      "ABCDEFGHIJKLMNOPQRSTUVWXYZ 0123456789", "ABCDEFGHIJKLM 0123456789", "0123456789", "0123",
    ]
    // Two pixels a dot above one, where both fit; each the longest line that does.
    let scales = box.height >= 3 * BitmapFont.height + 2 ? [2, 1] : [1]
    let rows = scales.reduce(0) { $0 + $1 * BitmapFont.height } + (scales.count - 1) * 3
    var y = box.y + (box.height - rows) / 2
    for scale in scales {
      let line = lines.first { BitmapFont.width(of: $0) * scale <= middle.width }
      let height = BitmapFont.height * scale
      if let line {
        text(
          line, centredIn: Box(x: middle.x, y: y, width: middle.width, height: height),
          scale: scale, .black)
      }
      y += height + 3
    }
  }

  /// - Returns: what is free between the two letters.
  private mutating func drawCorners(_ left: String, _ right: String, _ box: Box) -> Box {
    let scale = box.height / BitmapFont.height
    let width = BitmapFont.width * scale
    text(left, x: box.x, y: box.y, scale: scale, .black)
    text(right, x: box.x + box.width - width, y: box.y, scale: scale, .black)
    let taken = width + BitmapFont.width * scale / 2
    return Box(
      x: box.x + taken, y: box.y, width: max(0, box.width - 2 * taken), height: box.height)
  }

  private static let patches: [(letter: String, color: RGB8)] = [
    ("R", RGB8(red: 255, green: 0, blue: 0)), ("G", RGB8(red: 0, green: 255, blue: 0)),
    ("B", RGB8(red: 0, green: 0, blue: 255)), ("C", RGB8(red: 0, green: 255, blue: 255)),
    ("M", RGB8(red: 255, green: 0, blue: 255)), ("Y", RGB8(red: 255, green: 255, blue: 0)),
    ("K", .black), ("W", .white),
  ]

  /// The corners of the colour cube, each with its initial in black or white.
  private mutating func drawPatches(_ box: Box) {
    let boxes = framed(box).columns(Self.patches.count)
    let narrowest = boxes.map(\.width).min() ?? 0
    let scale = min(narrowest / (BitmapFont.width + 4), box.height / (BitmapFont.height + 4))
    for (patch, patchBox) in zip(Self.patches, boxes) {
      fill(patchBox, patch.color)
      let isDark = ["R", "B", "M", "K"].contains(patch.letter)
      text(patch.letter, centredIn: patchBox, scale: scale, isDark ? .white : .black)
    }
  }

  /// Every gray from black to white.
  private mutating func drawRamp(_ box: Box) {
    let inside = framed(box)
    let last = max(1, inside.width - 1)
    paint(inside) { column, _ in .gray((column * 510 + last) / (2 * last)) }
  }

  /// 16 grays, 4 where there is little room.
  private mutating func drawSteps(_ box: Box) {
    let inside = framed(box)
    let count = inside.width >= 64 ? 16 : 4
    for (index, step) in inside.columns(count).enumerated() {
      fill(step, .gray(index * 255 / (count - 1)))
    }
  }

  /// Checkers, lines across, lines down, diagonals and rings, all of one pixel.
  private mutating func drawTextures(_ box: Box, gap: Int) {
    let patterns: [(_ column: Int, _ row: Int, _ box: Box) -> Bool] = [
      { column, row, _ in (column + row).isMultiple(of: 2) },
      { _, row, _ in row.isMultiple(of: 2) },
      { column, _, _ in column.isMultiple(of: 2) },
      { column, row, _ in (column + row).isMultiple(of: 6) || (column - row).isMultiple(of: 6) },
      { column, row, box in Self.isRing(column, row, in: box) },
    ]
    let count = min(patterns.count, max(1, box.width / 5))
    for (pattern, tile) in zip(patterns, box.columns(count, gap: max(1, gap))) {
      let inside = framed(tile)
      paint(inside) { column, row in pattern(column, row, inside) ? .black : .white }
    }
  }

  /// Rings of one pixel, 5 apart: the distance from the middle, in whole pixels, is a multiple of 5.
  private static func isRing(_ column: Int, _ row: Int, in box: Box) -> Bool {
    let (x, y) = (2 * column + 1 - box.width, 2 * row + 1 - box.height)
    let distance = Int((Double(x * x + y * y).squareRoot() / 2).rounded())
    return distance.isMultiple(of: 5)
  }

  /// Draws a frame where there is room for one.
  /// - Returns: what is inside it.
  private mutating func framed(_ box: Box) -> Box {
    guard box.width >= 12, box.height >= 6 else { return box }
    frame(box, .black)
    return box.inset(1)
  }
}
