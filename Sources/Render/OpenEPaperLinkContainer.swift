internal import Capabilities
internal import Codecs
internal import Raster

/// Puts the container `openepaperlink` around the pipeline's planes: a size and a zlib stream of a
/// short header and the planes that hold anything.
final class OpenEPaperLinkContainer: FormWrapper {
  /// What the tags' firmware can inflate.
  private static let windowBits = 12

  private let header: [UInt8]
  private let planeByteCount: Int
  /// All planes: whether the second holds anything decides the first byte of the form.
  private var planes: [UInt8] = []

  init(_ geometry: Geometry) {
    planeByteCount = Self.planeByteCount(geometry)
    let (width, height) = (geometry.formWidth, geometry.formHeight)
    header = [
      6, UInt8(width & 0xFF), UInt8(width >> 8), UInt8(height & 0xFF), UInt8(height >> 8),
    ]
  }

  /// Bytes of one plane, whose rows are not padded.
  static func planeByteCount(_ geometry: Geometry) -> Int {
    (geometry.formWidth * geometry.formHeight + 7) / 8
  }

  func wrap(_ bytes: [UInt8]) throws(RenderError) -> [UInt8] {
    planes += bytes
    return []
  }

  func finish() throws(RenderError) -> [UInt8] {
    let hasSecond = planes.dropFirst(planeByteCount).contains { $0 != 0 }
    if !hasSecond { planes.removeLast(planes.count - planeByteCount) }
    let plain = header + [hasSecond ? 2 : 1] + planes
    var form = (0..<4).map { UInt8(plain.count >> (8 * $0) & 0xFF) }
    do throws(ZlibError) {
      var compressor = try ZlibCompressor(windowBits: Self.windowBits, level: 9)
      compressor.compress(plain.span, into: &form)
      compressor.finish(into: &form)
    } catch { throw .output("\(error)") }
    return form
  }
}
