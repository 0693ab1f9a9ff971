internal import Capabilities

extension VirtualPanel {
  /// Draws what EPL2's GW prints; 0 is black.
  func drawEPL(_ form: [UInt8], rowCount: Int?) throws(PanelError) -> PanelImage {
    var cursor = try cursor(form)
    var rows = InkRows(planeCount: 1, width: capability.size.width, padBit: 1)
    try cursor.skip("GW0,0,")
    try cursor.skipDecimal(rows.bytesPerRow, "p3")
    try cursor.skip(",")
    let height = try cursor.decimal("p4")
    try cursor.skip(",")
    rows.planes[0] += try cursor.take(height * rows.bytesPerRow)
    try cursor.skip([0x0D, 0x0A], "line end")
    try cursor.finish()
    return try draw(rows, rowCount: rowCount)
  }

  /// Draws what TSPL's BITMAP prints; 0 is black.
  func drawTSPL(_ form: [UInt8], rowCount: Int?) throws(PanelError) -> PanelImage {
    var cursor = try cursor(form)
    var rows = InkRows(planeCount: 1, width: capability.size.width, padBit: 1)
    try cursor.skip("BITMAP 0,0,")
    try cursor.skipDecimal(rows.bytesPerRow, "width")
    try cursor.skip(",")
    let height = try cursor.decimal("height")
    try cursor.skip(",0,")
    rows.planes[0] += try cursor.take(height * rows.bytesPerRow)
    try cursor.skip([0x0D, 0x0A], "line end")
    try cursor.finish()
    return try draw(rows, rowCount: rowCount)
  }

  /// Draws what CPCL's EG prints; what is black, the panel says.
  func drawCPCL(_ form: [UInt8], rowCount: Int?) throws(PanelError) -> PanelImage {
    var cursor = try cursor(form)
    var padBit = 0
    if case .gray(let gray) = capability.color, gray.black == .zero { padBit = 1 }
    var rows = InkRows(planeCount: 1, width: capability.size.width, padBit: padBit)
    try cursor.skip("EG ")
    try cursor.skipDecimal(rows.bytesPerRow, "width")
    try cursor.skip(" ")
    let height = try cursor.decimal("height")
    try cursor.skip(" 0 0 ")
    for _ in 0..<height * rows.bytesPerRow {
      let place = cursor.offset
      let digits = String(decoding: try cursor.take(2), as: UTF8.self)
      guard let byte = UInt8(digits, radix: 16), digits.allSatisfy(\.isHexDigit) else {
        throw .container("no hexadecimal digits", offset: place)
      }
      rows.planes[0].append(byte)
    }
    try cursor.skip([0x0D, 0x0A], "line end")
    try cursor.finish()
    return try draw(rows, rowCount: rowCount)
  }
}
