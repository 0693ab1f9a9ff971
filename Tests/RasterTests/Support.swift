import Capabilities

@testable import Raster

/// SplitMix64: the same numbers in every run.
struct Random: RandomNumberGenerator {
  private var state: UInt64

  init(_ seed: UInt64) { state = seed }

  mutating func next() -> UInt64 {
    state &+= 0x9E37_79B9_7F4A_7C15
    var value = state
    value = (value ^ value >> 30) &* 0xBF58_476D_1CE4_E5B9
    value = (value ^ value >> 27) &* 0x94D0_49BB_1331_11EB
    return value ^ value >> 31
  }

  mutating func samples(_ count: Int) -> [UInt16] {
    (0..<count).map { _ in UInt16.random(in: 0...65_535, using: &self) }
  }
}

/// Interleaved rows, reduced as they must be, through a whole pipeline.
func form(
  of rows: [[UInt16]], width: Int, orientation: Orientation = .topLeft, _ capability: Capability
) throws -> [UInt8] {
  let geometry = try Geometry(
    pictureWidth: width, pictureHeight: rows.count, orientation: orientation,
    capability: capability)
  var pipeline = try FormPipeline(capability: capability, geometry: geometry)
  var pyramid = RowPyramid(
    width: width, rowCount: rows.count, channels: FormPipeline.channels(for: capability),
    shrinks: [geometry.shrink])
  var output: [UInt8] = []
  for row in rows {
    pyramid.push(row.span)
    if geometry.shrink == 1 {
      pipeline.push(row.span, into: &output)
    } else if let reduced = pyramid.completedRow(shrink: geometry.shrink) {
      pipeline.push(reduced.span, into: &output)
    }
  }
  pipeline.finish(into: &output)
  return output
}

/// Codes of gray rows after a halftone alone.
func codes(of rows: [[UInt16]], _ halftone: any RowHalftone) -> [[UInt16]] {
  var halftone = halftone
  return rows.map { row in
    var codes = row
    halftone.apply(to: row, row.indices, into: &codes)
    return codes
  }
}

func gray(_ bits: Int, black: BlackCode = .zero) -> Color {
  .gray(GrayColor(bits: bits, black: black))
}

func palette(bits: Int, _ colors: [(code: UInt8, rgb: UInt32)]) -> Color {
  .palette(
    PaletteColor(
      bits: bits,
      entries: colors.map { color in
        PaletteColor.Entry(
          code: color.code,
          rgb: RGB8(
            red: UInt8(color.rgb >> 16), green: UInt8(color.rgb >> 8 & 255),
            blue: UInt8(color.rgb & 255)))
      }))
}

let blackWhiteRed = palette(bits: 2, [(0, 0x000000), (2, 0xFFFFFF), (3, 0xC0281C)])
