internal import Capabilities

/// `bmp`: Windows bitmaps with a BITMAPINFOHEADER, bottom-up, rows padded to 4 bytes.
struct BMPWriter: ContainerWriter {
  /// Bytes of BITMAPFILEHEADER and BITMAPINFOHEADER.
  private static let headerByteCount = 54

  let byteCountLimit: Int
  private let header: [UInt8]

  init(_ shape: ContainerShape) {
    let color = shape.color
    let depth = Self.depth(color)
    var table: [UInt8] = []
    if depth == 16 {
      // BI_BITFIELDS: where red, green and blue are.
      for mask in [0xF800, 0x07E0, 0x001F] { table.append(u32LE: mask) }
    } else if depth <= 8 {
      for entry in CodeTable.colors(of: color, count: 1 << depth) {
        table += [entry.blue, entry.green, entry.red, 0]
      }
    }
    let start = Self.headerByteCount + table.count
    byteCountLimit = start + shape.rowByteCount
    var header = Array("BM".utf8)
    header.append(u32LE: byteCountLimit)
    header.append(u32LE: 0)
    header.append(u32LE: start)
    header.append(u32LE: 40)
    header.append(u32LE: shape.width)
    header.append(u32LE: shape.height)
    header.append(u16LE: 1)
    header.append(u16LE: depth)
    header.append(u32LE: depth == 16 ? 3 : 0)
    header.append(u32LE: shape.rowByteCount)
    let resolution = shape.capability.resolution
    header.append(u32LE: Self.dotsPerMeter(resolution.x))
    header.append(u32LE: Self.dotsPerMeter(resolution.y))
    header.append(u32LE: depth <= 8 ? 1 << depth : 0)
    header.append(u32LE: 0)
    self.header = header + table
  }

  /// The next depth that the file has.
  private static func depth(_ color: Color) -> Int {
    [1, 4, 8, 16, 24].first { $0 >= color.bitsPerPixel } ?? 32
  }

  /// Rounded half up; 0 stays 0.
  private static func dotsPerMeter(_ dotsPerInch: Int) -> Int {
    (dotsPerInch * 10_000 + 127) / 254
  }

  /// Blue, green, red and alpha in bytes of their own, or one number of 16 bits, low byte first.
  static func rows(_ color: Color) -> ContainerRows {
    let depth = depth(color)
    let plane: PlaneFormat = depth <= 8 ? .code(bits: depth) : .packed(color)
    return ContainerRows(planes: [plane], rowAlign: 4, byteOrder: .little, isBottomUp: true)
  }

  mutating func begin(into output: inout [UInt8]) { output += header }

  mutating func append(_ row: ArraySlice<UInt8>, into output: inout [UInt8]) { output += row }
}
