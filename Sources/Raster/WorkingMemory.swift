package import Capabilities

extension FormPipeline {
  /// About how many bytes a pipeline holds at its fullest: what waits for its last row (spec/FORMS.md,
  /// "Memory"), its rows, its filter and its tables. Not below what it takes for forms of any size
  /// that matters.
  package static func workingByteCount(capability: Capability, geometry: Geometry) -> Int {
    let channelCount = channels(for: capability).count
    let held =
      2 * FormAssembler.heldSampleCount(geometry, channelCount: channelCount)
      + FormPacker.heldByteCount(capability, geometry)
    // All rows wait for the palette, and the form for its last row.
    let frame =
      if case .adaptive = capability.color {
        2 * AdaptiveFrame.sampleCount(geometry) + 2 * packedByteCount(capability, geometry)
          + ColorHistogram.byteCount
      } else { 0 }
    let window = geometry.storedWindow
    // Eight rows of 32-bit sums, and each row once more as 32 and as 16 bits.
    let scaledRows = window.columns.count * channelCount * (8 * 4 + 4 + 2)
    // Rows of the form: light, background, three of the halftone's errors, codes, numbers to pack.
    let formRows = geometry.formWidth * (channelCount * 24 + codeCount(capability.color) * 12)
    return held + frame + scaledRows + formRows + filterByteCount(geometry, window.columns.count)
      + tableByteCount
  }

  /// Bytes of all rows, packed.
  private static func packedByteCount(_ capability: Capability, _ geometry: Geometry) -> Int {
    FormPacker(capability: capability, geometry: geometry).byteCount
  }

  /// Q14 weights of the columns, and one source row to apply them to.
  private static func filterByteCount(_ geometry: Geometry, _ columnCount: Int) -> Int {
    let ratio = geometry.reducedWidth / max(1, geometry.scaledStored.width) + 1
    let taps = min(6 * ratio, geometry.reducedWidth) + 2 * ResamplingKernels.groupSize
    return columnCount * (2 * taps + 8) + 2 * (geometry.reducedWidth + taps)
  }

  /// Some tables of 65,536 codes or targets: one for gray, up to four for inks.
  private static let tableByteCount = 512 << 10
}
