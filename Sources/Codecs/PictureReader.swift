import CImage

/// Streams a picture from a file as rows of opaque linear light.
///
/// In order: `init` reads the headers, `start` chooses what is delivered, `readRow` once for every
/// row, `finish` reads the rest of the file. A picture is known to be sound only after `finish`.
/// After a throw the reader is of no further use.
///
/// Memory is some rows of the picture, except for progressive JPEG and interlaced PNG, which keep
/// it whole; `DecodeLimits.workingByteCount` bounds that.
package final class PictureReader {
  /// What the headers say.
  package let info: PictureInfo
  private let source: any RowSource
  private var converter: RowConverter?
  private var packed: [UInt8] = []
  private var valuesPerRow = 0
  private var rowsLeft = 0

  /// Reads the headers of the picture that begins at the file's first byte.
  /// - Parameters:
  ///   - fileDescriptor: an open regular file, borrowed until the reader is gone. It is read with
  ///     pread through a buffer of 64 KiB: its position stays, and several readers can share it.
  ///   - limits: compared with what the file declares before anything is allocated.
  package init(
    fileDescriptor: Int32, limits: DecodeLimits = .standard
  ) throws(PictureError) {
    source = try Self.open(fileDescriptor, limits)
    info = source.info
  }

  private static func open(
    _ fileDescriptor: Int32, _ limits: DecodeLimits
  ) throws(PictureError) -> any RowSource {
    var file = cimage_file()
    let code = unsafe cimage_file_look(fileDescriptor, &file)
    guard code == 0 else {
      throw .unreadable(unsafe String(cString: cimage_error_text(code)))
    }
    guard file.byte_count <= Int64(limits.byteCount) else {
      throw .tooManyBytes(declared: Int(clamping: file.byte_count), limit: limits.byteCount)
    }
    let head = file.head
    switch PictureFormat(
      head: [head.0, head.1, head.2, head.3, head.4, head.5, head.6, head.7]
        .prefix(file.head_byte_count))
    {
    case .jpeg: return try JPEGDecoder(fileDescriptor: fileDescriptor, limits: limits)
    case .png: return try PNGDecoder(fileDescriptor: fileDescriptor, limits: limits)
    case nil: throw .notAPicture
    }
  }

  /// Starts decoding. Once only.
  /// - Parameters:
  ///   - channels: what each pixel becomes: its luminance, or its linear light.
  ///   - shrink: one of `info.format.shrinks`. A JPEG's sides become ceil(side / shrink) by scaling
  ///     in the DCT, which averages encoded values. Upsampling is always the fancy one and the IDCT
  ///     the accurate one.
  ///   - background: what shows through where the picture is transparent.
  /// - Returns: the size of what is delivered, before orientation.
  package func start(
    channels: LinearChannels, shrink: Int = 1, background: LinearColor = .white
  ) throws(PictureError) -> (width: Int, height: Int) {
    precondition(converter == nil, "a reader starts once")
    try source.start(shrink: shrink)
    let size = source.size
    converter = source.converter(channels: channels, background: background)
    packed = [UInt8](repeating: 0, count: source.bytesPerRow)
    valuesPerRow = size.width * channels.count
    rowsLeft = size.height
    return size
  }

  /// Reads the next row, from the top; as many calls as there are rows.
  /// - Parameter row: width × channels values, 0...65535; all of them are written.
  package func readRow(into row: inout MutableSpan<UInt16>) throws(PictureError) {
    precondition(rowsLeft > 0 && row.count == valuesPerRow)
    try source.readRow(into: &packed)
    converter?.convert(packed, into: &row)
    rowsLeft -= 1
  }

  /// Reads on to the end of the picture, which has to be there and sound: a JPEG's end-of-image
  /// marker, or a PNG's IEND and every checksum. What follows them in the file is left alone.
  package func finish() throws(PictureError) {
    precondition(converter != nil && rowsLeft == 0, "rows are left to read")
    try source.finish()
  }

  /// Decodes a whole picture, quicker than reading its rows, and throws what is wrong with it.
  /// - Returns: what its headers say.
  package static func verify(
    fileDescriptor: Int32, limits: DecodeLimits = .standard
  ) throws(PictureError) -> PictureInfo {
    let source = try open(fileDescriptor, limits)
    try source.startCheck()
    var packed = [UInt8](repeating: 0, count: source.bytesPerRow)
    for _ in 0..<source.size.height {
      try source.readRow(into: &packed)
    }
    try source.finish()
    return source.info
  }
}
