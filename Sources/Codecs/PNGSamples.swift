/// A PNG's samples exactly as they are stored: no colour, no alpha, no orientation applied. It reads
/// forms back as a device would, apart from everything that makes them.
package struct PNGSamples: Sendable, Equatable {
  /// Pixels across.
  package let width: Int
  /// Pixels down.
  package let height: Int
  /// Bits a sample: 1, 2, 4, 8 or 16.
  package let bitDepth: Int
  /// What the samples of a pixel are.
  package let colorType: PNGColorType
  /// r, g, b and alpha (255 where tRNS says nothing) of every entry; empty unless `colorType` is
  /// `palette`. No sample lies beyond it.
  package let palette: [[UInt8]]
  /// Bytes of one packed row.
  package let bytesPerRow: Int
  /// The rows from the top: first pixel in the high bits, 16-bit samples big-endian, padding bits as
  /// stored.
  package let bytes: [UInt8]

  /// Decodes a whole PNG, to its IEND.
  /// - Parameter limits: `workingByteCount` bounds `bytes`.
  package init(_ file: [UInt8], limits: DecodeLimits = .standard) throws(PictureError) {
    guard file.count <= limits.byteCount else {
      throw .tooManyBytes(declared: file.count, limit: limits.byteCount)
    }
    guard PictureFormat(head: file.prefix(8)) == .png else { throw .notAPicture }
    self = try unsafe file.withUnsafeBufferPointer { pointer throws(PictureError) in
      try unsafe PNGSamples(PNGDecoder(bytes: pointer, limits: limits), limits)
    }
  }

  private init(_ decoder: PNGDecoder, _ limits: DecodeLimits) throws(PictureError) {
    let header = decoder.header
    try limits.check(workingByteCount: UInt64(header.height) * UInt64(header.bytesPerRow))
    width = header.width
    height = header.height
    bitDepth = header.bitDepth
    colorType = header.colorType
    bytesPerRow = header.bytesPerRow
    palette = stride(from: 0, to: header.palette.count, by: 4).map { first in
      Array(header.palette[first..<first + 4])
    }
    try decoder.start()
    var bytes: [UInt8] = []
    var row = [UInt8](repeating: 0, count: header.bytesPerRow)
    for _ in 0..<header.height {
      try decoder.readRow(into: &row)
      bytes += row
    }
    try decoder.finish()
    self.bytes = bytes
  }

  /// One sample.
  /// - Parameters:
  ///   - channel: from 0, in the order of `colorType`.
  ///   - x: from the left.
  ///   - y: from the top.
  package func sample(channel: Int, x: Int, y: Int) -> Int {
    let bit = (x * channelCount + channel) * bitDepth
    let index = y * bytesPerRow + bit / 8
    if bitDepth == 16 { return Int(bytes[index]) << 8 | Int(bytes[index + 1]) }
    return Int(bytes[index]) >> (8 - bitDepth - bit % 8) & ((1 << bitDepth) - 1)
  }

  /// Samples a pixel.
  package var channelCount: Int {
    switch colorType {
    case .gray, .palette: 1
    case .grayAlpha: 2
    case .rgb: 3
    case .rgbAlpha: 4
    }
  }
}
