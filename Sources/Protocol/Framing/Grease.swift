/// Sends what a receiver must ignore, now and then, so that no receiver forgets to (the habit of
/// RFC 9000 section 15 and RFC 8701): frames and TLVs of the types 97 B6 D5 F4, and flags 10–80.
/// The same seed gives the same sequence (SplitMix64, Steele, Lea and Flood, 2014).
public struct Grease: Sendable {
  /// Types that are never assigned and may be skipped.
  public static let types: [UInt8] = [0x97, 0xB6, 0xD5, 0xF4]

  private var state: UInt64

  /// A sequence that depends on `seed` alone.
  public init(seed: UInt64) { state = seed }

  /// Flags to add to a frame: any of 10–80.
  mutating func flags() -> FrameFlags {
    FrameFlags(rawValue: UInt8(truncatingIfNeeded: next())).intersection(.ignored)
  }

  /// A frame to send first, once in four times on average.
  mutating func frame() -> Frame? {
    guard next() & 3 == 0 else { return nil }
    return Frame(
      type: type(), flags: flags(), request: UInt16(truncatingIfNeeded: next()),
      payload: bytes(limit: 16))
  }

  /// A TLV for HELLO, every second time on average.
  mutating func field() -> HelloField? {
    guard next() & 1 == 0 else { return nil }
    return .unknown(type: type(), value: bytes(limit: 8))
  }

  private mutating func type() -> UInt8 { Self.types[Int(next() & 3)] }

  private mutating func bytes(limit: UInt64) -> [UInt8] {
    (0..<next() % limit).map { _ in UInt8(truncatingIfNeeded: next()) }
  }

  private mutating func next() -> UInt64 {
    state &+= 0x9E37_79B9_7F4A_7C15
    var mixed = state
    mixed = (mixed ^ mixed >> 30) &* 0xBF58_476D_1CE4_E5B9
    mixed = (mixed ^ mixed >> 27) &* 0x94D0_49BB_1331_11EB
    return mixed ^ mixed >> 31
  }
}
