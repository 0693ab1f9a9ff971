package import Capabilities
package import Codecs
internal import Raster

/// Makes forms: original bytes and a capability in, form bytes out. Rows are streamed, so that
/// memory is a few rows and not a picture, but for what spec/FORMS.md, "Memory" names.
package struct Renderer: Sendable {
  /// Raised whenever the bytes of any form change; a stored form of another version is a miss.
  package static let version = 1

  /// Never let the JPEG decoder shrink: slower, and within one code of the reference.
  package let exactDecode: Bool
  /// What pictures may be.
  package let limits: DecodeLimits

  /// - Parameters:
  ///   - exactDecode: the server's setting `exact-decode`.
  ///   - limits: bounds of pictures, checked before anything is allocated.
  package init(exactDecode: Bool = false, limits: DecodeLimits = .standard) {
    self.exactDecode = exactDecode
    self.limits = limits
  }

  /// What this version cannot make of a capability.
  /// - Returns: `nil` when it can make everything.
  package static func unsupported(
    _ capability: Capability
  ) -> (field: String, reason: String)? {
    FormPipeline.unsupported(capability)
  }

  /// Makes one form.
  /// - Parameters:
  ///   - original: an open descriptor of the picture; read with pread, not closed.
  ///   - outputs: one for each codec of the capability, in their order; the smallest result's is
  ///     returned with the form.
  /// - Throws: ``RenderError``.
  package func render<Output: FormOutput>(
    original: Int32, as capability: Capability, into outputs: [Output]
  ) throws(RenderError) -> RenderedForm<Output> {
    if let (field, reason) = Self.unsupported(capability) {
      throw .unsupported(field: field, reason: reason)
    }
    let plan = try RenderPlan(original: original, capability: capability, renderer: self)
    var writer = try FormWriter(codecs: capability.codecs, outputs: outputs)
    try plan.run { bytes throws(RenderError) in try writer.write(bytes) }
    let form = try writer.finish(width: plan.geometry.formWidth, height: plan.geometry.formHeight)
    let limit = capability.limits.maxBytes
    guard limit == 0 || form.byteCount <= limit else {
      throw .formTooLarge("the form has \(form.byteCount) bytes, the device takes \(limit)")
    }
    return form
  }
}
