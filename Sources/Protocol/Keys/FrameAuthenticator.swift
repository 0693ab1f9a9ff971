import Crypto

/// The MACs of one direction's frames after a proof: each is the first 8 bytes of
/// HMAC-SHA256(key, counter u64 ‖ header ‖ payload). The counter is not sent, so a frame that is
/// repeated, left out or out of its order has a wrong MAC (spec/PROTOCOL.md, "Keys").
public struct FrameAuthenticator: Sendable {
  /// Bytes of a MAC.
  public static let trailerByteCount = 8

  /// Frames so far: the number of the next one.
  public private(set) var counter: UInt64 = 0
  /// HMAC after its key and nothing else; a copy of it saves two blocks of SHA-256 for each frame.
  private let keyed: HMAC<SHA256>

  /// - Parameter key: of one direction, as ``KeyProof/authenticators(_:transcript:)`` derives it.
  init(key: SymmetricKey) { keyed = HMAC(key: key) }

  /// The MAC of the next frame to be sent.
  mutating func seal(header: [UInt8], payload: ArraySlice<UInt8>) -> [UInt8] {
    var code = keyed
    var prefix = ByteWriter()
    prefix.u64(counter)
    prefix.raw(header)
    code.update(data: prefix.bytes)
    code.update(data: payload)
    // 2⁶⁴ frames take longer than any connection lasts.
    counter += 1
    return Array(code.finalize().prefix(Self.trailerByteCount))
  }

  /// Whether this is the MAC of the next frame received. Nothing may follow a frame with a wrong one.
  mutating func opens(
    header: [UInt8], payload: ArraySlice<UInt8>, trailer: ArraySlice<UInt8>
  ) -> Bool {
    isEqualInConstantTime(seal(header: header, payload: payload), trailer)
  }
}
