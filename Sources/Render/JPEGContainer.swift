internal import Capabilities
internal import Codecs

/// Puts the container `jpeg` around the pipeline's rows of gray or rgb.
final class JPEGContainer: FormWrapper {
  private var writer: JPEGWriter
  /// Rows that are not whole yet.
  private var pending: [UInt8] = []

  init(quality: Int, width: Int, height: Int, isGray: Bool) throws(RenderError) {
    do throws(PictureError) {
      writer = try JPEGWriter(width: width, height: height, isGray: isGray, quality: quality)
    } catch { throw .output("\(error)") }
  }

  func wrap(_ bytes: [UInt8]) throws(RenderError) -> [UInt8] {
    pending += bytes
    let rowCount = pending.count / writer.bytesPerRow
    do throws(PictureError) {
      for row in 0..<rowCount {
        let start = row * writer.bytesPerRow
        try writer.write(row: pending[start..<start + writer.bytesPerRow].span)
      }
    } catch { throw .output("\(error)") }
    pending.removeFirst(rowCount * writer.bytesPerRow)
    return writer.takeOutput()
  }

  func finish() throws(RenderError) -> [UInt8] {
    do throws(PictureError) { try writer.finish() } catch { throw .output("\(error)") }
    return writer.takeOutput()
  }
}
