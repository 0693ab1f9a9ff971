import Capabilities
import Foundation
import Render
import Testing

/// Containers pwg and urf, read by libcups.
@Suite(.enabled(if: Judge.hasCUPS)) struct PageJudgeTests {
  private static let width = 61
  private static let height = 47

  /// A container, its colours, and what libcups has to find in the header.
  struct Page: Sendable, CustomTestStringConvertible {
    let container: Container
    let color: Color
    /// Bits a colour, bits a pixel, bytes a line, colour space, colours.
    let numbers: [Int]

    var testDescription: String { "\(container.kind.word) \(color.word) of \(numbers[1]) bits" }
  }

  private static let pages = [
    Page(
      container: .pwg, color: .gray(GrayColor(bits: 1, black: .highest)),
      numbers: [1, 1, 8, 3, 1]),
    Page(container: .pwg, color: .gray(GrayColor(bits: 8)), numbers: [8, 8, 61, 18, 1]),
    Page(
      container: .pwg, color: .gray(GrayColor(bits: 8, black: .highest)),
      numbers: [8, 8, 61, 3, 1]),
    Page(container: .pwg, color: .rgb(.bytes), numbers: [8, 24, 183, 19, 3]),
    Page(container: .pwg, color: .cmyk(CMYKColor(bits: 8)), numbers: [8, 32, 244, 6, 4]),
    Page(container: .urf, color: .gray(GrayColor(bits: 8)), numbers: [8, 8, 61, 18, 1]),
    Page(container: .urf, color: .rgb(.bytes), numbers: [8, 24, 183, 19, 3]),
  ]

  private static func render(_ page: Page, _ container: Container) throws -> [UInt8] {
    let resolution = page.container == .urf ? Resolution(x: 300, y: 300) : .init(x: 300, y: 600)
    let capability = try Capability(
      size: PanelSize(width: width, height: height), resolution: resolution, color: page.color,
      fit: Fit(mode: .contain, margins: .init(left: 3, top: 9, right: 0, bottom: 2)),
      container: container)
    return try Renderer().render(PictureFile(fixture: "color444.jpg"), as: capability).bytes
  }

  @Test(arguments: pages) func libcupsReadsThePixelsOfTheRawForm(page: Page) throws {
    // The header's numbers, then the pixels.
    let script = """
      import ctypes, os, struct, sys
      cups = ctypes.CDLL("libcups.so.2")
      cups.cupsRasterOpen.restype = ctypes.c_void_p
      raster = ctypes.c_void_p(cups.cupsRasterOpen(os.open(sys.argv[1], os.O_RDONLY), 0))
      header = ctypes.create_string_buffer(1796)
      assert cups.cupsRasterReadHeader2(raster, header) == 1
      numbers = lambda offset, count: struct.unpack_from(f"={count}I", header.raw, offset)
      line = numbers(392, 1)[0]
      lines = []
      for _ in range(numbers(376, 1)[0]):
          row = ctypes.create_string_buffer(line)
          assert cups.cupsRasterReadPixels(raster, row, line) == line
          lines.append(row.raw)
      # Only one page: and what the header said must not be lost to the look.
      assert cups.cupsRasterReadHeader2(raster, ctypes.create_string_buffer(1796)) == 0
      found = numbers(372, 2) + numbers(384, 3) + numbers(400, 1) + numbers(420, 1) + numbers(276, 2)
      sys.stdout.buffer.write(struct.pack("<9I", *found) + b"".join(lines))
      """
    let (status, output) = try Judge.run(
      Judge.python, ["-c", script], input: Self.render(page, page.container))
    #expect(status == 0)
    let numbers = stride(from: 0, to: min(36, output.count), by: 4).map { start in
      (0..<4).reduce(0) { $0 | Int(output[start + $1]) << (8 * $1) }
    }
    let yResolution = page.container == .urf ? 300 : 600
    #expect(numbers == [Self.width, Self.height] + page.numbers + [300, yResolution])
    let expected = try Self.render(page, .raw)
    try #require(Array(output.dropFirst(36)) == expected)
    Judge.report(page.container.kind.word, "libcups reads \(page.testDescription)")
  }
}
