import Capabilities
import Testing

@testable import Raster

struct PipelineTests {
  /// Whatever a device is and whatever its picture, the form has the bytes that were promised.
  @Test func randomCapabilitiesGiveFormsOfTheirSize() throws {
    var random = Random(10)
    var madeCount = 0
    for _ in 0..<700 {
      guard let capability = RandomCapability.make(using: &random) else { continue }
      let width = Int.random(in: 1...50, using: &random)
      let height = Int.random(in: 1...50, using: &random)
      guard
        let geometry = try? Geometry(
          pictureWidth: width, pictureHeight: height,
          orientation: Orientation.allCases.randomElement(using: &random) ?? .topLeft,
          capability: capability),
        geometry.formHeight < 300
      else { continue }
      var pipeline = try FormPipeline(capability: capability, geometry: geometry)
      var output: [UInt8] = []
      for _ in 0..<geometry.reducedHeight {
        let row = random.samples(
          geometry.reducedWidth * FormPipeline.channels(for: capability).count)
        pipeline.push(row.span, into: &output)
      }
      pipeline.finish(into: &output)
      #expect(output.count == pipeline.byteCountLimit)
      if capability.container == .raw {
        let size = try capability.formSize(rowCount: geometry.formHeight)
        #expect(output.count == size.byteCount)
      }
      madeCount += 1
    }
    #expect(madeCount > 80)
  }

  @Test func simpleFormsStream() throws {
    let capability = try Capability(size: PanelSize(width: 64, height: 32), color: gray(1))
    let geometry = try Geometry(
      pictureWidth: 128, pictureHeight: 64, orientation: .topLeft, capability: capability)
    var pipeline = try FormPipeline(capability: capability, geometry: geometry)
    var output: [UInt8] = []
    let row = Array(repeating: UInt16(30_000), count: 128)
    for _ in 0..<32 { pipeline.push(row.span, into: &output) }
    // Row i stands at 2i + ½ and reaches 6 rows further: 12 is the last that has all it needs of 31.
    #expect(output.count == 13 * 8)
  }

  @Test func paddingIsTheBackgroundConverted() throws {
    let fit = Fit(
      mode: .none, gravity: .center, background: RGB8(red: 255, green: 0, blue: 0),
      margins: Fit.Margins(left: 1, top: 0, right: 0, bottom: 1))
    let rgb = try Capability(
      size: PanelSize(width: 3, height: 2),
      color: .rgb(RGBColor(red: 8, green: 8, blue: 8, pixelBits: 24)), fit: fit)
    #expect(
      try form(of: [[0, 65_535, 0]], width: 1, rgb) == [
        255, 0, 0, 0, 255, 0, 255, 0, 0, 255, 0, 0, 255, 0, 0, 255, 0, 0,
      ])
    // Luminance 0.2126 is encoded as 127, not 76.
    let luminance = try Capability(
      size: PanelSize(width: 3, height: 2), color: gray(8), fit: fit)
    #expect(try form(of: [[0]], width: 1, luminance) == [127, 0, 127, 127, 127, 127])
  }

  @Test(
    arguments: [
      (gray(1, black: .highest), "P4\n3 1\n", [0b0100_0000]),
      (gray(2), "P5\n3 1\n3\n", [3, 0, 3]), (gray(8), "P5\n3 1\n255\n", [255, 0, 255]),
      (gray(16), "P5\n3 1\n65535\n", [255, 255, 0, 0, 255, 255]),
    ] as [(Color, String, [UInt8])])
  func pnmOfGray(color: Color, header: String, samples: [UInt8]) throws {
    let capability = try Capability(
      size: PanelSize(width: 3, height: 1), color: color, fit: Fit(mode: .none), container: .pnm)
    #expect(try form(of: [[65_535, 0, 65_535]], width: 3, capability) == header.utf8 + samples)
  }

  @Test(arguments: [(5, [31, 0, 31]), (8, [255, 0, 255]), (12, [15, 255, 0, 0, 15, 255])])
  func pnmOfColor(bits: Int, samples: [UInt8]) throws {
    let capability = try Capability(
      size: PanelSize(width: 1, height: 1),
      color: .rgb(RGBColor(red: bits, green: bits, blue: bits, pixelBits: 48)), container: .pnm)
    let header = "P6\n1 1\n\((1 << bits) - 1)\n"
    #expect(try form(of: [[65_535, 0, 65_535]], width: 1, capability) == header.utf8 + samples)
  }

  @Test func pngScanlines() throws {
    let capability = try Capability(
      size: PanelSize(width: 3, height: 1),
      color: palette(bits: 3, [(1, 0xFFFFFF), (4, 0x10FF20)]),
      container: .png)
    let geometry = try Geometry(
      pictureWidth: 3, pictureHeight: 1, orientation: .topLeft, capability: capability)
    let image = try #require(PNGImage(capability: capability, geometry: geometry))
    let black = RGB8(red: 0, green: 0, blue: 0)
    #expect(image.bitDepth == 4)
    #expect(image.bytesPerRow == 2)
    #expect(
      image.colorType
        == .palette([black, .white, black, black, RGB8(red: 16, green: 255, blue: 32)]))
    let green: [UInt16] = [0, 65_535, 0]
    let white: [UInt16] = [65_535, 65_535, 65_535]
    #expect(try form(of: [white + green + white], width: 3, capability) == [0x14, 0x10])

    let alpha = try Capability(
      size: PanelSize(width: 1, height: 1),
      color: .rgb(RGBColor(red: 8, green: 8, blue: 8, alpha: 8, pixelBits: 32)), container: .png)
    #expect(try form(of: [[65_535, 0, 65_535]], width: 1, alpha) == [255, 0, 255, 255])
  }
}

