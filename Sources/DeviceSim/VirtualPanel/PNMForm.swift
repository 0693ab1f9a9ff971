internal import Capabilities

extension VirtualPanel {
  /// Draws a P4, P5 or P6 file (netpbm's pbm(5), pgm(5), ppm(5)) of the panel's size and depth.
  /// - Parameter rowCount: rows that the file must declare; `nil` for any of a roll.
  func drawPNM(_ form: [UInt8], rowCount: Int?) throws(PanelError) -> PanelImage {
    let expected = try expectedPNM()
    var header = PNMHeader(form)
    try header.magic(expected.magic)
    let width = try header.number("width")
    let height = try header.number("height")
    try checkSize(width: width, height: height)
    guard height == rowCount ?? height else {
      throw .wrongSize(
        declaredWidth: width, declaredHeight: height, expectedWidth: capability.size.width,
        expectedHeight: rowCount ?? height)
    }
    if expected.magic != 0x34 {
      let offset = header.offset
      let highest = try header.number("maxval")
      guard highest == expected.highest else {
        throw .container("maxval is \(highest), not \(expected.highest)", offset: offset)
      }
    }
    try header.oneSpace()
    let samples = PixelPlane(
      layout: .standard, start: header.offset, columnCount: width * expected.samplesPerPixel,
      rowCount: height, bitsPerPixel: expected.bitsPerSample)
    let end = header.offset + samples.byteCount
    guard form.count == end else { throw .wrongLength(declared: form.count, expected: end) }
    try samples.checkPadding(form)
    return try draw(samples, of: expected, form: form)
  }

  private func draw(
    _ samples: PixelPlane, of expected: ExpectedPNM, form: [UInt8]
  ) throws(PanelError) -> PanelImage {
    let color = PixelColor(capability.color)
    var image = PanelImage(
      width: capability.size.width, height: samples.rowCount, filledWith: .white)
    for row in 0..<image.height {
      for column in 0..<image.width {
        var code: UInt64 = 0
        for index in 0..<expected.samplesPerPixel {
          let sample = samples.code(
            column: column * expected.samplesPerPixel + index, row: row, in: form)
          guard sample <= expected.highest else {
            throw .unknownCode(code: sample, column: column, row: row)
          }
          code = code << expected.bitsPerCode | sample
        }
        image[column, row] = try color(code, column: column, row: row)
      }
    }
    return image
  }

  /// What the capability's colours look like in the file.
  private func expectedPNM() throws(PanelError) -> ExpectedPNM {
    switch capability.color {
    case .gray(let gray) where gray.bits == 1:
      return ExpectedPNM(magic: 0x34, samplesPerPixel: 1, bitsPerCode: 1, bitsPerSample: 1)
    case .gray(let gray):
      return ExpectedPNM(
        magic: 0x35, samplesPerPixel: 1, bitsPerCode: gray.bits,
        bitsPerSample: gray.bits > 8 ? 16 : 8)
    case .rgb(let rgb):
      return ExpectedPNM(
        magic: 0x36, samplesPerPixel: 3, bitsPerCode: rgb.red,
        bitsPerSample: rgb.red > 8 ? 16 : 8)
    case .palette, .adaptive, .cmyk:
      throw .container("pnm has no \(capability.color.word)", offset: 0)
    }
  }
}

private struct ExpectedPNM {
  /// The digit after "P".
  let magic: UInt8
  let samplesPerPixel: Int
  /// Bits of a sample that mean something.
  let bitsPerCode: Int
  /// Bits of a sample in the file.
  let bitsPerSample: Int

  var highest: Int { (1 << bitsPerCode) - 1 }
}

/// Reads the text in front of the samples.
private struct PNMHeader {
  private let bytes: [UInt8]
  private(set) var offset = 0

  init(_ bytes: [UInt8]) { self.bytes = bytes }

  private var next: UInt8? { offset < bytes.count ? bytes[offset] : nil }

  mutating func magic(_ digit: UInt8) throws(PanelError) {
    guard bytes.prefix(2) == [0x50, digit] else {
      throw .container("no P\(digit - 0x30) picture", offset: 0)
    }
    offset = 2
  }

  /// A decimal number after white space and comments; at most 65,535, as nothing here is larger.
  mutating func number(_ name: String) throws(PanelError) -> Int {
    while let byte = next, isSpace(byte) || byte == 0x23 {
      if byte == 0x23 {
        while let byte = next, byte != 0x0A, byte != 0x0D { offset += 1 }
      } else {
        offset += 1
      }
    }
    let start = offset
    var number = 0
    while let byte = next, (0x30...0x39).contains(byte), number <= 65_535 {
      number = number * 10 + Int(byte - 0x30)
      offset += 1
    }
    guard offset > start, number <= 65_535 else {
      throw .container("no \(name) of 0…65535", offset: start)
    }
    return number
  }

  /// Exactly one white space stands before the samples.
  mutating func oneSpace() throws(PanelError) {
    guard let byte = next, isSpace(byte) else {
      throw .container("no white space before the samples", offset: offset)
    }
    offset += 1
  }

  /// Blank, TAB, LF, VT, FF, CR.
  private func isSpace(_ byte: UInt8) -> Bool { byte == 0x20 || (0x09...0x0D).contains(byte) }
}
