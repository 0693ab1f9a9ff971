/// What a FORM announces (spec/PROTOCOL.md, "FORM").
public enum FormStatus: UInt8, Hashable, Sendable, CaseIterable {
  /// DATA follows.
  case ok = 0
  /// The device already shows this form; no DATA follows.
  case notModified = 1
  /// The form is being made; no DATA follows, the device asks again.
  case pending = 2
  /// DATA follows, but only with the bytes in which the form differs from the one that the device
  /// shows.
  case patch = 3

  /// True when DATA follows.
  public var hasData: Bool { self == .ok || self == .patch }
}
