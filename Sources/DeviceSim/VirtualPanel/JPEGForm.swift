internal import Capabilities
internal import Codecs

extension VirtualPanel {
  /// Draws a baseline JPEG of the panel's size and channels; the samples that its decoder makes are
  /// the codes.
  func drawJPEG(_ form: [UInt8], rowCount: Int?) throws(PanelError) -> PanelImage {
    let channelCount = capability.color.bitsPerPixel / 8
    let height = try checkedHeight(try readFrame(form, channelCount: channelCount), rowCount)
    // The decoder leaves alone what follows the picture.
    guard form.suffix(2) == [0xFF, 0xD9] else {
      throw .container("the form does not end with the picture", offset: form.count)
    }
    let file: JPEGSamples
    do throws(PictureError) { file = try JPEGSamples(form) } catch {
      throw .container("the JPEG is refused: \(error)", offset: 0)
    }
    guard (file.width, file.height) == (capability.size.width, height),
      file.channelCount == channelCount
    else { throw .container("the JPEG declares two pictures", offset: 0) }
    return try drawPixels(
      file.bytes, from: 0, height: height, bits: 8 * channelCount, layout: .standard)
  }

  /// Walks through the segments in front of the picture, which must be a baseline one of 8 bits,
  /// with half as many colours as shades both ways (ITU-T T.81, B.2.2).
  /// - Returns: its rows.
  private func readFrame(_ form: [UInt8], channelCount: Int) throws(PanelError) -> Int {
    var cursor = try FormCursor(form)
    try cursor.skip([0xFF, 0xD8], "start of image")
    while true {
      let place = cursor.offset
      try cursor.skip([0xFF], "marker")
      let marker = try cursor.u8()
      let length = try cursor.u8() * 256 + cursor.u8()
      guard length >= 2 else { throw .container("a segment of \(length) bytes", offset: place) }
      // Tables and JFIF's own segment.
      guard marker == 0xC0 else {
        guard [0xC4, 0xDB, 0xE0].contains(marker) else {
          throw .container("marker \(marker) before a baseline frame", offset: place)
        }
        _ = try cursor.take(length - 2)
        continue
      }
      try cursor.skipU8(8, "bits a sample")
      let height = try cursor.u8() * 256 + cursor.u8()
      let width = try cursor.u8() * 256 + cursor.u8()
      try checkSize(width: width, height: height)
      try cursor.skipU8(channelCount, "channels")
      for channel in 0..<channelCount {
        let expected: UInt8 = channelCount == 3 && channel == 0 ? 0x22 : 0x11
        try cursor.skip([UInt8(channel + 1), expected], "sampling of channel \(channel + 1)")
        _ = try cursor.u8()
      }
      return height
    }
  }
}
