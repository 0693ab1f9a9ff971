internal import Capabilities

/// `pwg`: PWG Raster (PWG 5102.4-2012), one page. Offsets of the header are those of its table 1.
struct PWGWriter: ContainerWriter {
  private static let headerByteCount = 1_796
  private static let pointsPerInch = 72

  let byteCountLimit: Int
  private let header: [UInt8]
  private var encoder: PageRowEncoder

  init(_ shape: ContainerShape) {
    let color = shape.capability.color
    encoder = PageRowEncoder(bitsPerPixel: color.bitsPerPixel)
    header = Array("RaS2".utf8) + Self.header(shape)
    byteCountLimit =
      header.count
      + encoder.byteCountLimit(rowCount: shape.height, bytesPerRow: shape.bytesPerRow)
  }

  private static func header(_ shape: ContainerShape) -> [UInt8] {
    let color = shape.capability.color
    let resolution = shape.capability.resolution
    let (space, channelCount) = space(of: color)
    // Everything that stands nowhere here is 0.
    let fields = [
      276: resolution.x, 280: resolution.y,
      // The page in points.
      352: points(shape.width, resolution.x), 356: points(shape.height, resolution.y),
      372: shape.width, 376: shape.height,
      384: color.bitsPerPixel / channelCount, 388: color.bitsPerPixel, 392: shape.bytesPerRow,
      400: space, 420: channelCount,
      // Pages, transforms of feed and cross-feed, the image box, white of an alternate primary.
      452: 1, 456: 1, 460: 1, 472: shape.width, 476: shape.height, 480: 0xFFFFFF,
    ]
    var header = Array("PwgRaster".utf8)
    while header.count < 64 { header.append(0) }
    for offset in stride(from: 64, to: headerByteCount, by: 4) {
      header.append(u32BE: fields[offset] ?? 0)
    }
    return header
  }

  /// Rounded half up; the closed table gives a page its resolution.
  private static func points(_ dotCount: Int, _ dotsPerInch: Int) -> Int {
    (2 * pointsPerInch * dotCount + dotsPerInch) / (2 * dotsPerInch)
  }

  /// The number of the colour space, and its channels: black, gray, sRGB, CMYK.
  private static func space(of color: Color) -> (number: Int, channelCount: Int) {
    switch color {
    case .gray(let gray): (gray.black == .highest ? 3 : 18, 1)
    case .rgb: (19, 3)
    case .cmyk: (6, 4)
    case .palette, .adaptive: preconditionFailure("the closed table refuses palettes")
    }
  }

  mutating func begin(into output: inout [UInt8]) { output += header }

  mutating func append(_ row: ArraySlice<UInt8>, into output: inout [UInt8]) {
    encoder.append(row, into: &output)
  }

  mutating func finish(into output: inout [UInt8]) { encoder.finish(into: &output) }
}
