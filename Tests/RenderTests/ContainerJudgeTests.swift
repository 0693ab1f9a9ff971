import Capabilities
import Foundation
import Render
import Testing

/// Containers that programs of others read: Pillow, netpbm, and Python's zlib, base64 and CRC.
@Suite struct ContainerJudgeTests {
  private static let width = 21
  private static let height = 15

  private static func render(_ color: Color, _ container: Container) throws -> [UInt8] {
    let capability = try Capability(
      size: PanelSize(width: width, height: height), color: color, fit: Fit(mode: .stretch),
      container: container)
    return try Renderer().render(PictureFile(fixture: "color444.jpg"), as: capability).bytes
  }

  private static let palette = PaletteColor(
    bits: 3,
    entries: [
      PaletteColor.Entry(code: 1, rgb: .white),
      PaletteColor.Entry(code: 2, rgb: RGB8(red: 200, green: 30, blue: 40)),
      PaletteColor.Entry(code: 7, rgb: RGB8(red: 10, green: 20, blue: 30)),
    ])

  /// The PNG of the same codes is judged elsewhere, so Pillow has to see one picture in both.
  @Test(
    .enabled(if: Judge.hasPillow),
    arguments: [
      Color.gray(GrayColor(bits: 1)), .gray(GrayColor(bits: 4)), .gray(GrayColor(bits: 8)),
      .palette(palette), .rgb(.bytes),
      .rgb(RGBColor(red: 8, green: 8, blue: 8, alpha: 8, pixelBits: 32)),
    ])
  func pillowSeesThePNGInTheBMP(color: Color) throws {
    let pixels = try Self.pillow(Self.render(color, .bmp))
    #expect(pixels.count == 3 * Self.width * Self.height)
    let expected = try Self.pillow(Self.render(color, .png))
    try #require(pixels == expected)
    Judge.report("bmp", "Pillow reads \(color.word) of \(color.bitsPerPixel) bits as it does png")
  }

  /// The PBM of one bit is black where it is 1.
  @Test(
    .enabled(if: Judge.hasPillow),
    arguments: [
      (Color.gray(GrayColor(bits: 1, black: .highest)), Color.gray(GrayColor(bits: 1))),
      (.gray(GrayColor(bits: 4)), .gray(GrayColor(bits: 4))),
      (.gray(GrayColor(bits: 8)), .gray(GrayColor(bits: 8))), (.rgb(.bytes), .rgb(.bytes)),
    ])
  func pillowSeesThePNGInThePNM(color: Color, pngColor: Color) throws {
    let pixels = try Self.pillow(Self.render(color, .pnm))
    #expect(pixels.count == 3 * Self.width * Self.height)
    let expected = try Self.pillow(Self.render(pngColor, .png))
    try #require(pixels == expected)
    Judge.report("pnm", "Pillow reads \(color.word) of \(color.bitsPerPixel) bits as it does png")
  }

  private static func pillow(_ file: [UInt8]) throws -> [UInt8] {
    let script = """
      import sys, PIL.Image
      sys.stdout.buffer.write(PIL.Image.open(sys.argv[1]).convert("RGB").tobytes())
      """
    let (status, pixels) = try Judge.run(Judge.python, ["-c", script], input: file)
    #expect(status == 0)
    return pixels
  }

  @Test(.enabled(if: FileManager.default.isExecutableFile(atPath: "/usr/bin/wbmptopbm")))
  func netpbmSeesThePBMInTheWBMP() throws {
    let wbmp = try Self.render(.gray(GrayColor(bits: 1)), .wbmp)
    let (status, output) = try Judge.run("/usr/bin/wbmptopbm", [], input: wbmp)
    #expect(status == 0)
    let expected = try Self.render(.gray(GrayColor(bits: 1, black: .highest)), .pnm)
    try #require(output == expected)
    Judge.report("wbmp", "netpbm reads it as it does pnm")
  }

  @Test func pythonUnpacksZ64() throws {
    let color = Color.gray(GrayColor(bits: 1, black: .highest))
    let script = """
      import base64, binascii, re, sys, zlib
      form = open(sys.argv[1], "rb").read()
      match = re.fullmatch(
          rb"\\^XA\\^FO0,0\\^GFA,45,45,3,:Z64:([^:]*):([0-9A-F]{4})\\^FS\\^XZ", form)
      assert binascii.crc_hqx(match[1], 0) == int(match[2], 16)
      sys.stdout.buffer.write(zlib.decompress(base64.b64decode(match[1], validate=True)))
      """
    let (status, rows) = try Judge.run(
      Judge.python, ["-c", script], input: Self.render(color, .zplZ64(.none)))
    #expect(status == 0)
    let expected = try Self.render(color, .raw)
    try #require(rows == expected)
    Judge.report("zpl-z64", "Python's base64, CRC and zlib unpack it")
  }

  @Test func pythonUnpacksOpenEPaperLink() throws {
    let color = Color.gray(GrayColor(bits: 1, black: .highest))
    let script = """
      import struct, sys, zlib
      form = open(sys.argv[1], "rb").read()
      plain = zlib.decompress(form[4:], 12)
      assert struct.unpack("<IBHHB", form[:4] + plain[:6]) == (46, 6, 21, 15, 1)
      sys.stdout.buffer.write(plain[6:])
      """
    let (status, bits) = try Judge.run(
      Judge.python, ["-c", script], input: Self.render(color, .openEPaperLink))
    #expect(status == 0)
    let raw = try Capability(
      size: PanelSize(width: Self.width, height: Self.height), color: color,
      layout: Layout(rowAlign: 0), fit: Fit(mode: .stretch))
    let picture = try PictureFile(fixture: "color444.jpg")
    let expected = try Renderer().render(picture, as: raw).bytes
    try #require(bits == expected)
    Judge.report("openepaperlink", "Python's zlib unpacks it")
  }
}
