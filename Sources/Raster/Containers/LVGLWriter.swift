internal import Capabilities

/// `lvgl`: an image file of LVGL 9 (lv_image_header_t), for a stride without padding.
struct LVGLWriter: ContainerWriter {
  let byteCountLimit: Int
  private var header: [UInt8]

  init(_ shape: ContainerShape) {
    let color = shape.color
    let format = Self.format(color)
    header = [0x19, format.number]
    header.append(u16LE: 0)
    header.append(u16LE: shape.width)
    header.append(u16LE: shape.height)
    header.append(u16LE: shape.bytesPerRow)
    header.append(u16LE: 0)
    if format.hasTable {
      for entry in CodeTable.colors(of: color, count: 1 << color.bitsPerPixel) {
        header += [entry.blue, entry.green, entry.red, 0xFF]
      }
    }
    byteCountLimit = header.count + shape.rowByteCount
  }

  /// LVGL's lv_color_format_t; the colours are those that the closed table of capabilities takes.
  private static func format(_ color: Color) -> (number: UInt8, hasTable: Bool) {
    switch (color, color.bitsPerPixel) {
    case (.gray, 8): (0x06, false)
    case (.gray, 1), (.palette, 1), (.adaptive, 1): (0x07, true)
    case (.gray, 2), (.palette, 2), (.adaptive, 2): (0x08, true)
    case (.gray, 4), (.palette, 4), (.adaptive, 4): (0x09, true)
    case (.gray, _), (.palette, _), (.adaptive, _): (0x0A, true)
    case (.rgb, 16), (.cmyk, _): (0x12, false)
    case (.rgb, 24): (0x0F, false)
    case (.rgb(let rgb), _): (rgb.alpha > 0 ? 0x10 : 0x11, false)
    }
  }

  static func rows(_ color: Color) -> ContainerRows {
    ContainerRows(planes: [.packed(color)], byteOrder: .little)
  }

  mutating func begin(into output: inout [UInt8]) { output += header }

  mutating func append(_ row: ArraySlice<UInt8>, into output: inout [UInt8]) { output += row }
}
