internal import Capabilities
internal import Codecs
internal import Raster

/// One codec at work on a form's bytes.
protocol Packer: AnyObject {
  /// Packs `bytes`, appending what is ready to `output`.
  func pack(_ bytes: [UInt8], into output: inout [UInt8])

  /// Ends the packed stream.
  func finish(into output: inout [UInt8])
}

/// The packer of a codec.
func makePacker(for codec: Codec) throws(RenderError) -> any Packer {
  switch codec {
  case .identity: return IdentityPacker()
  case .packBits: return PackBitsPacker()
  case .zlib(let windowBits):
    do throws(ZlibError) {
      return ZlibPacker(try ZlibCompressor(windowBits: windowBits, level: ZlibPacker.level))
    } catch { throw .output("\(error)") }
  }
}

private final class IdentityPacker: Packer {
  func pack(_ bytes: [UInt8], into output: inout [UInt8]) { output += bytes }
  func finish(into output: inout [UInt8]) {}
}

private final class PackBitsPacker: Packer {
  private var encoder = PackBitsEncoder()

  func pack(_ bytes: [UInt8], into output: inout [UInt8]) {
    encoder.append(bytes.span, into: &output)
  }

  func finish(into output: inout [UInt8]) { encoder.finish(into: &output) }
}

private final class ZlibPacker: Packer {
  /// The slowest and smallest, as spec/FORMS.md fixes it.
  static let level = 9

  private var compressor: ZlibCompressor

  init(_ compressor: consuming ZlibCompressor) { self.compressor = compressor }

  func pack(_ bytes: [UInt8], into output: inout [UInt8]) {
    compressor.compress(bytes.span, into: &output)
  }

  func finish(into output: inout [UInt8]) { compressor.finish(into: &output) }
}
