internal import Capabilities
internal import Codecs
internal import Raster

/// Everything that is decided before the first row is decoded.
struct RenderPlan {
  let geometry: Geometry
  private let capability: Capability
  private let reader: PictureReader
  private let sourceWidth: Int
  private let sourceHeight: Int

  init(original: Int32, capability: Capability, renderer: Renderer) throws(RenderError) {
    self.capability = capability
    reader = try mapping { () throws(PictureError) in
      try PictureReader(fileDescriptor: original, limits: renderer.limits)
    }
    let info = reader.info
    do throws(GeometryError) {
      geometry = try Geometry(
        pictureWidth: info.width, pictureHeight: info.height,
        orientation: Orientation(rawValue: info.orientation) ?? .topLeft, capability: capability)
    } catch { throw .formTooLarge("\(error)") }
    // A scaled inverse DCT averages what is encoded, so it never takes the last factor of two.
    let wanted = geometry.sourceShrink(exact: renderer.exactDecode)
    let shrink = info.format.shrinks.filter { $0 <= wanted }.max() ?? 1
    let background = FormPipeline.background(for: capability)
    (sourceWidth, sourceHeight) = try mapping { [reader] () throws(PictureError) in
      try reader.start(
        channels: FormPipeline.channels(for: capability) == .gray ? .gray : .rgb, shrink: shrink,
        background: Codecs.LinearColor(
          red: background.red, green: background.green, blue: background.blue))
    }
  }

  /// Decodes every row and hands on the form's bytes, container included, codec not.
  func run(_ emit: ([UInt8]) throws(RenderError) -> Void) throws(RenderError) {
    var pipeline = try makePipeline()
    let container = try makeContainer()
    let channelCount = FormPipeline.channels(for: capability).count
    var row = [UInt16](repeating: 0, count: sourceWidth * channelCount)
    var made: [UInt8] = []
    for _ in 0..<sourceHeight {
      do throws(PictureError) {
        var span = row.mutableSpan
        try reader.readRow(into: &span)
      } catch { throw .picture(error) }
      pipeline.push(row.span, into: &made)
      try pass(&made, through: container, to: emit)
    }
    try mapping { () throws(PictureError) in try reader.finish() }
    pipeline.finish(into: &made)
    try pass(&made, through: container, to: emit)
    if let container {
      try emit(try mapping { () throws(PictureError) in try container.finish() })
    }
  }

  /// Hands on what the pipeline made, wrapped if need be, and empties it.
  private func pass(
    _ made: inout [UInt8], through container: PNGContainer?,
    to emit: ([UInt8]) throws(RenderError) -> Void
  ) throws(RenderError) {
    guard !made.isEmpty else { return }
    if let container {
      try emit(try mapping { [made] () throws(PictureError) in try container.wrap(made) })
    } else {
      try emit(made)
    }
    made.removeAll(keepingCapacity: true)
  }

  /// What goes around the pipeline's bytes; `nil` when they are the form already.
  private func makeContainer() throws(RenderError) -> PNGContainer? {
    guard let image = PNGImage(capability: capability, geometry: geometry) else { return nil }
    return try mapping { () throws(PictureError) in try PNGContainer(image) }
  }

  private func makePipeline() throws(RenderError) -> FormPipeline {
    do throws(PipelineError) {
      return try FormPipeline(
        capability: capability, geometry: geometry, sourceWidth: sourceWidth,
        sourceHeight: sourceHeight)
    } catch .unsupported(let field, let reason) {
      throw .unsupported(field: field, reason: reason)
    } catch {
      preconditionFailure("the decoder delivers another size than it said: \(error)")
    }
  }
}

/// Runs `body`, whose failure is the picture's.
private func mapping<Value>(
  _ body: () throws(PictureError) -> Value
) throws(RenderError) -> Value {
  do throws(PictureError) { return try body() } catch { throw .picture(error) }
}
