/// What the pixels of a picture are turned into.
package struct Delivery: Sendable, Equatable {
  /// Luminance, or linear light of three channels.
  package let channels: LinearChannels
  /// What shows through where the picture is transparent.
  package let background: LinearColor

  /// Creates a delivery.
  package init(channels: LinearChannels, background: LinearColor = .white) {
    self.channels = channels
    self.background = background
  }
}
