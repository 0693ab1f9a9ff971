import Capabilities
import Foundation
import Render
import Testing

/// Container jpeg, read by djpeg and written by Pillow.
@Suite struct JPEGJudgeTests {
  private static let width = 61
  private static let height = 47
  private static let djpeg = "/usr/bin/djpeg"

  private static func render(_ color: Color, _ container: Container) throws -> [UInt8] {
    let capability = try Capability(
      size: PanelSize(width: width, height: height), color: color, fit: Fit(mode: .stretch),
      container: container)
    return try Renderer().render(PictureFile(fixture: "color444.jpg"), as: capability).bytes
  }

  private static let colors = [Color.gray(GrayColor(bits: 8)), .rgb(.bytes)]

  @Test(
    .enabled(if: FileManager.default.isExecutableFile(atPath: djpeg)), arguments: colors, [75, 95])
  func djpegSeesThePicture(color: Color, quality: Int) throws {
    let (status, pnm) = try Judge.run(
      Self.djpeg, ["-dct", "int", "-pnm"], input: Self.render(color, .jpeg(quality: quality)))
    #expect(status == 0)
    let magic = color.bitsPerPixel == 8 ? "P5" : "P6"
    #expect(pnm.starts(with: Array("\(magic)\n\(Self.width) \(Self.height)\n255\n".utf8)))
    let pixels = try Self.render(color, .raw)
    let squares = zip(pnm.suffix(pixels.count), pixels).reduce(0) { sum, pair in
      sum + (Int(pair.0) - Int(pair.1)) * (Int(pair.0) - Int(pair.1))
    }
    let decibel = 10 * log10(65_025 * Double(pixels.count) / Double(max(1, squares)))
    // The picture's colours change from pixel to pixel; half as many of them survive.
    let floor = color.bitsPerPixel == 8 ? 34.0 : 21.0
    try #require(decibel > (quality == 75 ? floor : floor + 1.5))
    let rounded = (decibel * 10).rounded() / 10
    Judge.report("jpeg", "djpeg reads \(color.word), quality \(quality): \(rounded) dB")
  }

  @Test(.enabled(if: Judge.hasPillow), arguments: colors, [1, 49, 50, 90, 100])
  func pillowWritesTheSame(color: Color, quality: Int) throws {
    let script = """
      import io, sys, PIL.Image
      mode = "L" if sys.argv[1] == "8" else "RGB"
      size = (int(sys.argv[2]), int(sys.argv[3]))
      picture = PIL.Image.frombytes(mode, size, open(sys.argv[5], "rb").read())
      file = io.BytesIO()
      options = {"subsampling": "4:2:0"} if mode == "RGB" else {}
      picture.save(file, "JPEG", quality=int(sys.argv[4]), **options)
      sys.stdout.buffer.write(file.getvalue())
      """
    let (status, file) = try Judge.run(
      Judge.python,
      ["-c", script, "\(color.bitsPerPixel)", "\(Self.width)", "\(Self.height)", "\(quality)"],
      input: Self.render(color, .raw))
    #expect(status == 0)
    let expected = try Self.render(color, .jpeg(quality: quality))
    try #require(file == expected)
    Judge.report("jpeg", "Pillow writes the same \(color.word), quality \(quality)")
  }
}
