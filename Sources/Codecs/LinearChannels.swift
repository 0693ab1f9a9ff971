/// What a reader delivers for each pixel.
package enum LinearChannels: Sendable, Equatable {
  /// One value: relative luminance.
  case gray
  /// Three values: light of the sRGB primaries.
  case rgb

  /// Values a pixel.
  package var count: Int { self == .gray ? 1 : 3 }
}
