/// An opaque colour as linear light of the sRGB primaries, 0...65535 each.
package struct LinearColor: Sendable, Equatable {
  /// Red light.
  package var red: UInt16
  /// Green light.
  package var green: UInt16
  /// Blue light.
  package var blue: UInt16

  /// Creates a colour from its linear light.
  package init(red: UInt16, green: UInt16, blue: UInt16) {
    self.red = red
    self.green = green
    self.blue = blue
  }

  /// Full light.
  package static let white = LinearColor(red: 65_535, green: 65_535, blue: 65_535)
  /// No light.
  package static let black = LinearColor(red: 0, green: 0, blue: 0)

  /// Relative luminance, 0...65535.
  package var luminance: UInt16 { LinearLight.luminance(red, green, blue) }

  /// The values a pixel of this colour has in a row of these channels.
  func values(for channels: LinearChannels) -> [UInt16] {
    channels == .gray ? [luminance] : [red, green, blue]
  }
}
