import Capabilities
import Codecs
import Foundation
import Render
import Testing

@testable import DeviceSim

/// Random devices of every container that is made: what the renderer writes, the simulator's reader,
/// written apart from it, shows as the pixels that the same device with container raw shows.
@Suite struct ContainerRoundTripTests {
  @Test(arguments: 0..<4 as Range<UInt64>)
  func theReaderShowsWhatTheWriterWrote(seed: UInt64) throws {
    var random = SeededGenerator(seed: seed)
    for index in 0..<RandomDevice.containerCount {
      var shownCount = 0
      // Most draws make no sense together.
      for _ in 0..<400 where shownCount < 5 {
        guard let device = RandomDevice.draw(index, &random) else { continue }
        guard try isShown(device, &random) else { continue }
        shownCount += 1
      }
      #expect(shownCount == 5, "container \(index)")
    }
  }

  /// - Returns: `false` when the form is refused for its size.
  private func isShown(_ device: Capability, _ random: inout SeededGenerator) throws -> Bool {
    try #require(Renderer.unsupported(device) == nil)
    let picture = try NoisePicture(&random)
    let form: (bytes: [UInt8], width: Int, height: Int)
    do throws(RenderError) {
      form = try picture.render(as: device)
    } catch {
      // A roll may get more rows than its container has room for.
      guard case .formTooLarge = error, device.size.isRoll else { throw error }
      return false
    }
    let shown = try VirtualPanel(device).draw(form.bytes, width: form.width, height: form.height)
    let raw = try RandomDevice.raw(device)
    let expected = try picture.render(as: raw)
    #expect(
      try VirtualPanel(raw).draw(expected.bytes, height: form.height) == shown, "\(device)")
    damage(form.bytes, of: device, &random)
    return true
  }

  /// Damaged bytes are drawn or refused, nothing else.
  private func damage(
    _ form: [UInt8], of device: Capability, _ random: inout SeededGenerator
  ) {
    for _ in 0..<8 {
      var form = form
      let index = Int.random(in: form.indices, using: &random)
      switch Int.random(in: 0...2, using: &random) {
      case 0: form[index] = UInt8.random(in: 0...255, using: &random)
      case 1: form.remove(at: index)
      default: form = Array(form.prefix(index))
      }
      do throws(PanelError) { _ = try VirtualPanel(device).draw(form) } catch {
        #expect(!error.description.isEmpty)
      }
    }
  }
}

/// Small devices of all containers.
private enum RandomDevice {
  /// Indices of ``draw(_:_:)``.
  static let containerCount = 16

  /// - Parameter index: of the container.
  /// - Returns: `nil` when the draw makes no sense together.
  static func draw(_ index: Int, _ random: inout SeededGenerator) -> Capability? {
    let affixes = Container.Affixes(prefix: bytes(&random), suffix: bytes(&random))
    let all: [Container] = [
      .pnm, .png, .bmp, .wbmp, .lvgl, .openEPaperLink,
      .escposGSV0(stripRows: Int.random(in: 1...30, using: &random), affixes),
      .escposGS8L(affixes), .escposBitImage(affixes), .zplGFA(affixes), .zplZ64(affixes),
      .eplGW(affixes), .tsplBitmap(affixes), .cpclEG(affixes), .starRaster(affixes),
      .dymo(affixes),
    ]
    let isRoll = Int.random(in: 0...3, using: &random) == 0
    let isWide = !isRoll && Int.random(in: 0...19, using: &random) == 0
    return try? Capability(
      size: PanelSize(
        width: Int.random(in: isWide ? 1_000...2_100 : 1...70, using: &random),
        height: isRoll ? 0 : Int.random(in: 1...60, using: &random)),
      color: color(&random),
      layout: Layout(mirror: Layout.Mirror.allCases.randomElement(using: &random) ?? .none),
      fit: Fit(mode: Bool.random(using: &random) ? .contain : .stretch),
      halftone: Halftone(
        method: [.automatic, .none, .threshold, .bayer8].randomElement(using: &random)
          ?? .automatic),
      container: all[index])
  }

