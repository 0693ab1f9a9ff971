import CImage

/// libpng's side of a picture: chunks, checksums, filters and interlacing. Samples stay as stored.
@safe final class PNGDecoder: RowSource {
  let header: PNGHeader
  private let handle: OpaquePointer

  /// Reads the headers, and compares them with the limits.
  convenience init(fileDescriptor: Int32, limits: DecodeLimits) throws(PictureError) {
    try unsafe self.init(handle: cimage_png_reader_open(fileDescriptor), limits: limits)
  }

  /// As from a descriptor; `bytes` has to outlive the decoder.
  convenience init(
    bytes: UnsafeBufferPointer<UInt8>, limits: DecodeLimits
  ) throws(PictureError) {
    let handle = unsafe cimage_png_reader_open_bytes(bytes.baseAddress, bytes.count)
    try unsafe self.init(handle: handle, limits: limits)
  }

  /// Takes over the handle, whatever happens.
  private init(handle: OpaquePointer?, limits: DecodeLimits) throws(PictureError) {
    guard let handle = unsafe handle else { throw .outOfMemory }
    var declared = unsafe cimage_png_header()
    do throws(PictureError) {
      try unsafe cimage_png_reader_header(handle, &declared).check(
        message: cimage_png_reader_message(handle))
      try unsafe limits.check(width: Int(declared.width), height: Int(declared.height))
      if unsafe declared.is_interlaced {
        // Sides were checked: a row has at most 8 bytes a pixel.
        try unsafe limits.check(
          workingByteCount: UInt64(declared.height) * UInt64(declared.bytes_per_row))
      }
      header = try unsafe PNGHeader(declared)
    } catch {
      unsafe cimage_png_reader_close(handle)
      throw error
    }
    unsafe self.handle = handle
  }

  deinit { unsafe cimage_png_reader_close(handle) }

  var info: PictureInfo {
    let hasAlpha =
      header.colorType == .grayAlpha || header.colorType == .rgbAlpha || header.hasPaletteAlpha
      || header.transparentColor != nil
    return PictureInfo(
      format: .png,
      width: header.width,
      height: header.height,
      orientation: ExifOrientation(tiff: header.exif).value,
      isGray: header.colorType == .gray || header.colorType == .grayAlpha,
      hasAlpha: hasAlpha,
      isProgressiveOrInterlaced: header.isInterlaced)
  }

  func start() throws(PictureError) {
    try check(unsafe cimage_png_reader_start(handle))
  }

  func startCheck() throws(PictureError) {
    try start()
  }

  var rowCount: Int { header.height }

  var bytesPerRow: Int { header.bytesPerRow }

  var rowOffset: Int { 0 }

  /// Also refuses a palette index that no entry stands for.
  func readRow(into packed: inout [UInt8]) throws(PictureError) {
    precondition(packed.count == bytesPerRow)
    try check(unsafe cimage_png_reader_row(handle, &packed))
    let entryCount = header.palette.count / 4
    if header.colorType == .palette, entryCount < 1 << header.bitDepth {
      try checkIndices(packed, below: entryCount)
    }
  }

  func finish() throws(PictureError) {
    try check(unsafe cimage_png_reader_finish(handle))
  }

  private func check(_ status: cimage_status) throws(PictureError) {
    try unsafe status.check(message: cimage_png_reader_message(handle))
  }

  private func checkIndices(_ packed: [UInt8], below entryCount: Int) throws(PictureError) {
    let bits = header.bitDepth
    let mask = (1 << bits) - 1
    for x in 0..<header.width {
      let bit = x * bits
      let index = Int(packed[bit >> 3]) >> (8 - bits - (bit & 7)) & mask
      guard index < entryCount else {
        throw .damaged("palette index \(index), but there are \(entryCount) entries")
      }
    }
  }

  func converter(channels: LinearChannels, background: LinearColor) -> RowConverter {
    if header.colorType == .palette {
      return RowConverter(
        palette: header.palette, bitDepth: header.bitDepth, source: header.colorSource,
        channels: channels, background: background)
    }
    let format = SampleFormat(
      space: header.colorType == .rgb || header.colorType == .rgbAlpha ? .rgb : .gray,
      bitDepth: header.bitDepth,
      hasAlpha: header.colorType == .grayAlpha || header.colorType == .rgbAlpha)
    let pixels = RowConverter.Pixels(
      format: format, source: header.colorSource, transparentColor: header.transparentColor)
    return RowConverter(pixels, channels: channels, background: background, width: header.width)
  }
}
