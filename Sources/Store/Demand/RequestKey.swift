package import Capabilities

/// What requests are counted for: an image as one kind of device shows it.
package struct RequestKey: Hashable, Sendable {
  /// What was asked for.
  package let image: ImageID
  /// The kind of device that asked.
  package let key: FormKey

  /// A pair of image and kind.
  package init(image: ImageID, key: FormKey) {
    self.image = image
    self.key = key
  }
}
