package import Capabilities

/// Names a form: an image, a kind of device, and who converted.
package struct FormID: Hashable, Sendable {
  /// The image it was made from.
  package let image: ImageID
  /// The kind of device it was made for.
  package let key: FormKey
  /// The version of the renderer that made it; a form of another version is another form.
  package let rendererVersion: UInt32

  /// A form by its three parts.
  package init(image: ImageID, key: FormKey, rendererVersion: UInt32) {
    self.image = image
    self.key = key
    self.rendererVersion = rendererVersion
  }
}
