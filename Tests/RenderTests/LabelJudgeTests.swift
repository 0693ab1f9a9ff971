import Capabilities
import Foundation
import Render
import Testing

@testable import Raster

/// Container brother-ql, byte for byte what PyPI's brother_ql makes of the same dots.
@Suite(.enabled(if: Judge.hasBrotherQL)) struct LabelJudgeTests {
  /// A printer and its paper, as brother_ql names them.
  struct Paper: Sendable, CustomTestStringConvertible {
    let model: String
    let label: String
    let modelClass: Container.BrotherQL.ModelClass
    let mediaWidth: Int
    /// 0 for endless paper.
    var mediaLength = 0
    /// Dots of the print head that the paper passes by.
    let margins: Fit.Margins
    let height: Int
    var isRed = false
    var cut = true

    var testDescription: String { "\(model) \(label)\(isRed ? " red" : "")\(cut ? "" : " uncut")" }
  }

  private static func margins(_ left: Int, _ right: Int) -> Fit.Margins {
    Fit.Margins(left: left, top: 0, right: right, bottom: 0)
  }

  private static let papers = [
    Paper(
      model: "QL-700", label: "62", modelClass: .ql700, mediaWidth: 62, margins: margins(12, 12),
      height: 40),
    Paper(
      model: "QL-700", label: "23x23", modelClass: .ql700, mediaWidth: 23, mediaLength: 23,
      margins: margins(476, 42), height: 202, cut: false),
    Paper(
      model: "QL-800", label: "29", modelClass: .ql800, mediaWidth: 29, margins: margins(408, 6),
      height: 31),
    Paper(
      model: "QL-800", label: "62red", modelClass: .ql800, mediaWidth: 62,
      margins: margins(12, 12), height: 40, isRed: true),
    Paper(
      model: "QL-800", label: "62red", modelClass: .ql800, mediaWidth: 62,
      margins: margins(12, 12), height: 5, isRed: true, cut: false),
    Paper(
      model: "QL-1050", label: "102", modelClass: .ql1050, mediaWidth: 102,
      margins: margins(76, 56), height: 60),
    Paper(
      model: "QL-1050", label: "62", modelClass: .ql1050, mediaWidth: 62,
      margins: margins(544, 56), height: 33, cut: false),
  ]

  private static let red = PaletteColor(
    bits: 2,
    entries: [
      PaletteColor.Entry(code: 0, rgb: .white),
      PaletteColor.Entry(code: 1, rgb: RGB8(red: 0, green: 0, blue: 0)),
      PaletteColor.Entry(code: 2, rgb: RGB8(red: 255, green: 0, blue: 0)),
    ])

  /// Random rows, and all lengths around those where repeats and literals are cut.
  @Test func packbitsCodesRowsAsWeDo() throws {
    var random = SystemRandomNumberGenerator()
    var rows = (0..<2_000).map { _ in
      let shades = UInt8.random(in: 1...4, using: &random)
      var byte: UInt8 = 0
      return (0..<Int.random(in: 1...162, using: &random)).map { _ -> UInt8 in
        if UInt8.random(in: 0...3, using: &random) <= shades / 2 {
          byte = UInt8.random(in: 0...shades, using: &random)
        }
        return byte
      }
    }
    for count in 120...161 {
      let stretch = (0..<count).map { UInt8($0) }
      rows += [stretch, Array(repeating: 9, count: count), stretch + [UInt8(count - 1)]]
      rows.append(Array(repeating: 9, count: count - 1) + [8])
    }
    let script = """
      import sys
      sys.path.insert(0, sys.argv[1])
      import packbits
      rows, output = open(sys.argv[2], "rb").read(), b""
      while rows:
          row, rows = rows[1:1 + rows[0]], rows[1 + rows[0]:]
          output += packbits.encode(row)
      sys.stdout.buffer.write(output)
      """
    let (status, coded) = try Judge.run(
      Judge.python, ["-c", script, Judge.pythonPackages],
      input: rows.flatMap { [UInt8($0.count)] + $0 })
    #expect(status == 0)
    try #require(coded == rows.flatMap(BrotherQLRowCoding.packBits))
    Judge.report("brother-ql", "PyPI's packbits codes \(rows.count) rows the same")
  }

  @Test(arguments: papers, [Halftone.Method.floydSteinberg, .threshold])
  func brotherQLWritesTheSame(paper: Paper, method: Halftone.Method) throws {
    let label = Container.BrotherQL(
      modelClass: paper.modelClass, mediaType: paper.mediaLength == 0 ? .continuous : .dieCut,
      mediaWidth: paper.mediaWidth, mediaLength: paper.mediaLength,
      margin: paper.mediaLength == 0 ? 35 : 0, cut: paper.cut)
    let width = paper.modelClass == .ql1050 ? 1_296 : 720
    func render(_ container: Container) throws -> [UInt8] {
      let capability = try Capability(
        size: PanelSize(width: width, height: paper.height),
        color: paper.isRed ? .palette(Self.red) : .gray(GrayColor(bits: 1, black: .highest)),
        fit: Fit(mode: .stretch, margins: paper.margins), halftone: Halftone(method: method),
        container: container)
      return try Renderer().render(PictureFile(fixture: "color444.jpg"), as: capability).bytes
    }
    let script = """
      import logging, sys, warnings
      logging.disable(logging.CRITICAL)
      sys.path.insert(0, sys.argv[1])
      model, label, red, cut, left, right, width, height = sys.argv[2:10]
      from PIL import Image
      from brother_ql.conversion import convert
      from brother_ql.raster import BrotherQLRaster
      size = (int(width), int(height))
      codes = open(sys.argv[10], "rb").read()
      if red == "1":
          picture = Image.new("RGB", size)
          colors = [(255, 255, 255), (0, 0, 0), (255, 0, 0)]
          picture.putdata([colors[byte >> shift & 3] for byte in codes for shift in (6, 4, 2, 0)])
      else:
          picture = Image.frombytes("1", size, bytes(byte ^ 255 for byte in codes)).convert("L")
      picture = picture.crop((int(left), 0, size[0] - int(right), size[1]))
      printer = BrotherQLRaster(model)
      sys.stdout.buffer.write(convert(
          printer, [picture], label, cut=cut == "1", red=red == "1", rotate="0", compress=True))
      """
    let (status, bytes) = try Judge.run(
      Judge.python,
      [
        "-c", script, Judge.pythonPackages, paper.model, paper.label, paper.isRed ? "1" : "0",
        paper.cut ? "1" : "0", "\(paper.margins.left)", "\(paper.margins.right)", "\(width)",
        "\(paper.height)",
      ], input: render(.raw))
    #expect(status == 0)
    let expected = try render(.brotherQL(label, .none))
    try #require(bytes == expected)
    Judge.report(
      "brother-ql", "PyPI's brother_ql writes the same bytes for \(paper.testDescription)")
  }
}
