/// A curve on the encoded value v in 0…1: v^(1/gamma), then (v − ½)(1 + contrast/100) + ½, then
/// + brightness/100, clamped (spec/DESCRIPTOR.md, "Fields").
public struct Tone: Hashable, Sendable {
  /// Gamma in 1/256, 26…2,560 (0.1…10).
  public let gamma256: Int
  /// Percent, −100…100.
  public let contrast: Int
  /// Percent, −100…100.
  public let brightness: Int

  /// The identity.
  public static let neutral = Tone()

  /// A tone curve; ranges are checked by ``Capability``.
  public init(gamma256: Int = 256, contrast: Int = 0, brightness: Int = 0) {
    self.gamma256 = gamma256
    self.contrast = contrast
    self.brightness = brightness
  }
}

/// The largest form the device takes.
public struct Limits: Hashable, Sendable {
  /// Bytes of the form as sent, 0…2³²−1; 0: no limit of the device's own.
  public let maxBytes: Int

  /// No limit but the protocol's.
  public static let none = Limits(maxBytes: 0)

  /// A limit in bytes; the range is checked by ``Capability``.
  public init(maxBytes: Int) { self.maxBytes = maxBytes }
}
