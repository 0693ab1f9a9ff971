import CImage

/// libjpeg's side of a picture: entropy decoding, accurate IDCT, fancy upsampling, and YCbCr to rgb
/// or YCCK to CMYK.
@safe final class JPEGDecoder: RowSource {
  let info: PictureInfo
  private let handle: OpaquePointer
  private let limits: DecodeLimits
  private let color: cimage_jpeg_color
  private let profile: [UInt8]

  /// Reads the headers, and compares them with the limits.
  convenience init(fileDescriptor: Int32, limits: DecodeLimits) throws(PictureError) {
    try unsafe self.init(handle: cimage_jpeg_reader_open(fileDescriptor), limits: limits)
  }

  /// As from a descriptor; `bytes` has to outlive the decoder.
  convenience init(
    bytes: UnsafeBufferPointer<UInt8>, limits: DecodeLimits
  ) throws(PictureError) {
    let handle = unsafe cimage_jpeg_reader_open_bytes(bytes.baseAddress, bytes.count)
    try unsafe self.init(handle: handle, limits: limits)
  }

  /// Takes over the handle, whatever happens.
  private init(handle: OpaquePointer?, limits: DecodeLimits) throws(PictureError) {
    guard let handle = unsafe handle else { throw .outOfMemory }
    var header = unsafe cimage_jpeg_header()
    do throws(PictureError) {
      try unsafe cimage_jpeg_reader_header(handle, &header).check(
        message: cimage_jpeg_reader_message(handle))
      try unsafe limits.check(width: Int(header.width), height: Int(header.height))
      try unsafe limits.check(workingByteCount: header.working_byte_count)
    } catch {
      unsafe cimage_jpeg_reader_close(handle)
      throw error
    }
    unsafe self.handle = handle
    self.limits = limits
    color = unsafe header.color
    profile = unsafe [UInt8](
      UnsafeBufferPointer(start: header.profile, count: header.profile_byte_count))
    let exif = unsafe [UInt8](
      UnsafeBufferPointer(start: header.exif, count: header.exif_byte_count))
    info = unsafe PictureInfo(
      format: .jpeg,
      width: Int(header.width),
      height: Int(header.height),
      orientation: ExifOrientation(tiff: exif).value,
      isGray: header.color == CIMAGE_JPEG_GRAY,
      hasAlpha: false,
      isProgressiveOrInterlaced: header.working_byte_count > 0)
  }

  deinit { unsafe cimage_jpeg_reader_close(handle) }

  func start() throws(PictureError) {
    let status = unsafe cimage_jpeg_reader_start(
      handle, CInt(clamping: limits.scanCount), Int64(limits.workingByteCount))
    try check(status)
  }

  func startCheck() throws(PictureError) {
    let status = unsafe cimage_jpeg_reader_start_check(
      handle, CInt(clamping: limits.scanCount), Int64(limits.workingByteCount))
    try check(status)
  }

  var rowCount: Int { unsafe Int(cimage_jpeg_reader_height(handle)) }

  var bytesPerRow: Int { unsafe cimage_jpeg_reader_bytes_per_row(handle) }

  var rowOffset: Int { Int(CIMAGE_JPEG_ROW_OFFSET) }

  func readRow(into packed: inout [UInt8]) throws(PictureError) {
    precondition(packed.count == rowOffset + bytesPerRow)
    try check(unsafe cimage_jpeg_reader_row(handle, &packed))
  }

  func finish() throws(PictureError) {
    try check(unsafe cimage_jpeg_reader_finish(handle))
  }

  private func check(_ status: cimage_status) throws(PictureError) {
    try unsafe status.check(
      scanLimit: limits.scanCount, message: cimage_jpeg_reader_message(handle))
  }

  func converter(channels: LinearChannels, background: LinearColor) -> RowConverter {
    let (space, profileSpace): (SampleFormat.Space, cimage_color_space) =
      switch color {
      case CIMAGE_JPEG_GRAY: (.gray, CIMAGE_SPACE_GRAY)
      case CIMAGE_JPEG_CMYK: (.cmyk, CIMAGE_SPACE_CMYK)
      default: (.rgb, CIMAGE_SPACE_RGB)
      }
    let pixels = RowConverter.Pixels(
      format: SampleFormat(space: space, bitDepth: 8, hasAlpha: false),
      source: ColorSource(profile: profile, space: profileSpace) ?? .srgb,
      transparentColor: nil)
    return RowConverter(
      pixels, channels: channels, background: background, width: info.width)
  }
}
