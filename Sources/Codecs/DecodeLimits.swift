/// What a picture may ask for. Every limit is inclusive, and is checked against what the file
/// declares before anything is allocated for it.
package struct DecodeLimits: Sendable, Equatable {
  /// Most pixels of a picture, width × height.
  package var pixelCount: Int
  /// Longest side in pixels.
  package var sidePixels: Int
  /// Largest file in bytes.
  package var byteCount: Int
  /// Most scans of a JPEG.
  package var scanCount: Int
  /// Most bytes that a decoder has to keep of one picture: the coefficients of a JPEG of several
  /// scans, the packed samples of an interlaced PNG. Any other picture needs some rows only.
  package var workingByteCount: Int

  /// Creates limits; whatever is not named is as in `standard`.
  package init(
    pixelCount: Int = 100_000_000,
    sidePixels: Int = 65_535,
    byteCount: Int = 64 << 20,
    scanCount: Int = 500,
    workingByteCount: Int = 640 << 20
  ) {
    self.pixelCount = pixelCount
    self.sidePixels = sidePixels
    self.byteCount = byteCount
    self.scanCount = scanCount
    self.workingByteCount = workingByteCount
  }

  /// 100 megapixels, 65,535 pixels a side, 64 MiB, 500 scans, and 640 MiB of work: enough for 100
  /// megapixels of progressive 4:4:4, which libjpeg holds in 6 bytes a pixel.
  package static let standard = DecodeLimits()
}

extension DecodeLimits {
  /// Compares a declared size with the limits.
  func check(width: Int, height: Int) throws(PictureError) {
    let side = max(width, height)
    guard side <= sidePixels else { throw .sideTooLong(declared: side, limit: sidePixels) }
    guard width > 0, height > 0 else { throw .damaged("the picture has no pixels") }
    let (pixels, overflow) = width.multipliedReportingOverflow(by: height)
    guard !overflow, pixels <= pixelCount else {
      throw .tooManyPixels(declared: overflow ? .max : pixels, limit: pixelCount)
    }
  }

  /// Compares the bytes a decoder is going to keep with the limit.
  func check(workingByteCount needed: UInt64) throws(PictureError) {
    guard needed <= UInt64(clamping: workingByteCount) else {
      throw .tooMuchMemory(declared: Int(clamping: needed), limit: workingByteCount)
    }
  }
}
