import Capabilities
import Codecs
import Foundation
import Render
import Testing

@testable import DeviceSim
@testable import Render

/// Random devices of every container and layout: what the writers write, the simulator's readers,
/// written apart from them, show as the quantised picture that it was made from.
@Suite struct ContainerRoundTripTests {
  /// Devices of a container for each seed; raw has the most ways to differ.
  private static func deviceCount(_ kind: Container.Kind) -> Int { kind == .raw ? 120 : 20 }

  @Test(arguments: Container.Kind.allCases, 0..<6 as Range<UInt64>)
  func theReaderShowsWhatTheWriterWrote(kind: Container.Kind, seed: UInt64) throws {
    var random = SeededGenerator(seed: seed << 8 | UInt64(kind.rawValue))
    var shownCount = 0
    // Most draws make no sense together.
    for _ in 0..<20_000 where shownCount < Self.deviceCount(kind) {
      guard let device = RandomDevice.draw(kind, &random),
        let picture = CodedPicture(device, &random)
      else { continue }
      try check(picture, &random)
      shownCount += 1
    }
    #expect(shownCount == Self.deviceCount(kind))
  }

  private func check(_ picture: CodedPicture, _ random: inout SeededGenerator) throws {
    let device = picture.capability
    let panel = VirtualPanel(device)
    let form = try picture.form()
    let shown = try panel.draw(form, width: picture.width, height: picture.height)
    if case .jpeg(let quality) = device.container {
      // A flat colour survives but for half a step of its block's mean, which the way to red, green
      // and blue trebles.
      let scale = quality < 50 ? 5_000 / quality : 200 - 2 * quality
      let error = zip(shown.pixels, picture.shown().pixels).map { abs(Int($0) - Int($1)) }.max()
      #expect((error ?? 0) <= min(3 * scale / 100, 50) + 3, "\(device)")
    } else {
      #expect(shown == picture.shown(), "\(device)")
    }
    for codec in device.codecs {
      let packer = try makePacker(for: codec)
      var packed: [UInt8] = []
      packer.pack(form, into: &packed)
      packer.finish(into: &packed)
      #expect(try FormUnpacking.unpack(packed, codec) == form, "\(codec)")
    }
    damage(form, of: panel, &random)
  }

  /// Damaged bytes are drawn or refused, nothing else.
  private func damage(
    _ form: [UInt8], of panel: VirtualPanel, _ random: inout SeededGenerator
  ) {
    for _ in 0..<2 {
      var form = form
      let index = random.number(0...form.count - 1)
      switch random.number(0...3) {
      case 0: form[index] = UInt8(random.number(0...255))
      case 1: form.remove(at: index)
      case 2: form.insert(UInt8(random.number(0...255)), at: index)
      default: form = Array(form.prefix(index))
      }
      do throws(PanelError) { _ = try panel.draw(form) } catch {
        #expect(!error.description.isEmpty)
      }
    }
  }

