internal import Capabilities
internal import Codecs

extension VirtualPanel {
  /// Draws a PNG of the panel's size, depth and palette; the file's samples are the codes.
  /// - Parameter rowCount: rows that the file must declare; `nil` for any of a roll.
  func drawPNG(_ form: [UInt8], rowCount: Int?) throws(PanelError) -> PanelImage {
    let file: PNGSamples
    do throws(PictureError) { file = try PNGSamples(form) } catch {
      throw .container("the PNG is refused: \(error)", offset: 0)
    }
    try checkSize(width: file.width, height: file.height)
    guard file.height == rowCount ?? file.height else {
      throw .wrongSize(
        declaredWidth: file.width, declaredHeight: file.height,
        expectedWidth: capability.size.width, expectedHeight: rowCount ?? file.height)
    }
    try checkFormat(file)
    let color = PixelColor(capability.color, table: file.palette.map(RGB8.init(entry:)))
    var image = PanelImage(width: file.width, height: file.height, filledWith: .white)
    for y in 0..<file.height {
      for x in 0..<file.width {
        image[x, y] = try color(code(file, x, y), column: x, row: y)
      }
    }
    return image
  }

  /// The samples of a pixel as the code that the capability's colours know: alpha on top.
  private func code(_ file: PNGSamples, _ x: Int, _ y: Int) -> UInt64 {
    func sample(_ channel: Int) -> UInt64 { UInt64(file.sample(channel: channel, x: x, y: y)) }
    switch file.colorType {
    case .gray, .palette: return sample(0)
    case .rgb: return sample(0) << 16 | sample(1) << 8 | sample(2)
    case .rgbAlpha: return sample(3) << 24 | sample(0) << 16 | sample(1) << 8 | sample(2)
    case .grayAlpha: preconditionFailure("no capability has gray with alpha")
    }
  }

  private func checkFormat(_ file: PNGSamples) throws(PanelError) {
    let expected: (PNGColorType, Int)
    switch capability.color {
    case .gray(let gray): expected = (.gray, gray.bits)
    case .palette(let palette):
      expected = (.palette, depth(palette.bits))
      try check(file.palette.map(RGB8.init(entry:)), against: palette)
    case .adaptive(let adaptive):
      expected = (.palette, depth(adaptive.bits))
      guard file.palette.count <= adaptive.colors else {
        throw .container(
          "PLTE has \(file.palette.count) colours, allowed are \(adaptive.colors)", offset: 0)
      }
    case .rgb(let rgb): expected = (rgb.alpha > 0 ? .rgbAlpha : .rgb, 8)
    case .cmyk: throw .container("png has no cmyk", offset: 0)
    }
    guard (file.colorType, file.bitDepth) == expected else {
      throw .container(
        "the PNG has colour type \(file.colorType.rawValue) of \(file.bitDepth) bits, not "
          + "\(expected.0.rawValue) of \(expected.1)", offset: 0)
    }
  }

  /// The smallest depth of a PNG palette that holds so many bits.
  private func depth(_ bits: Int) -> Int { [1, 2, 4, 8].first { $0 >= bits } ?? 8 }

  /// The file's palette is the panel's, in the order of codes, black where it has none.
  private func check(_ colors: [RGB8], against palette: PaletteColor) throws(PanelError) {
    for (code, color) in colors.enumerated() {
      let own = palette.entries.first { $0.code == code }?.rgb ?? RGB8(red: 0, green: 0, blue: 0)
      guard color == own else {
        throw .container(
          "PLTE has #\(color.digits) for code \(code), the panel shows #\(own.digits)", offset: 0)
      }
    }
  }
}

extension RGB8 {
  /// The first three bytes of a PNG palette's entry.
  fileprivate init(entry: [UInt8]) { self.init(red: entry[0], green: entry[1], blue: entry[2]) }

  fileprivate var digits: String { hexadecimal([red, green, blue]) }
}
