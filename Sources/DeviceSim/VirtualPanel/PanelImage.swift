internal import Capabilities

/// A picture of 8-bit sRGB, row by row from the top left.
struct PanelImage: Hashable, Sendable {
  /// Columns, at least 1.
  let width: Int
  /// Rows, at least 1.
  let height: Int
  /// Red, green and blue of each pixel, width · height · 3 bytes.
  private(set) var pixels: [UInt8]

  /// A picture of one colour.
  init(width: Int, height: Int, filledWith color: RGB8) {
    precondition(width > 0 && height > 0)
    self.width = width
    self.height = height
    pixels = []
    pixels.reserveCapacity(width * height * 3)
    for _ in 0..<width * height {
      pixels.append(color.red)
      pixels.append(color.green)
      pixels.append(color.blue)
    }
  }

  /// The colour at column `x`, row `y`, which must lie inside.
  subscript(x: Int, y: Int) -> RGB8 {
    get {
      let index = (y * width + x) * 3
      return RGB8(red: pixels[index], green: pixels[index + 1], blue: pixels[index + 2])
    }
    set {
      precondition(x >= 0 && x < width && y >= 0 && y < height)
      let index = (y * width + x) * 3
      pixels[index] = newValue.red
      pixels[index + 1] = newValue.green
      pixels[index + 2] = newValue.blue
    }
  }
}