/// Capabilities of all kinds, small enough for a quick test.
private enum RandomCapability {
  static func make(using random: inout Random) -> Capability? {
    let color = color(using: &random)
    let container: Container =
      switch Int.random(in: 0...5, using: &random) {
      case 0: .pnm
      case 1: .png
      default: .raw
      }
    let isRoll = Int.random(in: 0...4, using: &random) == 0
    return try? Capability(
      size: PanelSize(
        width: Int.random(in: 1...40, using: &random),
        height: isRoll ? 0 : Int.random(in: 1...40, using: &random)),
      resolution: Bool.random(using: &random)
        ? .unknown
        : Resolution(
          x: Int.random(in: 1...400, using: &random), y: Int.random(in: 1...400, using: &random)),
      color: color, layout: container == .raw ? layout(using: &random) : .standard,
      fit: fit(using: &random),
      tone: Bool.random(using: &random)
        ? .neutral
        : Tone(
          gamma256: Int.random(in: 26...2_560, using: &random),
          contrast: Int.random(in: -100...100, using: &random),
          brightness: Int.random(in: -100...100, using: &random)),
      halftone: halftone(using: &random),
      container: container)
  }

  private static func halftone(using random: inout Random) -> Halftone {
    let method = Halftone.Method.allCases.randomElement(using: &random) ?? .automatic
    if method == .none || method == .threshold { return Halftone(method: method) }
    return Halftone(
      method: method, strength: Int.random(in: 0...100, using: &random),
      serpentine: !method.isErrorDiffusion || .random(using: &random))
  }

  private static func color(using random: inout Random) -> Color {
    let black: BlackCode = Bool.random(using: &random) ? .zero : .highest
    switch Int.random(in: 0...3, using: &random) {
    case 0:
      return gray([1, 2, 4, 8, 16].randomElement(using: &random) ?? 1, black: black)
    case 1:
      let count = Int.random(in: 1...9, using: &random)
      let colors = (0..<count).map { (UInt8($0), UInt32.random(in: 0...0xFFFFFF, using: &random)) }
      return palette(bits: Int.random(in: 1...8, using: &random), colors)
    case 2:
      func bits() -> Int { Int.random(in: 1...8, using: &random) }
      return .rgb(
        RGBColor(
          red: bits(), green: bits(), blue: bits(), alpha: bits() / 2,
          pixelBits: [8, 12, 16, 24, 32, 48].randomElement(using: &random) ?? 24))
    default:
      return .cmyk(CMYKColor(bits: Bool.random(using: &random) ? 1 : 8))
    }
  }

  private static func layout(using random: inout Random) -> Layout {
    func maybe(_ range: ClosedRange<Int>) -> Int? {
      Bool.random(using: &random) ? Int.random(in: range, using: &random) : nil
    }
    return Layout(
      bitOrder: maybe(0...1) == 1 ? .lsb : .msb, rowAlign: maybe(0...5) ?? 1,
      padBit: maybe(0...1) ?? 0, scan: Layout.Scan(rawValue: UInt8(maybe(0...3) ?? 0)) ?? .rows,
      mirror: Layout.Mirror(rawValue: UInt8(maybe(0...3) ?? 0)) ?? .none,
      planes: Layout.Planes(rawValue: UInt8(maybe(0...2) ?? 0)) ?? .packed,
      split: maybe(0...20) ?? 0)
  }

  private static func fit(using random: inout Random) -> Fit {
    func margin() -> Int { max(0, Int.random(in: -6...5, using: &random)) }
    return Fit(
      mode: Fit.Mode.allCases.randomElement(using: &random) ?? .contain,
      gravity: Fit.Gravity.allCases.randomElement(using: &random) ?? .center,
      background: RGB8(
        red: .random(in: 0...255, using: &random), green: .random(in: 0...255, using: &random),
        blue: .random(in: 0...255, using: &random)),
      rotation: Fit.Rotation.allCases.randomElement(using: &random) ?? .none,
      margins: Fit.Margins(left: margin(), top: margin(), right: margin(), bottom: margin()))
  }
}