  /// Whatever comes, every reader draws it or says what is wrong; a beginning is always wrong.
  @Test(arguments: Container.Kind.allCases, 0..<3 as Range<UInt64>)
  func noReaderTrusts(kind: Container.Kind, seed: UInt64) throws {
    var random = SeededGenerator(seed: seed << 8 | UInt64(kind.rawValue))
    var drawn: CodedPicture?
    while drawn == nil {
      guard let device = RandomDevice.draw(kind, &random) else { continue }
      drawn = CodedPicture(device, &random)
    }
    let picture = try #require(drawn)
    let panel = VirtualPanel(picture.capability)
    let form = try picture.form()
    for count in form.indices {
      #expect(throws: PanelError.self) {
        try panel.draw(Array(form.prefix(count)), width: picture.width, height: picture.height)
      }
    }
    for _ in 0..<60 {
      let kept = form.prefix(random.number(0...form.count))
      let noise = (0..<random.number(0...200)).map { _ in UInt8(random.number(0...255)) }
      do throws(PanelError) { _ = try panel.draw(kept + noise) } catch {
        #expect(!error.description.isEmpty)
      }
    }
  }

  /// Whole forms of a picture, from the decoder on, against the same device without its container.
  @Test(arguments: Container.Kind.allCases)
  func theFormShowsWhatTheRawOneShows(kind: Container.Kind) throws {
    var random = SeededGenerator(seed: UInt64(kind.rawValue))
    var shownCount = 0
    for _ in 0..<20_000 where shownCount < 2 {
      guard let device = RandomDevice.draw(kind, &random) else { continue }
      let picture = try NoisePicture(&random)
      guard let form = try picture.form(as: device),
        let expected = try picture.form(as: RandomDevice.raw(device))
      else { continue }
      let shown = try VirtualPanel(device).draw(form.bytes, width: form.width, height: form.height)
      let raw = try VirtualPanel(RandomDevice.raw(device)).draw(
        expected.bytes, height: form.height)
      if kind != .jpeg { #expect(shown == raw, "\(device)") }
      shownCount += 1
    }
    #expect(shownCount == 2)
  }

  /// Photographs do not survive a JPEG bit for bit, but as well as its quality says.
  @Test(arguments: [(50, 29.0), (75, 32.0), (95, 39.0)], [true, false])
  func aJPEGIsCloseToItsPicture(quality: (value: Int, decibel: Double), isGray: Bool) throws {
    let color: Color =
      isGray
      ? .gray(GrayColor(bits: 8)) : .rgb(RGBColor(red: 8, green: 8, blue: 8, pixelBits: 24))
    let size = PanelSize(width: 83, height: 61)
    let device = try Capability(size: size, color: color, container: .jpeg(quality: quality.value))
    let picture = try NoisePicture(gradientOf: size)
    let form = try #require(try picture.form(as: device))
    let raw = try #require(try picture.form(as: RandomDevice.raw(device)))
    let shown = try VirtualPanel(device).draw(form.bytes).pixels
    let expected = try VirtualPanel(RandomDevice.raw(device)).draw(raw.bytes).pixels
    let squares = zip(shown, expected).reduce(0) { $0 + pow(Double($1.0) - Double($1.1), 2) }
    let decibel = 10 * log10(255 * 255 * Double(shown.count) / squares)
    #expect(decibel > quality.decibel)
  }
}

/// Pictures for whole renders.
private struct NoisePicture {
  private let png: [UInt8]

  private init(width: Int, height: Int, row: (Int) -> [UInt8]) throws {
    var writer = try PNGWriter(width: width, height: height, colorType: .rgb(bits: 8))
    for y in 0..<height { try writer.write(packedRow: row(y).span) }
    try writer.finish()
    png = writer.takeOutput()
  }

  /// Random pixels with some even rows.
  init(_ random: inout SeededGenerator) throws {
    let width = random.number(1...40)
    var generator = random
    try self.init(width: width, height: random.number(1...40)) { _ in
      let even: UInt8? = [nil, 0, 255][generator.number(0...2)]
      return (0..<width * 3).map { _ in even ?? UInt8(generator.number(0...255)) }
    }
    random = generator
  }

  /// Soft colours, as photographs have.
  init(gradientOf size: PanelSize) throws {
    try self.init(width: size.width, height: size.height) { y in
      (0..<size.width).flatMap { x -> [UInt8] in
        let wave = sin(Double(x) / 7) * cos(Double(y) / 5)
        return [128 + 90 * wave, Double(3 * x), Double(4 * y)].map { UInt8($0) }
      }
    }
  }

  /// - Returns: `nil` when a roll got more rows than its container has room for.
  func form(as device: Capability) throws -> (bytes: [UInt8], width: Int, height: Int)? {
    let url = FileManager.default.temporaryDirectory.appending(path: "forme-noise-\(UUID())")
    try Data(png).write(to: url)
    let handle = try FileHandle(forReadingFrom: url)
    defer { try? FileManager.default.removeItem(at: url) }
    let outputs = device.codecs.map { _ in MemoryOutput() }
    let form: RenderedForm<MemoryOutput>
    do throws(RenderError) {
      form = try Renderer().render(original: handle.fileDescriptor, as: device, into: outputs)
    } catch {
      guard case .formTooLarge = error, device.size.isRoll else { throw error }
      return nil
    }
    let bytes = try FormUnpacking.unpack(form.output.bytes, form.codec)
    return (bytes, form.width, form.height)
  }
}

private final class MemoryOutput: FormOutput {
  private(set) var bytes: [UInt8] = []

  func write(_ bytes: [UInt8]) throws { self.bytes += bytes }
}
