package import Capabilities
internal import Codecs
internal import Raster

/// What forms cost, known before the picture is opened: from its size as stored, whatever its
/// orientation. A form that cannot be made costs nothing.
extension Renderer {
  /// Pixels that are touched to make these forms of one decode: the picture's, and every form's.
  /// - Parameters:
  ///   - pictureWidth: pixels as stored.
  ///   - pictureHeight: rows as stored.
  package static func pixelCost(
    of capabilities: [Capability], pictureWidth: Int, pictureHeight: Int
  ) -> Int {
    capabilities.reduce(pictureWidth * pictureHeight) { sum, capability in
      let sizes = geometries(capability, pictureWidth, pictureHeight)
      return sum + (sizes.map { $0.formWidth * $0.formHeight }.max() ?? 0)
    }
  }

  /// About the most bytes that a form takes while it is made, beside what the decoder holds of the
  /// picture (``DecodeLimits/workingByteCount``).
  /// - Parameters:
  ///   - pictureWidth: pixels as stored.
  ///   - pictureHeight: rows as stored.
  package static func workingByteCount(
    of capability: Capability, pictureWidth: Int, pictureHeight: Int
  ) -> Int {
    let sizes = geometries(capability, pictureWidth, pictureHeight)
    guard
      let pipeline = sizes.map({
        FormPipeline.workingByteCount(capability: capability, geometry: $0)
      }).max()
    else { return 0 }
    let streams = capability.codecs.count { if case .zlib = $0 { true } else { false } }
    let container = isCompressed(capability.container) ? 1 : 0
    let held =
      switch capability.container {
      // Both planes wait, with a copy and at worst as many bytes packed.
      case .openEPaperLink:
        sizes.map { 6 * OpenEPaperLinkContainer.planeByteCount($0) }.max() ?? 0
      case .jpeg: JPEGWriter.workingByteCount(width: capability.size.width)
      default: 0
      }
    return pipeline + held + (streams + container) * ZlibCompressor.workingByteCount
  }

  /// Whether a container holds a compressor of its own.
  private static func isCompressed(_ container: Container) -> Bool {
    switch container.kind {
    case .png, .zplZ64, .openEPaperLink: true
    default: false
    }
  }

  /// Splits forms of one picture into groups for one decode each.
  /// - Parameters:
  ///   - pictureWidth: pixels as stored.
  ///   - pictureHeight: rows as stored.
  ///   - memoryLimit: most bytes that the forms of a group take together, beyond its largest form
  ///     alone.
  ///   - formLimit: most forms of a group, at least 1.
  /// - Returns: neighbouring ranges that cover all indices of `capabilities`, in order.
  package static func batches(
    of capabilities: [Capability], pictureWidth: Int, pictureHeight: Int,
    memoryLimit: Int = 64 << 20, formLimit: Int = 32
  ) -> [Range<Int>] {
    precondition(formLimit > 0)
    var batches: [Range<Int>] = []
    var first = 0
    var sum = 0
    var largest = 0
    for (index, capability) in capabilities.enumerated() {
      let byteCount = workingByteCount(
        of: capability, pictureWidth: pictureWidth, pictureHeight: pictureHeight)
      let others = sum + byteCount - max(largest, byteCount)
      if index > first, others > memoryLimit || index - first == formLimit {
        batches.append(first..<index)
        (first, sum, largest) = (index, 0, 0)
      }
      sum += byteCount
      largest = max(largest, byteCount)
    }
    if first < capabilities.count { batches.append(first..<capabilities.count) }
    return batches
  }

  /// How the form would lie with the picture upright, turned by a half and on both of its sides.
  private static func geometries(
    _ capability: Capability, _ pictureWidth: Int, _ pictureHeight: Int
  ) -> [Geometry] {
    [Orientation.bottomRight, .rightTop].compactMap { orientation in
      try? Geometry(
        pictureWidth: pictureWidth, pictureHeight: pictureHeight, orientation: orientation,
        capability: capability)
    }
  }
}
