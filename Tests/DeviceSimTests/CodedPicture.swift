import Capabilities

@testable import DeviceSim
@testable import Raster
@testable import Render

/// A quantised picture: random codes, the form that writers make of them, and what they look like.
struct CodedPicture {
  let capability: Capability
  private let geometry: Geometry
  /// Rows from the top; of each, one plane a channel.
  private var rows: [[UInt16]] = []

  /// - Returns: `nil` when the form would pass the bounds of its container.
  init?(_ capability: Capability, _ random: inout SeededGenerator) {
    self.capability = capability
    let placed = try? Geometry(
      pictureWidth: random.number(1...40), pictureHeight: random.number(1...40),
      orientation: .topLeft, capability: capability)
    guard let placed, placed.formHeight <= 120 else { return nil }
    geometry = placed
    for _ in 0..<height {
      // Equal rows and equal pixels are what line codings are for.
      if let last = rows.last, random.isOne(of: 4) {
        rows.append(last)
        continue
      }
      rows.append(row(&random))
    }
  }

  var width: Int { geometry.formWidth }
  var height: Int { geometry.formHeight }

  private func row(_ random: inout SeededGenerator) -> [UInt16] {
    // A JPEG keeps what is the same everywhere; see the test.
    let isFlat = capability.container.kind == .jpeg
    if isFlat, let first = rows.first { return first }
    return channelMaxima.flatMap { highest -> [UInt16] in
      var code = drawn(highest, &random)
      return (0..<width).map { _ in
        if !isFlat, random.isOne(of: 2) { code = drawn(highest, &random) }
        return code
      }
    }
  }

  private func drawn(_ highest: Int, _ random: inout SeededGenerator) -> UInt16 {
    if case .palette(let palette) = capability.color {
      return UInt16(palette.entries[random.number(0...palette.entries.count - 1)].code)
    }
    return UInt16(random.isOne(of: 3) ? highest : random.number(0...highest))
  }

  /// The highest code of each channel.
  private var channelMaxima: [Int] {
    switch capability.color {
    case .gray, .palette, .adaptive: [(1 << capability.color.bitsPerPixel) - 1]
    case .rgb(let rgb): [rgb.red, rgb.green, rgb.blue].map { (1 << $0) - 1 }
    case .cmyk(let cmyk): Array(repeating: (1 << cmyk.bits) - 1, count: 4)
    }
  }

  /// The form before its codec, as the renderer's last steps make it.
  func form() throws -> [UInt8] {
    var packer = FormPacker(capability: capability, geometry: geometry)
    let shape = packer.shape(capability, geometry)
    var stream = ContainerTable.writer(shape).map { ContainerStream($0, shape: shape) }
    let limit = stream?.byteCountLimit ?? packer.byteCount
    var packed: [UInt8] = []
    var made: [UInt8] = []
    for row in rows {
      packer.append(row, into: &packed)
      guard stream != nil else { continue }
      stream?.append(packed, into: &made)
      packed = []
    }
    packer.finish(into: &packed)
    if stream == nil {
      made = packed
    } else {
      stream?.append(packed, into: &made)
      stream?.finish(into: &made)
    }
    guard made.count <= limit else { throw TooLong(byteCount: made.count, limit: limit) }
    guard let wrapper = try makeWrapper(for: capability, geometry: geometry) else { return made }
    return try wrapper.wrap(made) + wrapper.finish()
  }

  struct TooLong: Error {
    let byteCount: Int
    let limit: Int
  }

  /// What codes look like, as spec/FORMS.md says it.
  func shown() -> PanelImage {
    var image = PanelImage(width: width, height: height, filledWith: .white)
    for (y, row) in rows.enumerated() {
      for x in 0..<width {
        let codes = stride(from: x, to: row.count, by: width).map { Int(row[$0]) }
        image[x, y] = color(codes)
      }
    }
    return image
  }

  private func color(_ codes: [Int]) -> RGB8 {
    let maxima = channelMaxima
    func byte(_ level: Int, of highest: Int) -> UInt8 {
      UInt8((2 * 255 * level + highest) / (2 * highest))
    }
    switch capability.color {
    case .gray(let gray):
      let level = gray.black == .zero ? codes[0] : maxima[0] - codes[0]
      let shade = byte(level, of: maxima[0])
      return RGB8(red: shade, green: shade, blue: shade)
    case .palette(let palette):
      return palette.entries.first { $0.code == codes[0] }?.rgb ?? .white
    case .rgb, .adaptive:
      let bytes = codes.indices.map { byte(codes[$0], of: maxima[$0]) }
      return RGB8(red: bytes[0], green: bytes[1], blue: bytes[2])
    case .cmyk:
      let bare = codes.map { maxima[0] - $0 }
      let bytes = (0..<3).map { byte(bare[$0] * bare[3], of: maxima[0] * maxima[0]) }
      return RGB8(red: bytes[0], green: bytes[1], blue: bytes[2])
    }
  }
}
