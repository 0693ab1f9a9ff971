import CImage

/// Streams a picture from a file as rows of opaque linear light, in as many ways as are wanted from
/// one decode.
///
/// In order: `init` reads the headers, `start` chooses what is delivered, `readRow` once for every
/// row, `convert` for every delivery of it, `finish` reads the rest of the file. A picture is known
/// to be sound only after `finish`, and is then as sound as `verify` finds it. After a throw the
/// reader is of no further use.
///
/// Memory is some rows of the picture, except for progressive JPEG and interlaced PNG, which keep
/// it whole; `DecodeLimits.workingByteCount` bounds that.
package final class PictureReader {
  /// What the headers say.
  package let info: PictureInfo
  private let source: any RowSource
  private var deliveries: [(valuesPerRow: Int, converter: RowConverter)] = []
  /// The row that was read last, as the decoder delivers it.
  private var packed: [UInt8] = []
  /// Where it stands in `packed`.
  private var rowBytes = 0..<0
  /// Rows still to be read; nil before the start.
  private var rowsLeft: Int?

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

  /// Starts decoding, in full: accurate IDCT and fancy upsampling of JPEG, every pixel. Once only.
  /// - Parameter deliveries: what `convert` makes of each row, by index.
  package func start(_ deliveries: [Delivery]) throws(PictureError) {
    precondition(rowsLeft == nil, "a reader starts once")
    try source.start()
    self.deliveries = deliveries.map { delivery in
      (
        info.width * delivery.channels.count,
        source.converter(channels: delivery.channels, background: delivery.background)
      )
    }
    prepare()
  }

  private func prepare() {
    rowBytes = source.rowOffset..<source.rowOffset + source.bytesPerRow
    packed = [UInt8](repeating: 0, count: rowBytes.upperBound)
    rowsLeft = source.rowCount
  }

  /// Reads the next row, from the top; as many calls as there are rows.
  package func readRow() throws(PictureError) {
    guard let rowsLeft, rowsLeft > 0 else { preconditionFailure("no row is left to read") }
    try source.readRow(into: &packed)
    self.rowsLeft = rowsLeft - 1
  }

  /// Converts the row that was read last.
  /// - Parameters:
  ///   - index: of the delivery in what `start` was given.
  ///   - row: width × channels values, 0...65535, channels interleaved; all of them are written.
  package func convert(_ index: Int, into row: inout MutableSpan<UInt16>) {
    precondition(row.count == deliveries[index].valuesPerRow)
    let packed = packed
    deliveries[index].converter.convert(packed.span.extracting(rowBytes), into: &row)
  }

  /// Reads on to the end of the picture, which has to be there and sound: a JPEG's end-of-image
  /// marker, or a PNG's IEND and every checksum. What follows them in the file is left alone.
  package func finish() throws(PictureError) {
    precondition(rowsLeft == 0, "rows are left to read")
    try source.finish()
  }

  /// Decodes the whole picture, quicker than reading its rows, and throws what is wrong with it.
  /// Instead of `start`.
  /// - Parameter goesOn: asked now and then; nothing more is read once it says no.
  /// - Returns: false when it was asked to stop.
  package func verify(while goesOn: () -> Bool = { true }) throws(PictureError) -> Bool {
    precondition(rowsLeft == nil, "a reader starts once")
    guard goesOn() else { return false }
    try source.startCheck()
    prepare()
    while let rowsLeft, rowsLeft > 0 {
      if rowsLeft.isMultiple(of: 64), !goesOn() { return false }
      try readRow()
    }
    try finish()
    return true
  }

  /// Decodes a whole picture, quicker than reading its rows, and throws what is wrong with it.
  /// - Returns: what its headers say.
  package static func verify(
    fileDescriptor: Int32, limits: DecodeLimits = .standard
  ) throws(PictureError) -> PictureInfo {
    let reader = try PictureReader(fileDescriptor: fileDescriptor, limits: limits)
    _ = try reader.verify()
    return reader.info
  }
}
