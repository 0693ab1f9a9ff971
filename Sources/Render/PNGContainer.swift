internal import Capabilities
internal import Codecs
internal import Raster

/// Puts the container `png` around the pipeline's scanlines.
final class PNGContainer: FormWrapper {
  /// As spec/FORMS.md, "Codecs" fixes it: a photograph hardly becomes smaller beyond.
  private static let level = 6

  private var writer: PNGWriter
  private let bytesPerRow: Int
  /// Scanlines that are not whole yet.
  private var pending: [UInt8] = []

  init(_ image: PNGImage) throws(RenderError) {
    bytesPerRow = image.bytesPerRow
    do throws(PictureError) {
      writer = try PNGWriter(
        width: image.width, height: image.height, colorType: Self.colorType(image),
        level: Self.level)
    } catch { throw .output("\(error)") }
  }

  func wrap(_ bytes: [UInt8]) throws(RenderError) -> [UInt8] {
    pending += bytes
    let rowCount = pending.count / bytesPerRow
    do throws(PictureError) {
      for row in 0..<rowCount {
        let start = row * bytesPerRow
        try writer.write(packedRow: pending[start..<start + bytesPerRow].span)
      }
    } catch { throw .output("\(error)") }
    pending.removeFirst(rowCount * bytesPerRow)
    return writer.takeOutput()
  }

  func finish() throws(RenderError) -> [UInt8] {
    do throws(PictureError) { try writer.finish() } catch { throw .output("\(error)") }
    return writer.takeOutput()
  }

  private static func colorType(_ image: PNGImage) -> PNGWriter.ColorType {
    switch image.colorType {
    case .gray: .gray(bits: image.bitDepth)
    case .palette(let colors):
      .palette(bits: image.bitDepth, entries: colors.map { [$0.red, $0.green, $0.blue] })
    case .rgb: .rgb(bits: image.bitDepth)
    case .rgba: .rgba(bits: image.bitDepth)
    }
  }
}
