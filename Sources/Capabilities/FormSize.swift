/// Size of a form's pixels before container and codec.
public struct FormSize: Hashable, Sendable {
  /// The largest form in pixels, inclusive: 8,192 × 8,192.
  public static let pixelLimit = 67_108_864
  /// The largest form in bytes, inclusive: 64 MiB.
  public static let byteLimit = 67_108_864
  /// The most rows of a roll.
  public static let rowLimit = 65_535

  /// Width × rows.
  public let pixelCount: Int
  /// Bytes of the pixels as `raw` sends them, the table of an adaptive palette included.
  public let byteCount: Int
}

extension Capability {
  /// The size of a form of `rowCount` rows, refused when it passes the bounds of every form.
  /// - Parameter rowCount: rows of the form, 1…65,535; a roll's follow the picture.
  /// - Throws: ``CapabilityError/formTooLarge(quantity:value:limit:)``, ``CapabilityError/outOfRange(field:value:allowed:offset:)``.
  public func formSize(rowCount: Int) throws(CapabilityError) -> FormSize {
    let rowLimit = container.rowLimit
    guard (1...rowLimit).contains(rowCount) else {
      throw .formTooLarge(quantity: "rows", value: rowCount, limit: rowLimit)
    }
    // Both are at most 65,535 and a pixel has at most 48 bits, so nothing below passes 2^38.
    let pixelCount = size.width * rowCount
    guard pixelCount <= FormSize.pixelLimit else {
      throw .formTooLarge(quantity: "pixels", value: pixelCount, limit: FormSize.pixelLimit)
    }
    let parts =
      layout.split > 0 ? [layout.split, size.width - layout.split] : [size.width]
    var byteCount = tableByteCount
    for columnCount in parts {
      for bits in planeBits {
        byteCount += planeByteCount(columnCount: columnCount, rowCount: rowCount, bits: bits)
      }
    }
    guard byteCount <= FormSize.byteLimit else {
      throw .formTooLarge(quantity: "bytes", value: byteCount, limit: FormSize.byteLimit)
    }
    return FormSize(pixelCount: pixelCount, byteCount: byteCount)
  }

  /// Bits a pixel of each plane, in the order they are sent; one element when pixels are packed.
  package var planeBits: [Int] {
    guard layout.planes != .packed else { return [color.bitsPerPixel] }
    let fromTop =
      switch color {
      case .gray(let gray): Array(repeating: 1, count: gray.bits)
      case .palette(let palette): Array(repeating: 1, count: palette.bits)
      case .adaptive(let adaptive): Array(repeating: 1, count: adaptive.bits)
      case .rgb(let rgb): rgb.channelBitsFromTop
      case .cmyk(let cmyk): Array(repeating: cmyk.bits, count: 4)
      }
    return layout.planes == .planarHighFirst ? fromTop : fromTop.reversed()
  }

  /// Bytes of one plane of one part.
  package func planeByteCount(columnCount: Int, rowCount: Int, bits: Int) -> Int {
    switch layout.scan {
    case .rows:
      if layout.rowAlign == 0 { return (columnCount * rowCount * bits + 7) / 8 }
      let unaligned = (columnCount * bits + 7) / 8
      let units = (unaligned + layout.rowAlign - 1) / layout.rowAlign
      return units * layout.rowAlign * rowCount
    case .pagesLSBTop, .pagesMSBTop, .columns:
      return columnCount * ((rowCount + 7) / 8)
    }
  }

  /// Bytes of the palette in front of a raw form's pixels.
  package var tableByteCount: Int {
    guard case .adaptive(let adaptive) = color, container == .raw else { return 0 }
    return (1 << adaptive.bits) * adaptive.table.bytesPerEntry
  }
}
