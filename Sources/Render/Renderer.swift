package import Capabilities
package import Codecs
internal import Raster

/// Makes forms: original bytes and a capability in, form bytes out. Rows are streamed, so that
/// memory is a few rows and not a picture, but for what spec/FORMS.md, "Memory" names. Several forms
/// of one picture are made of one decode by ``FanOut``.
package struct Renderer: Sendable {
  /// Raised whenever the bytes of any form change; a stored form of another version is a miss.
  package static let version: UInt32 = 5

  /// What pictures may be.
  package let limits: DecodeLimits

  /// - Parameter limits: bounds of pictures, checked before anything is allocated.
  package init(limits: DecodeLimits = .standard) { self.limits = limits }

  /// Makes one form.
  /// - Parameters:
  ///   - original: an open descriptor of the picture; read with pread, not closed.
  ///   - outputs: one for each codec of the capability, in their order; the smallest result's is
  ///     returned with the form.
  ///   - goesOn: asked now and then; false ends the work with ``RenderError/cancelled``.
  /// - Throws: ``RenderError``.
  package func render<Output: FormOutput>(
    original: Int32, as capability: Capability, into outputs: [Output],
    while goesOn: () -> Bool = { true }
  ) throws(RenderError) -> RenderedForm<Output> {
    let fanOut = try FanOut(
      original: original, orders: [FormOrder(capability, into: outputs)], limits: limits)
    return try fanOut.run(while: goesOn)[0].get()
  }
}
