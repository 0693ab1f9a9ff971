internal import Codecs

extension PanelImage {
  /// The picture as a PNG file of 8-bit rgb.
  func png() throws(PictureError) -> [UInt8] {
    var writer = try PNGWriter(width: width, height: height, colorType: .rgb(bits: 8))
    for y in 0..<height {
      let row = y * width * 3
      try writer.write(packedRow: pixels.span.extracting(row..<row + width * 3))
    }
    try writer.finish()
    return writer.takeOutput()
  }
}
