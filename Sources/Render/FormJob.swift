internal import Capabilities
internal import Codecs
internal import Raster

/// One form in the making: from rows of linear light to packed bytes in its outputs.
final class FormJob<Output: FormOutput> {
  /// What the job wants to be fed.
  let delivery: Delivery
  /// Side of the boxes that its rows are reduced by.
  let shrink: Int
  private let capability: Capability
  private let geometry: Geometry
  private let byteLimit: Int
  private var pipeline: FormPipeline
  /// What goes around the pipeline's bytes; `nil` when they are the form already.
  private var container: (any FormWrapper)?
  private var writer: FormWriter<Output>
  /// Bytes of the form before its codec.
  private var byteCount = 0
  /// Bytes that the pipeline made and nobody has taken; empty between calls.
  private var made: [UInt8] = []

  /// Decides everything that can be decided before the first row is decoded.
  init(_ order: FormOrder<Output>, of picture: PictureInfo) throws(RenderError) {
    let capability = order.capability
    let geometry = try Geometry(picture, capability)
    self.capability = capability
    self.geometry = geometry
    shrink = geometry.shrink
    byteLimit = capability.limits.maxBytes
    delivery = Delivery(capability, of: picture)
    do throws(PipelineError) {
      pipeline = try FormPipeline(capability: capability, geometry: geometry)
    } catch {
      switch error {
      case .formTooLarge(let byteCount, let limit):
        throw .formTooLarge("the form would have up to \(byteCount) bytes, allowed are \(limit)")
      }
    }
    container = try makeWrapper(for: capability, geometry: geometry)
    writer = try FormWriter(codecs: capability.codecs, outputs: order.outputs)
  }

  /// Takes the next row, reduced by ``shrink``.
  func push(_ row: Span<UInt16>) throws(RenderError) {
    pipeline.push(row, into: &made)
    try pass()
  }

  /// Ends the form.
  func finish() throws(RenderError) -> RenderedForm<Output> {
    pipeline.finish(into: &made)
    if let palette = pipeline.chosenPalette {
      // Nothing was made before.
      container = try makeWrapper(for: capability, geometry: geometry, palette: palette)
    }
    try pass()
    if let container { try write(container.finish()) }
    let form = try writer.finish(width: geometry.formWidth, height: geometry.formHeight)
    guard byteLimit == 0 || form.byteCount <= byteLimit else {
      throw .formTooLarge("the form has \(form.byteCount) bytes, the device takes \(byteLimit)")
    }
    return form
  }

  /// Hands on what the pipeline made, wrapped if need be.
  private func pass() throws(RenderError) {
    guard !made.isEmpty else { return }
    if let container {
      try write(container.wrap(made))
    } else {
      try write(made)
    }
    made.removeAll(keepingCapacity: true)
  }

  private func write(_ bytes: [UInt8]) throws(RenderError) {
    byteCount += bytes.count
    guard byteCount <= FormSize.byteLimit else {
      throw .formTooLarge("the form has more than \(FormSize.byteLimit) bytes")
    }
    try writer.write(bytes)
  }
}

extension Geometry {
  /// Places a picture as it lies in its file.
  init(_ picture: PictureInfo, _ capability: Capability) throws(RenderError) {
    do throws(GeometryError) {
      try self.init(
        pictureWidth: picture.width, pictureHeight: picture.height,
        orientation: Orientation(rawValue: picture.orientation) ?? .topLeft,
        capability: capability)
    } catch { throw .formTooLarge("\(error)") }
  }
}

extension Delivery {
  /// What the forms of a capability are made from. Nothing shows through an opaque picture, so all
  /// backgrounds are one there.
  fileprivate init(_ capability: Capability, of picture: PictureInfo) {
    let background = FormPipeline.background(for: capability)
    self.init(
      channels: FormPipeline.channels(for: capability) == .gray ? .gray : .rgb,
      background: picture.hasAlpha
        ? Codecs.LinearColor(
          red: background.red, green: background.green, blue: background.blue)
        : .white)
  }
}
