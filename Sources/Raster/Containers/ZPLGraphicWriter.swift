/// `zpl-gfa`: ZPL II's ^GF, "Graphic Field", as ASCII with Zebra's own compression.
struct ZPLGraphicWriter: ContainerWriter {
  /// The longest run that two letters count: 400 and 19.
  private static let runLimit = 419

  let byteCountLimit: Int
  private let header: [UInt8]
  private let trailer = Array("^FS^XZ".utf8)
  private var rowAbove: [UInt8] = []
  /// Digits of the row under way; kept so that no row allocates.
  private var digits: [UInt8] = []

  init(_ shape: ContainerShape) {
    let byteCount = shape.rowByteCount
    header = Array("^XA^FO0,0^GFA,\(byteCount),\(byteCount),\(shape.bytesPerRow),".utf8)
    byteCountLimit = header.count + 2 * byteCount + trailer.count
  }

  mutating func begin(into output: inout [UInt8]) { output += header }

  mutating func append(_ row: ArraySlice<UInt8>, into output: inout [UInt8]) {
    guard !rowAbove.elementsEqual(row) else {
      output.append(UInt8(ascii: ":"))
      return
    }
    rowAbove.removeAll(keepingCapacity: true)
    rowAbove += row
    digits.removeAll(keepingCapacity: true)
    digits.append(hexadecimal: row)
    // What the row ends with goes on to its end, whatever its length.
    let last = digits[digits.count - 1]
    let fill: UInt8? =
      switch last {
      case UInt8(ascii: "0"): UInt8(ascii: ",")
      case UInt8(ascii: "F"): UInt8(ascii: "!")
      default: nil
      }
    if fill != nil {
      while digits.last == last { digits.removeLast() }
    }
    writeRuns(into: &output)
    if let fill { output.append(fill) }
  }

  mutating func finish(into output: inout [UInt8]) { output += trailer }

  private func writeRuns(into output: inout [UInt8]) {
    var start = 0
    while start < digits.count {
      let digit = digits[start]
      var end = start + 1
      while end < digits.count, digits[end] == digit, end - start < Self.runLimit { end += 1 }
      let count = end - start
      start = end
      guard count > 2 else {
        output += repeatElement(digit, count: count)
        continue
      }
      if count >= 20 { output.append(UInt8(ascii: "g") + UInt8(count / 20 - 1)) }
      if count % 20 > 0 { output.append(UInt8(ascii: "G") + UInt8(count % 20 - 1)) }
      output.append(digit)
    }
  }
}
