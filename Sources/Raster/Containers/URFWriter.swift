internal import Capabilities

/// `urf`: Universal Raster, as CUPS reads and writes it ("Apple Raster"), one page.
struct URFWriter: ContainerWriter {
  let byteCountLimit: Int
  private let header: [UInt8]
  private var encoder: PageRowEncoder

  init(_ shape: ContainerShape) {
    let bitsPerPixel = shape.capability.color.bitsPerPixel
    encoder = PageRowEncoder(bitsPerPixel: bitsPerPixel)
    var header = Array("UNIRAST\u{0}".utf8)
    header.append(u32BE: 1)
    // Gray or sRGB, one side, normal quality.
    header += [UInt8(bitsPerPixel), bitsPerPixel == 8 ? 0 : 1, 1, 4]
    header.append(u32BE: 0)
    header.append(u32BE: 0)
    header.append(u32BE: shape.width)
    header.append(u32BE: shape.height)
    header.append(u32BE: shape.capability.resolution.x)
    header.append(u32BE: 0)
    header.append(u32BE: 0)
    self.header = header
    byteCountLimit =
      header.count
      + encoder.byteCountLimit(rowCount: shape.height, bytesPerRow: shape.bytesPerRow)
  }

  mutating func begin(into output: inout [UInt8]) { output += header }

  mutating func append(_ row: ArraySlice<UInt8>, into output: inout [UInt8]) {
    encoder.append(row, into: &output)
  }

  mutating func finish(into output: inout [UInt8]) { encoder.finish(into: &output) }
}
