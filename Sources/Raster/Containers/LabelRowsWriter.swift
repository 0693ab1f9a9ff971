/// `epl-gw`, `tspl-bitmap` and `cpcl-eg`: one command of text, then all rows, then CR LF.
struct LabelRowsWriter: ContainerWriter {
  let byteCountLimit: Int
  private let header: [UInt8]
  /// Rows are written as two digits a byte.
  private let isHexadecimal: Bool

  private init(_ shape: ContainerShape, header: String, isHexadecimal: Bool = false) {
    self.header = Array(header.utf8)
    self.isHexadecimal = isHexadecimal
    byteCountLimit = self.header.count + shape.rowByteCount * (isHexadecimal ? 2 : 1) + 2
  }

  /// EPL2's GW, "Direct Graphic Write".
  static func epl(_ shape: ContainerShape) -> LabelRowsWriter {
    LabelRowsWriter(shape, header: "GW0,0,\(shape.bytesPerRow),\(shape.height),")
  }

  /// TSPL's BITMAP, mode 0 (overwrite).
  static func tspl(_ shape: ContainerShape) -> LabelRowsWriter {
    LabelRowsWriter(shape, header: "BITMAP 0,0,\(shape.bytesPerRow),\(shape.height),0,")
  }

  /// CPCL's EXPANDED-GRAPHICS.
  static func cpcl(_ shape: ContainerShape) -> LabelRowsWriter {
    LabelRowsWriter(
      shape, header: "EG \(shape.bytesPerRow) \(shape.height) 0 0 ", isHexadecimal: true)
  }

  mutating func begin(into output: inout [UInt8]) { output += header }

  mutating func append(_ row: ArraySlice<UInt8>, into output: inout [UInt8]) {
    if isHexadecimal { output.append(hexadecimal: row) } else { output += row }
  }

  mutating func finish(into output: inout [UInt8]) { output += [0x0D, 0x0A] }
}
