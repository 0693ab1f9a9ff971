internal import Capabilities

/// Draws into a picture; whatever lies outside is left out.
struct Canvas {
  private(set) var image: PanelImage

  /// White paper.
  init(width: Int, height: Int) {
    image = PanelImage(width: width, height: height, filledWith: .white)
  }

  mutating func dot(_ x: Int, _ y: Int, _ color: RGB8) {
    guard (0..<image.width).contains(x), (0..<image.height).contains(y) else { return }
    image[x, y] = color
  }

  /// Colours every pixel of `box` by its column and row within it.
  mutating func paint(_ box: Box, _ color: (_ column: Int, _ row: Int) -> RGB8) {
    for row in 0..<box.height {
      for column in 0..<box.width { dot(box.x + column, box.y + row, color(column, row)) }
    }
  }

  mutating func fill(_ box: Box, _ color: RGB8) { paint(box) { _, _ in color } }

  /// A line of one pixel along the inner edge of `box`.
  mutating func frame(_ box: Box, _ color: RGB8) {
    let (right, bottom) = (box.x + box.width - 1, box.y + box.height - 1)
    guard !box.isEmpty else { return }
    for x in box.x...right {
      dot(x, box.y, color)
      dot(x, bottom, color)
    }
    for y in box.y...bottom {
      dot(box.x, y, color)
      dot(right, y, color)
    }
  }

  /// Text from its top left corner, each dot of the font `scale` × `scale` pixels.
  mutating func text(_ text: String, x: Int, y: Int, scale: Int, _ color: RGB8) {
    for (index, letter) in text.enumerated() {
      let left = x + index * BitmapFont.advance * scale
      for (row, bits) in (BitmapFont.rows(of: letter) ?? []).enumerated() {
        for column in 0..<BitmapFont.width where bits >> (BitmapFont.width - 1 - column) & 1 == 1 {
          fill(
            Box(x: left + column * scale, y: y + row * scale, width: scale, height: scale), color)
        }
      }
    }
  }

  /// Text in the middle of `box`; left out when it does not fit.
  mutating func text(_ text: String, centredIn box: Box, scale: Int, _ color: RGB8) {
    let (width, height) = (BitmapFont.width(of: text) * scale, BitmapFont.height * scale)
    guard scale > 0, width <= box.width, height <= box.height else { return }
    self.text(
      text, x: box.x + (box.width - width) / 2, y: box.y + (box.height - height) / 2,
      scale: scale, color)
  }

  /// An arrow that points up and fills `box`: a head of three sevenths, then a shaft of a third of
  /// the width.
  mutating func arrowUp(_ box: Box, _ color: RGB8) {
    let headRows = max(2, box.height * 3 / 7)
    for row in 0..<box.height {
      // The same margin on both sides keeps the arrow even for any width.
      let margin =
        row < headRows
        ? (headRows - 1 - row) * (box.width - 1) / (2 * (headRows - 1))
        : (box.width - box.width / 3) / 2
      fill(
        Box(x: box.x + margin, y: box.y + row, width: box.width - 2 * margin, height: 1), color)
    }
  }
}
