import CImage

/// Writes a baseline JPEG row by row, 4:2:0 when it has colour, for viewers with a decoder of their
/// own. The same rows always make the same bytes (with the same libjpeg).
@safe package struct JPEGWriter: ~Copyable {
  /// Bytes of one row: one a pixel for gray, else r, g, b.
  package let bytesPerRow: Int
  private let handle: OpaquePointer

  /// About the most that libjpeg holds of a row's pixel: the rows of two rows of blocks in three
  /// channels, before and after subsampling, and its tables.
  package static func workingByteCount(width: Int) -> Int { (64 << 10) + width * 3 * (32 + 16) }

  /// Begins a picture.
  /// - Parameters:
  ///   - width: 1...65500.
  ///   - height: 1...65500; as many rows have to be written.
  ///   - isGray: one channel of encoded gray, not three of encoded rgb.
  ///   - quality: libjpeg's, 1...100.
  /// - Throws: `unsupported` for sides that a JPEG does not have, `outOfMemory`.
  package init(width: Int, height: Int, isGray: Bool, quality: Int) throws(PictureError) {
    precondition((1...100).contains(quality))
    // libjpeg's JPEG_MAX_DIMENSION.
    guard (1...65_500).contains(width), (1...65_500).contains(height) else {
      throw .unsupported("a JPEG of \(width) × \(height) pixels")
    }
    guard let handle = unsafe cimage_jpeg_writer_open() else { throw .outOfMemory }
    let status = unsafe cimage_jpeg_writer_start(
      handle, UInt32(width), UInt32(height), isGray, CInt(quality))
    do throws(PictureError) {
      try unsafe status.check(message: cimage_jpeg_writer_message(handle))
    } catch {
      unsafe cimage_jpeg_writer_close(handle)
      throw error
    }
    unsafe self.handle = handle
    bytesPerRow = width * (isGray ? 1 : 3)
  }

  deinit { unsafe cimage_jpeg_writer_close(handle) }

  /// Takes the next row of `bytesPerRow` bytes.
  package mutating func write(row: Span<UInt8>) throws(PictureError) {
    precondition(row.count == bytesPerRow)
    let status = unsafe row.withUnsafeBufferPointer { row in
      unsafe cimage_jpeg_writer_row(handle, row.baseAddress)
    }
    try check(status)
  }

  /// Ends the picture after its last row; `takeOutput` then has the rest.
  package mutating func finish() throws(PictureError) {
    try check(unsafe cimage_jpeg_writer_finish(handle))
  }

  /// What was written since the last call. Take it after some rows to keep memory small.
  package mutating func takeOutput() -> [UInt8] {
    var count = 0
    let bytes = unsafe cimage_jpeg_writer_output(handle, &count)
    let output = unsafe [UInt8](UnsafeBufferPointer(start: bytes, count: count))
    unsafe cimage_jpeg_writer_clear(handle)
    return output
  }

  private func check(_ status: cimage_status) throws(PictureError) {
    try unsafe status.check(message: cimage_jpeg_writer_message(handle))
  }
}
