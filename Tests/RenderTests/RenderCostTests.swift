import Capabilities
import Codecs
import Render
import Testing

@Suite struct RenderCostTests {
  private static func panel(
    _ width: Int, _ height: Int, color: Color = .gray(GrayColor(bits: 1)),
    layout: Layout = .standard, codecs: [Codec] = [.identity], fit: Fit = Fit(mode: .stretch)
  ) throws -> Capability {
    try Capability(
      size: PanelSize(width: width, height: height), color: color, layout: layout, fit: fit,
      codecs: codecs)
  }

  @Test func pixelsAreThoseOfThePictureAndOfEveryForm() throws {
    let panels = [try Self.panel(80, 48), try Self.panel(10, 10)]
    func cost(_ capabilities: [Capability]) -> Int {
      Renderer.pixelCost(of: capabilities, pictureWidth: 300, pictureHeight: 200)
    }
    #expect(cost([]) == 60_000)
    #expect(cost([panels[0]]) == 63_840)
    #expect(cost(panels) == 63_940)
    // A roll is as long as the picture wants, at worst on its side: 576 × 864.
    #expect(cost([try Self.panel(576, 0)]) == 60_000 + 576 * 864)
    // What cannot be made costs nothing.
    #expect(cost([try Self.panel(60_000, 0)]) == 60_000)
  }

  @Test func whatWaitsIsCounted() throws {
    func bytes(_ capability: Capability) -> Int {
      Renderer.workingByteCount(of: capability, pictureWidth: 4_000, pictureHeight: 3_000)
    }
    let plain = bytes(try Self.panel(800, 480))
    // The window may have to be turned: 2 bytes a pixel.
    #expect(plain >= 800 * 480 * 2)
    #expect(plain < 800 * 480 * 2 + (2 << 20))
    let color = bytes(try Self.panel(800, 480, color: .rgb(.bytes)))
    #expect(color >= 800 * 480 * 6)
    // The fitted picture waits for its palette, beside the window that may have to be turned.
    let adaptive = bytes(
      try Self.panel(800, 480, color: .adaptive(AdaptiveColor(bits: 8, colors: 256))))
    #expect(adaptive >= 800 * 480 * 12)
    let mirrored = bytes(
      try Self.panel(800, 480, color: .rgb(.bytes), layout: Layout(mirror: .vertical)))
    #expect(mirrored == color + 800 * 480 * 3)
    let packed = bytes(
      try Self.panel(800, 480, codecs: [.identity, .packBits, .zlib(windowBits: 15)]))
    #expect(packed == plain + ZlibCompressor.workingByteCount)
    #expect(bytes(try Self.panel(60_000, 0)) == 0)
  }

  @Test func batchesKeepToTheirLimits() throws {
    let panels = try (1...9).map { try Self.panel(100 * $0, 100 * $0) }
    let bytes = panels.map {
      Renderer.workingByteCount(of: $0, pictureWidth: 500, pictureHeight: 400)
    }
    func batches(_ memory: Int, _ count: Int = 32) -> [Range<Int>] {
      Renderer.batches(
        of: panels, pictureWidth: 500, pictureHeight: 400, memoryLimit: memory, formLimit: count)
    }
    // Everything beside the largest fits exactly, or not.
    let others = bytes.dropLast().reduce(0, +)
    #expect(batches(others) == [0..<9])
    #expect(batches(others - 1) == [0..<8, 8..<9])
    // One form alone is always made.
    #expect(batches(0) == (0..<9).map { $0..<$0 + 1 })
    #expect(batches(others, 4) == [0..<4, 4..<8, 8..<9])
    #expect(batches(others, 1) == batches(0))
    #expect(
      Renderer.batches(of: [], pictureWidth: 5, pictureHeight: 4) == [])
  }
}
