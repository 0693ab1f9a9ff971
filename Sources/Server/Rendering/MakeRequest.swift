internal import Capabilities
internal import Render
internal import Store

/// A form that is wanted, and what shall become of it.
struct MakeRequest: Sendable {
  let id: FormID
  /// What the key of `id` stands for.
  let capability: Capability
  /// Store it; else it is only spooled.
  let isStored: Bool
  /// Why it is made.
  let reason: FormReason
  /// Who wants it.
  let priority: RenderQueue.Priority
  /// How long the device waits before it is told to come back; `nil`: to the end.
  let patience: Duration?
}

/// The form is being made and takes longer than the device should wait.
struct FormIsPending: Error {}

extension FormID {
  /// The form of an image for a kind of device, as this program makes it.
  init(_ image: ImageID, as capability: Capability) {
    self.init(image: image, key: capability.formKey, rendererVersion: Renderer.version)
  }
}
