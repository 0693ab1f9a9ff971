internal import Capabilities
internal import Codecs
internal import Raster

/// Puts the container `zpl-z64` around the pipeline's rows: ZPL II's ^GF with zlib in Base64 and a
/// checksum.
final class ZPLZ64Container: FormWrapper {
  private let affixes: Container.Affixes
  /// Goes in front of the first bytes; then empty.
  private var header: [UInt8]
  private var compressor: ZlibCompressor
  private var base64 = Base64Encoder()
  private var checksum: UInt16 = 0

  init(_ affixes: Container.Affixes, geometry: Geometry) throws(RenderError) {
    self.affixes = affixes
    let bytesPerRow = (geometry.formWidth + 7) / 8
    let byteCount = bytesPerRow * geometry.formHeight
    let text = "^XA^FO0,0^GFA,\(byteCount),\(byteCount),\(bytesPerRow),:Z64:"
    header = affixes.prefix + text.utf8
    do throws(ZlibError) {
      compressor = try ZlibCompressor(windowBits: 15, level: 9)
    } catch { throw .output("\(error)") }
  }

  func wrap(_ bytes: [UInt8]) throws(RenderError) -> [UInt8] {
    var compressed: [UInt8] = []
    compressor.compress(bytes.span, into: &compressed)
    var text: [UInt8] = []
    base64.append(compressed, into: &text)
    return take(text)
  }

  func finish() throws(RenderError) -> [UInt8] {
    var compressed: [UInt8] = []
    compressor.finish(into: &compressed)
    var text: [UInt8] = []
    base64.append(compressed, into: &text)
    base64.finish(into: &text)
    let end = take(text)
    return end + ":\(hexadecimal([UInt8(checksum >> 8), UInt8(checksum & 0xFF)]).uppercased())".utf8
      + "^FS^XZ".utf8 + affixes.suffix
  }

  /// Counts text into the checksum, and puts the header in front of the first.
  private func take(_ text: [UInt8]) -> [UInt8] {
    for byte in text { count(byte) }
    defer { header = [] }
    return header + text
  }

  /// CRC-16/XMODEM: polynomial 1021, start 0, unreflected, no final xor.
  private func count(_ byte: UInt8) {
    checksum ^= UInt16(byte) << 8
    for _ in 0..<8 {
      checksum = checksum << 1 ^ (checksum & 0x8000 != 0 ? 0x1021 : 0)
    }
  }
}
