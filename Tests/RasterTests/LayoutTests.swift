import Capabilities
import Testing

@testable import Raster

struct LayoutTests {
  static let colors: [Color] = [
    gray(1), gray(2), gray(4), gray(8), gray(16), palette(bits: 3, [(0, 0), (7, 1)]),
    palette(bits: 5, [(0, 0), (31, 1)]), palette(bits: 7, [(0, 0), (99, 1)]),
    .rgb(RGBColor(red: 5, green: 6, blue: 5, pixelBits: 16)),
    .rgb(RGBColor(red: 3, green: 3, blue: 2, pixelBits: 8, order: .bgr)),
    .rgb(RGBColor(red: 4, green: 4, blue: 4, pixelBits: 12)),
    .rgb(RGBColor(red: 1, green: 1, blue: 1, pixelBits: 8)),
    .rgb(RGBColor(red: 6, green: 6, blue: 6, pixelBits: 24, byteTop: true)),
    .rgb(RGBColor(red: 5, green: 5, blue: 5, alpha: 1, pixelBits: 32, byteTop: true)),
    .rgb(RGBColor(red: 8, green: 8, blue: 8, alpha: 8, pixelBits: 32, order: .bgr)),
    .rgb(RGBColor(red: 16, green: 16, blue: 16, pixelBits: 48)),
    .rgb(RGBColor(red: 10, green: 12, blue: 9, alpha: 3, pixelBits: 48)),
    .cmyk(CMYKColor(bits: 1)), .cmyk(CMYKColor(bits: 8)),
  ]

  static let layouts: [Layout] = {
    var layouts: [Layout] = []
    for scan in Layout.Scan.allCases {
      for (mirror, planes) in product(Layout.Mirror.allCases, Layout.Planes.allCases) {
        for (bitOrder, byteOrder) in product(Layout.BitOrder.allCases, Layout.ByteOrder.allCases) {
          for (rowAlign, split) in product([0, 1, 3, 4], [0, 5, 8]) {
            for padBit in [0, 1] {
              layouts.append(
                Layout(
                  bitOrder: bitOrder, byteOrder: byteOrder, rowAlign: rowAlign, padBit: padBit,
                  scan: scan, mirror: mirror, planes: planes, split: split))
            }
          }
        }
      }
    }
    return layouts
  }()

  /// Every value of every field with every other, on small random pictures: a seventh of all the
  /// combinations that a capability may have, another one for each colour.
  @Test(arguments: colors.indices)
  func everyLayoutIsTheSpecs(colorIndex: Int) throws {
    let color = Self.colors[colorIndex]
    var random = Random(8)
    var triedCount = 0
    for (index, layout) in Self.layouts.enumerated() where index % 7 == colorIndex % 7 {
      let size = index.isMultiple(of: 2) ? (13, 11) : (16, 3)
      guard
        let capability = try? Capability(
          size: PanelSize(width: size.0, height: size.1), color: color, layout: layout)
      else { continue }
      triedCount += 1
      let codes = randomCodes(color, width: size.0, height: size.1, using: &random)
      let bytes = try pack(codes, capability)
      #expect(bytes == ReferencePacker(capability: capability, codes: codes).bytes())
      #expect(bytes.count == (try capability.formSize(rowCount: size.1)).byteCount)
    }
    #expect(triedCount >= 12)
  }

  private func randomCodes(
    _ color: Color, width: Int, height: Int, using random: inout Random
  ) -> [[[UInt16]]] {
    let bits =
      switch color {
      case .rgb(let rgb): [rgb.red, rgb.green, rgb.blue]
      case .cmyk(let cmyk): Array(repeating: cmyk.bits, count: 4)
      case .gray, .palette, .adaptive: [color.bitsPerPixel]
      }
    return bits.map { bits in
      (0..<height).map { _ in random.samples(width).map { $0 >> UInt16(16 - bits) } }
    }
  }

  private func pack(_ codes: [[[UInt16]]], _ capability: Capability) throws -> [UInt8] {
    let height = codes[0].count
    let geometry = try Geometry(
      pictureWidth: codes[0][0].count, pictureHeight: height, orientation: .topLeft,
      capability: capability)
    var packer = FormPacker(capability: capability, geometry: geometry)
    var bytes: [UInt8] = []
    for y in 0..<height { packer.append(codes.flatMap { $0[y] }, into: &bytes) }
    packer.finish(into: &bytes)
    return bytes
  }
}

private func product<A, B>(_ left: [A], _ right: [B]) -> [(A, B)] {
  left.flatMap { first in right.map { (first, $0) } }
}