  /// The same device without its container.
  static func raw(_ device: Capability) throws -> Capability {
    try Capability(
      size: device.size, color: device.color, fit: device.fit, halftone: device.halftone)
  }

  private static func bytes(_ random: inout SeededGenerator) -> [UInt8] {
    (0..<Int.random(in: 0...3, using: &random)).map { _ in .random(in: 0...255, using: &random) }
  }

  private static func color(_ random: inout SeededGenerator) -> Color {
    switch Int.random(in: 0...9, using: &random) {
    case 0...4: return .gray(GrayColor(bits: 1, black: .random(&random)))
    case 5:
      return .gray(GrayColor(bits: [2, 4, 8].randomElement(using: &random) ?? 2))
    case 6, 7:
      let bits = Bool.random(using: &random) ? 2 : Int.random(in: 1...8, using: &random)
      let codes = (0..<1 << bits).filter { _ in Bool.random(using: &random) }
      return .palette(
        PaletteColor(
          bits: bits,
          entries: codes.map { code in
            PaletteColor.Entry(
              code: UInt8(code),
              rgb: RGB8(
                red: .random(in: 0...255, using: &random),
                green: .random(in: 0...255, using: &random),
                blue: .random(in: 0...255, using: &random)))
          }))
    default:
      return [
        .rgb(RGBColor(red: 5, green: 6, blue: 5, pixelBits: 16)),
        .rgb(RGBColor(red: 8, green: 8, blue: 8, pixelBits: 24)),
        .rgb(RGBColor(red: 8, green: 8, blue: 8, pixelBits: 32)),
        .rgb(RGBColor(red: 8, green: 8, blue: 8, alpha: 8, pixelBits: 32)),
      ].randomElement(using: &random) ?? .gray(GrayColor(bits: 1))
    }
  }
}

extension BlackCode {
  fileprivate static func random(_ random: inout SeededGenerator) -> BlackCode {
    Bool.random(using: &random) ? .zero : .highest
  }
}

/// A picture of random pixels with some even rows, so that runs and repeated rows come too.
private struct NoisePicture {
  private let png: [UInt8]

  init(_ random: inout SeededGenerator) throws {
    let width = Int.random(in: 1...40, using: &random)
    let height = Int.random(in: 1...40, using: &random)
    var writer = try PNGWriter(width: width, height: height, colorType: .rgb(bits: 8))
    for _ in 0..<height {
      let even: UInt8? = [nil, 0, 255].randomElement(using: &random) ?? nil
      let row = (0..<width * 3).map { _ in even ?? .random(in: 0...255, using: &random) }
      try writer.write(packedRow: row.span)
    }
    try writer.finish()
    png = writer.takeOutput()
  }

  func render(
    as device: Capability
  ) throws(RenderError) -> (bytes: [UInt8], width: Int, height: Int) {
    let url = FileManager.default.temporaryDirectory.appending(path: "forme-noise-\(UUID())")
    guard FileManager.default.createFile(atPath: url.path, contents: Data(png)),
      let handle = FileHandle(forReadingAtPath: url.path)
    else { throw .output("no temporary file") }
    defer { try? FileManager.default.removeItem(at: url) }
    let output = MemoryOutput()
    let form = try withExtendedLifetime(handle) { () throws(RenderError) in
      try Renderer().render(original: handle.fileDescriptor, as: device, into: [output])
    }
    return (output.bytes, form.width, form.height)
  }
}

private final class MemoryOutput: FormOutput {
  private(set) var bytes: [UInt8] = []

  func write(_ bytes: [UInt8]) throws { self.bytes += bytes }
}

/// Numbers that depend on the seed alone (SplitMix64).
private struct SeededGenerator: RandomNumberGenerator {
  private var state: UInt64

  init(seed: UInt64) { state = seed }

  mutating func next() -> UInt64 {
    state &+= 0x9E37_79B9_7F4A_7C15
    var mixed = state
    mixed = (mixed ^ mixed >> 30) &* 0xBF58_476D_1CE4_E5B9
    mixed = (mixed ^ mixed >> 27) &* 0x94D0_49BB_1331_11EB
    return mixed ^ mixed >> 31
  }
}
