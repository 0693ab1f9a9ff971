internal import Capabilities

/// A form whose palette is not chosen yet: all its rows, toned, and the count of their colours.
struct AdaptiveFrame: Sendable {
  private let color: AdaptiveColor
  private let halftone: Halftone
  private let geometry: Geometry
  private let table: AdaptiveColor.Table
  /// Linear target of each linear value, `nil` for the identity.
  private let target: [UInt16]?
  private let rowSampleCount: Int
  private var histogram = ColorHistogram()
  /// Planar rows, one after the other.
  private var samples: [UInt16] = []

  /// - Returns: `nil` for a capability whose palette is known, or that has none.
  init?(capability: Capability, geometry: Geometry) {
    guard case .adaptive(let color) = capability.color else { return nil }
    self.color = color
    self.geometry = geometry
    halftone = capability.halftone
    // RGB888 wherever the container is a file: descriptors with another one are refused.
    table = color.table
    target = ToneCurve(capability.tone).linearTargets()
    rowSampleCount = 3 * geometry.formWidth
    samples.reserveCapacity(Self.sampleCount(geometry))
  }

  /// Samples of the whole form.
  static func sampleCount(_ geometry: Geometry) -> Int {
    3 * geometry.formWidth * geometry.formHeight
  }

  /// Rows that have come.
  var rowCount: Int { samples.count / rowSampleCount }

  /// Takes the next row, planar.
  mutating func push(_ row: [UInt16]) {
    precondition(row.count == rowSampleCount, "a row of another length")
    let toned = if let target { row.map { target[Int($0)] } } else { row }
    histogram.add(toned)
    samples += toned
  }

  /// A row that has come, its tone applied.
  func row(_ index: Int) -> [UInt16] {
    Array(samples[index * rowSampleCount..<(index + 1) * rowSampleCount])
  }

  /// Whether the palette has every 8-bit colour of the picture: there is nothing to halftone.
  var isExact: Bool {
    table != .rgb565 && AdaptivePalette.holdsAll(histogram, count: color.colors)
  }

  /// The palette of what has come, at least one row: of those that could serve, the one that a
  /// trial shows to serve best.
  func palette() -> PaletteColor {
    let step = PaletteTrial.step(width: geometry.formWidth, height: rowCount)
    let rows = stride(from: 0, to: rowCount, by: step).map { thinnedRow($0, step: step) }
    let trial = PaletteTrial(
      rows: rows, width: (geometry.formWidth + step - 1) / step, halftone: halftone)
    return trial.best(
      of: AdaptivePalette.palettes(
        of: histogram, bits: color.bits, count: color.colors, table: table))
  }

  /// One of `step` pixels of a row, from the first.
  private func thinnedRow(_ index: Int, step: Int) -> [UInt16] {
    var row: [UInt16] = []
    for channel in 0..<3 {
      let start = index * rowSampleCount + channel * geometry.formWidth
      for x in stride(from: start, to: start + geometry.formWidth, by: step) {
        row.append(samples[x])
      }
    }
    return row
  }
}
