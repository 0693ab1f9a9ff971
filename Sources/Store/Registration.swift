/// Where a name points.
package struct Registration: Hashable, Sendable {
  /// The image that the name stands for.
  package let image: ImageID
  /// How often the name was registered, the same picture included. It survives removal of the name
  /// and never goes back, so a device can tell one print from two.
  package let generation: UInt32

  /// Where a name points, as this or another store says it.
  package init(image: ImageID, generation: UInt32) {
    self.image = image
    self.generation = generation
  }
}
