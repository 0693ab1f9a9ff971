internal import Capabilities

/// `pnm`: P4 for one bit, P5 for gray, P6 for rgb (netpbm's pbm(5), pgm(5), ppm(5)).
struct PNMWriter: ContainerWriter {
  private let header: [UInt8]
  let byteCountLimit: Int

  init(_ shape: ContainerShape) {
    let size = "\(shape.width) \(shape.height)\n"
    let text =
      switch shape.capability.color {
      case .rgb(let rgb): "P6\n\(size)\((1 << rgb.red) - 1)\n"
      case .gray(let gray) where gray.bits > 1: "P5\n\(size)\((1 << gray.bits) - 1)\n"
      case .gray, .palette, .adaptive, .cmyk: "P4\n\(size)"
      }
    header = Array(text.utf8)
    byteCountLimit = header.count + shape.rowByteCount
  }

  /// One bit a pixel, or one or two whole bytes a sample.
  static func rows(_ color: Color) -> ContainerRows {
    switch color {
    case .rgb(let rgb):
      let bits = rgb.red > 8 ? 16 : 8
      let fields = (0..<3).map { PlaneFormat.Field(channel: $0, shift: (2 - $0) * bits) }
      return ContainerRows(planes: [PlaneFormat(bits: 3 * bits, fields: fields)])
    case .gray, .palette, .adaptive, .cmyk:
      let bits = color.bitsPerPixel
      return ContainerRows(planes: [.code(bits: bits == 1 ? 1 : bits > 8 ? 16 : 8)])
    }
  }

  mutating func begin(into output: inout [UInt8]) { output += header }

  mutating func append(_ row: ArraySlice<UInt8>, into output: inout [UInt8]) { output += row }
}
