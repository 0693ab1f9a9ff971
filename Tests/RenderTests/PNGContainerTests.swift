import Capabilities
import Render
import Testing

/// Container png, judged by pngcheck and by Pillow, and against the same pixels in container raw.
@Suite struct PNGContainerTests {
  /// Colours, and the codes of a raw form as red, green and blue.
  private static let colors: [(color: Color, decode: @Sendable ([UInt8]) -> [UInt8])] = [
    (.gray(GrayColor(bits: 1)), { grays($0, bits: 1) }),
    (.gray(GrayColor(bits: 2)), { grays($0, bits: 2) }),
    (.gray(GrayColor(bits: 4)), { grays($0, bits: 4) }),
    (.gray(GrayColor(bits: 8)), { grays($0, bits: 8) }),
    (.rgb(.bytes), { $0 }),
    (
      .palette(PaletteColor(bits: 2, entries: palette)),
      { raw in
        codes(raw, bits: 2).flatMap { code in
          palette.first { $0.code == code }.map { [$0.rgb.red, $0.rgb.green, $0.rgb.blue] } ?? []
        }
      }
    ),
    (
      .adaptive(AdaptiveColor(bits: 4, colors: 13)),
      { raw in
        codes(Array(raw.dropFirst(3 << 4)), bits: 4).flatMap { code in
          raw[3 * Int(code)..<3 * Int(code) + 3]
        }
      }
    ),
  ]

  private static let palette = [
    PaletteColor.Entry(code: 0, rgb: RGB8(red: 10, green: 20, blue: 30)),
    PaletteColor.Entry(code: 1, rgb: RGB8(red: 240, green: 230, blue: 220)),
    PaletteColor.Entry(code: 2, rgb: RGB8(red: 200, green: 30, blue: 40)),
  ]

  private static let width = 21
  private static let height = 15

  @Test(.enabled(if: Judge.hasPNGCheck), arguments: 0..<7)
  func pngcheckFindsNoFault(_ index: Int) throws {
    let png = try render(Self.colors[index].color, .png)
    let (status, output) = try Judge.run(Judge.pngcheck, ["-v"], input: png)
    let text = String(decoding: output, as: UTF8.self)
    #expect(status == 0, "\(text)")
    #expect(text.contains("\(Self.width) x \(Self.height) image"))
    try #require(text.contains("No errors detected"))
    Judge.report("png", "pngcheck finds no fault in \(Self.colors[index].color.word)")
  }

  @Test(.enabled(if: Judge.hasPillow), arguments: 0..<7)
  func pillowSeesThePixelsOfTheRawForm(_ index: Int) throws {
    let (color, decode) = Self.colors[index]
    let script = """
      import sys, PIL.Image
      picture = PIL.Image.open(sys.argv[1])
      sys.stdout.buffer.write(picture.convert("RGB").tobytes())
      """
    let (status, pixels) = try Judge.run(
      Judge.python, ["-c", script], input: render(color, .png))
    #expect(status == 0)
    #expect(pixels.count == 3 * Self.width * Self.height)
    let expected = try decode(render(color, .raw))
    try #require(pixels == expected)
    Judge.report("png", "Pillow reads \(color.word) of \(color.bitsPerPixel) bits")
  }

  private func render(_ color: Color, _ container: Container) throws -> [UInt8] {
    let capability = try Capability(
      size: PanelSize(width: Self.width, height: Self.height), color: color,
      fit: Fit(mode: .stretch), container: container)
    return try Renderer().render(PictureFile(fixture: "color444.jpg"), as: capability).bytes
  }

  /// Codes of a raw form whose rows are padded to bytes, the leftmost in the high bits.
  private static func codes(_ raw: [UInt8], bits: Int) -> [UInt8] {
    let bytesPerRow = (width * bits + 7) / 8
    return (0..<raw.count / bytesPerRow).flatMap { row in
      (0..<width).map { column in
        let bit = column * bits
        let byte = raw[row * bytesPerRow + bit / 8]
        return byte >> UInt8(8 - bits - bit % 8) & UInt8((1 << bits) - 1)
      }
    }
  }

  private static func grays(_ raw: [UInt8], bits: Int) -> [UInt8] {
    codes(raw, bits: bits).flatMap { code in
      let gray = UInt8(Int(code) * 255 / ((1 << bits) - 1))
      return [gray, gray, gray]
    }
  }
}
