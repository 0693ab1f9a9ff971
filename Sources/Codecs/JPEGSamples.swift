/// A JPEG's samples as its decoder makes them: encoded gray or rgb of 8 bits, no profile and no
/// orientation applied. It reads forms back as a device would, apart from everything that makes them.
package struct JPEGSamples: Sendable, Equatable {
  /// Pixels across.
  package let width: Int
  /// Pixels down.
  package let height: Int
  /// Samples a pixel: 1 of gray, 3 of red, green, blue, or 4 inks.
  package let channelCount: Int
  /// width · height · channelCount samples, row by row from the top, channels interleaved.
  package let bytes: [UInt8]

  /// Decodes a whole JPEG, to its end-of-image marker.
  /// - Parameter limits: `workingByteCount` bounds `bytes` too.
  package init(_ file: [UInt8], limits: DecodeLimits = .standard) throws(PictureError) {
    guard file.count <= limits.byteCount else {
      throw .tooManyBytes(declared: file.count, limit: limits.byteCount)
    }
    guard PictureFormat(head: file.prefix(8)) == .jpeg else { throw .notAPicture }
    self = try unsafe file.withUnsafeBufferPointer { pointer throws(PictureError) in
      try unsafe JPEGSamples(JPEGDecoder(bytes: pointer, limits: limits), limits)
    }
  }

  private init(_ decoder: JPEGDecoder, _ limits: DecodeLimits) throws(PictureError) {
    width = decoder.info.width
    height = decoder.info.height
    try decoder.start()
    try limits.check(workingByteCount: UInt64(height) * UInt64(decoder.bytesPerRow))
    channelCount = decoder.bytesPerRow / width
    var bytes: [UInt8] = []
    var row = [UInt8](repeating: 0, count: decoder.rowOffset + decoder.bytesPerRow)
    for _ in 0..<height {
      try decoder.readRow(into: &row)
      bytes += row[decoder.rowOffset...]
    }
    try decoder.finish()
    self.bytes = bytes
  }
}
