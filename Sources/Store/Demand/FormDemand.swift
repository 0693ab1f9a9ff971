package import Capabilities

/// What was counted for an image and a kind of device, and what was made of it.
package struct FormDemand: Hashable, Sendable {
  /// Where a form's bytes are. The word is what `forme-server demand` says.
  package enum State: String, Sendable {
    /// In the store.
    case stored
    /// In the spool of the running server.
    case spooled
    /// Nowhere: they were evicted or never stored; what they show is known.
    case known
    /// It was never made by this version of the renderer.
    case none
  }

  /// The kind of device.
  package let key: FormKey
  /// How often it has asked for the image.
  package let requestCount: Int
  /// Where the form's bytes are.
  package let state: State
  /// Why the form was made; `nil` when it was not.
  package let reason: FormReason?
  /// The form's length and what it shows; `nil` when it was not made.
  package let form: StoredForm?
}
