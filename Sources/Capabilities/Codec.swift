/// What a device can unpack; the server keeps the smallest result, ties go to the lowest id
/// (spec/DESCRIPTOR.md, "Codecs").
public enum Codec: Hashable, Sendable {
  /// The form as it is.
  case identity
  /// Apple's PackBits over the whole form (TIFF 6.0 section 9, without row boundaries).
  case packBits
  /// A zlib stream (RFC 1950) of this window, 9…15 bits.
  case zlib(windowBits: Int)

  /// The last of the codecs' numbers, which have no gap.
  static let highestID: UInt8 = 2

  /// The codec's number on the wire.
  public var id: UInt8 {
    switch self {
    case .identity: 0
    case .packBits: 1
    case .zlib: 2
    }
  }

  /// The codec's parameter on the wire: zlib's window bits, else 0.
  public var parameter: UInt8 {
    if case .zlib(let windowBits) = self { UInt8(truncatingIfNeeded: windowBits) } else { 0 }
  }

  /// The word in a profile file.
  public var word: String {
    switch self {
    case .identity: "identity"
    case .packBits: "packbits"
    case .zlib: "zlib"
    }
  }

  /// The codec with this number and parameter.
  /// - Returns: `nil` when there is no such codec, or the parameter is out of its range.
  public init?(id: UInt8, parameter: UInt8) {
    switch (id, parameter) {
    case (0, 0): self = .identity
    case (1, 0): self = .packBits
    case (2, 9...15): self = .zlib(windowBits: Int(parameter))
    default: return nil
    }
  }
}
