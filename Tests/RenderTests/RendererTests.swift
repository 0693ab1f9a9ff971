import Capabilities
import Codecs
import Foundation
import Render
import Testing

@Suite struct RendererTests {
  /// Every pixel of every kind of picture against sRGB's formula in double precision.
  @Test(arguments: Fixture.opaque)
  func nativeSizeIsWithinOneCodeOfTheReference(_ fixture: Fixture) throws {
    let picture = try PictureFile(fixture: fixture.file)
    let light = fixture.seenLight()
    let size = PanelSize(width: fixture.seenWidth, height: fixture.seenHeight)

    let rgb = try Renderer().render(picture, as: Capability(size: size, color: .rgb(.bytes)))
    #expect(rgb.form.width == size.width)
    #expect(rgb.form.height == size.height)
    #expect(largestDifference(rgb.bytes, light.flatMap { $0[0..<3].map(code) }) <= 1)

    let gray = try Renderer().render(
      picture, as: Capability(size: size, color: .gray(GrayColor(bits: 8))))
    #expect(largestDifference(gray.bytes, light.map { code($0[3]) }) <= 1)
  }

  @Test func everyFixtureWasFound() {
    #expect(Fixture.opaque.count > 60)
    #expect(Set(Fixture.opaque.map(\.orientation)) == Set(1...8))
  }

  /// A JPEG gives what a PNG of its decoded pixels gives, however far it is scaled down: nothing is
  /// left to its decoder.
  @Test(arguments: [(13, 10), (6, 4), (3, 2), (1, 1)])
  func theFormatOfThePictureDoesNotMatter(_ width: Int, _ height: Int) throws {
    let jpeg = try PictureFile(fixture: "color420.jpg")
    let light = try #require(Fixture.opaque.first { $0.file == "color420.jpg" }).seenLight()
    var writer = try PNGWriter(width: 26, height: 19, colorType: .rgb(bits: 8))
    for row in 0..<19 {
      let codes = light[row * 26..<(row + 1) * 26].flatMap { $0[0..<3].map { UInt8(code($0)) } }
      try writer.write(packedRow: codes.span)
    }
    try writer.finish()
    let png = try PictureFile(writer.takeOutput())

    let capability = try Capability(
      size: PanelSize(width: width, height: height), color: .rgb(.bytes),
      fit: Fit(mode: .stretch))
    let expected = try Renderer().render(png, as: capability).bytes
    #expect(try Renderer().render(jpeg, as: capability).bytes == expected)
  }

  @Test(arguments: [(Container.raw, BlackCode.zero), (.pnm, .highest), (.png, .zero)])
  func theSameFormHasTheSameBytes(_ container: Container, _ black: BlackCode) throws {
    let capability = try Capability(
      size: PanelSize(width: 31, height: 17), color: .gray(GrayColor(bits: 1, black: black)),
      container: container, codecs: [.identity, .packBits, .zlib(windowBits: 15)])
    let first = try Renderer().render(PictureFile(fixture: "color420.jpg"), as: capability)
    let second = try Renderer().render(PictureFile(fixture: "color420.jpg"), as: capability)
    #expect(first.bytes == second.bytes)
    #expect(first.form.etag == second.form.etag)
    #expect(first.form.codec == second.form.codec)
    #expect(!first.bytes.isEmpty)
  }

  @Test func theEtagIsThatOfTheUnpackedForm() throws {
    func capability(_ codecs: [Codec]) throws -> Capability {
      try Capability(
        size: PanelSize(width: 200, height: 100), color: .gray(GrayColor(bits: 1)),
        halftone: Halftone(method: .none), codecs: codecs)
    }
    let picture = try PictureFile(fixture: "gray8.png")
    let plain = try Renderer().render(picture, as: capability([.identity]))
    let packed = try Renderer().render(
      picture, as: capability([.identity, .zlib(windowBits: 9)]))
    #expect(packed.form.codec == .zlib(windowBits: 9))
    #expect(packed.form.etag == plain.form.etag)
    var decompressor = try ZlibDecompressor(windowBits: 9, outputLimit: plain.bytes.count)
    var unpacked: [UInt8] = []
    try decompressor.decompress(packed.bytes.span, into: &unpacked)
    try decompressor.finish()
    #expect(unpacked == plain.bytes)
  }

  /// IEC 61966-2-1, and the nearest of 256 codes.
  private func code(_ light: Double) -> Int {
    let encoded = light <= 0.003_130_8 ? light * 12.92 : 1.055 * pow(light, 1 / 2.4) - 0.055
    return Int((encoded * 255).rounded())
  }

  private func largestDifference(_ bytes: [UInt8], _ expected: [Int]) -> Int {
    guard bytes.count == expected.count else { return .max }
    return zip(bytes, expected).map { abs(Int($0) - $1) }.max() ?? 0
  }
}
