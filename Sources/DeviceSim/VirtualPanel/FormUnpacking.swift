internal import Capabilities
internal import Codecs

/// Undoes a codec as a device does.
enum FormUnpacking {
  /// The most bytes a form may have.
  static let byteLimit = 67_108_864

  /// The form that `bytes` pack.
  /// - Parameter limit: most bytes it may unpack to, inclusive.
  /// - Throws: ``PanelError/codec(_:offset:)``, ``PanelError/tooLong(limit:)``.
  static func unpack(
    _ bytes: [UInt8], _ codec: Codec, limit: Int = byteLimit
  ) throws(PanelError) -> [UInt8] {
    switch codec {
    case .identity:
      guard bytes.count <= limit else { throw .tooLong(limit: limit) }
      return bytes
    case .packBits: return try unpackBits(bytes, limit: limit)
    case .zlib(let windowBits): return try inflate(bytes, windowBits: windowBits, limit: limit)
    }
  }

  /// PackBits (TIFF 6.0, section 9): a control byte n, then for 0…127 n + 1 bytes as they are, for
  /// −127…−1 one byte to be written 1 − n times; −128 means nothing.
  private static func unpackBits(_ bytes: [UInt8], limit: Int) throws(PanelError) -> [UInt8] {
    var output: [UInt8] = []
    var offset = 0
    while offset < bytes.count {
      let start = offset
      let control = Int(Int8(bitPattern: bytes[offset]))
      offset += 1
      guard control != -128 else { continue }
      let (taken, written) = control >= 0 ? (control + 1, control + 1) : (1, 1 - control)
      guard bytes.count - offset >= taken else {
        throw .codec(
          "PackBits ends early: \(taken) bytes needed, \(bytes.count - offset) left",
          offset: start)
      }
      guard limit - output.count >= written else { throw .tooLong(limit: limit) }
      if control >= 0 {
        output += bytes[offset..<offset + taken]
      } else {
        output += repeatElement(bytes[offset], count: written)
      }
      offset += taken
    }
    return output
  }

  private static func inflate(
    _ bytes: [UInt8], windowBits: Int, limit: Int
  ) throws(PanelError) -> [UInt8] {
    do throws(ZlibError) {
      var output: [UInt8] = []
      var inflater = try ZlibDecompressor(windowBits: windowBits, outputLimit: limit)
      try inflater.decompress(bytes.span, into: &output)
      try inflater.finish()
      return output
    } catch {
      switch error {
      case .damaged(let reason): throw .codec("zlib: \(reason)", offset: 0)
      case .tooManyBytes(let limit): throw .tooLong(limit: limit)
      case .trailingBytes(let count):
        throw .codec("bytes after the zlib stream", offset: bytes.count - count)
      case .endsEarly: throw .codec("the zlib stream ends early", offset: bytes.count)
      case .outOfMemory: throw .codec("no memory for zlib", offset: 0)
      }
    }
  }
}
