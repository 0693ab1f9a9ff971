import CImage

/// Writes a PNG row by row. Chunks are IHDR, PLTE where there is a palette, IDAT and IEND: the same
/// rows always make the same bytes (with the same libpng and zlib).
@safe package struct PNGWriter: ~Copyable {
  /// What a pixel is made of.
  package enum ColorType: Sendable, Equatable {
    /// 1, 2, 4, 8 or 16 bits.
    case gray(bits: Int)
    /// Indices of 1, 2, 4 or 8 bits, and 1...2^bits entries of r, g, b in the order of indices.
    case palette(bits: Int, entries: [[UInt8]])
    /// 8 or 16 bits a sample.
    case rgb(bits: Int)
    /// 8 or 16 bits a sample, alpha last.
    case rgba(bits: Int)
  }

  /// Bytes of one packed row.
  package let bytesPerRow: Int
  private let handle: OpaquePointer

  /// Begins a picture.
  /// - Parameters:
  ///   - width: 1 or more.
  ///   - height: 1 or more; as many rows have to be written.
  ///   - colorType: one that PNG knows; another is a mistake of the caller.
  ///   - level: zlib's effort, 0...9.
  /// - Throws: `unsupported` for sides beyond 2^31 − 1, `outOfMemory`.
  package init(
    width: Int, height: Int, colorType: ColorType, level: Int = 6
  ) throws(PictureError) {
    precondition((0...9).contains(level))
    guard let width = Int32(exactly: width), let height = Int32(exactly: height), width > 0,
      height > 0
    else { throw .unsupported("a PNG of \(width) × \(height) pixels") }
    guard let handle = unsafe cimage_png_writer_open() else { throw .outOfMemory }
    let status = unsafe cimage_png_writer_start(
      handle, UInt32(width), UInt32(height), UInt8(colorType.bits), colorType.number.rawValue,
      colorType.entries.isEmpty ? nil : colorType.entries, colorType.entries.count / 3,
      CInt(level))
    do throws(PictureError) {
      try unsafe status.check(message: cimage_png_writer_message(handle))
    } catch {
      unsafe cimage_png_writer_close(handle)
      throw error
    }
    unsafe self.handle = handle
    bytesPerRow = unsafe cimage_png_writer_bytes_per_row(handle)
  }

  deinit { unsafe cimage_png_writer_close(handle) }

  /// Takes the next row.
  /// - Parameter bytes: `bytesPerRow` bytes: first pixel in the high bits, 16-bit samples big-endian.
  package mutating func write(packedRow bytes: Span<UInt8>) throws(PictureError) {
    precondition(bytes.count == bytesPerRow)
    let status = unsafe bytes.withUnsafeBufferPointer { bytes in
      unsafe cimage_png_writer_row(handle, bytes.baseAddress)
    }
    try check(status)
  }

  /// Ends the picture after its last row; `takeOutput` then has the rest.
  package mutating func finish() throws(PictureError) {
    try check(unsafe cimage_png_writer_finish(handle))
  }

  /// What was written since the last call. Take it after some rows to keep memory small.
  package mutating func takeOutput() -> [UInt8] {
    var count = 0
    let bytes = unsafe cimage_png_writer_output(handle, &count)
    let output = unsafe [UInt8](UnsafeBufferPointer(start: bytes, count: count))
    unsafe cimage_png_writer_clear(handle)
    return output
  }

  private func check(_ status: cimage_status) throws(PictureError) {
    try unsafe status.check(message: cimage_png_writer_message(handle))
  }
}

extension PNGWriter.ColorType {
  fileprivate var number: PNGColorType {
    switch self {
    case .gray: .gray
    case .palette: .palette
    case .rgb: .rgb
    case .rgba: .rgbAlpha
    }
  }

  /// Bits a sample, checked against what PNG allows (third edition, table 11.1).
  fileprivate var bits: Int {
    switch self {
    case .gray(let bits):
      precondition([1, 2, 4, 8, 16].contains(bits))
      return bits
    case .palette(let bits, let entries):
      precondition([1, 2, 4, 8].contains(bits) && (1...(1 << bits)).contains(entries.count))
      return bits
    case .rgb(let bits), .rgba(let bits):
      precondition([8, 16].contains(bits))
      return bits
    }
  }

  /// The palette, three bytes an entry.
  fileprivate var entries: [UInt8] {
    guard case .palette(_, let entries) = self else { return [] }
    precondition(entries.allSatisfy { $0.count == 3 })
    return Array(entries.joined())
  }
}
