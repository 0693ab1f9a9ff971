import Crypto

/// What both sides of a proof compute from the secret and the frames so far (spec/PROTOCOL.md,
/// "Keys"). Transcripts are the bytes of frames as they were sent, from the header's first byte to
/// the payload's last: trailers, and frames that are skipped, are no part of them.
public enum KeyProof {
  /// Bytes of a proof.
  public static let byteCount = 32

  private static let deviceLabel = Array("forme/1 device\0".utf8)
  private static let serverLabel = Array("forme/1 server\0".utf8)
  private static let deviceToServerLabel = Array("forme/1 d2s".utf8)
  private static let serverToDeviceLabel = Array("forme/1 s2d".utf8)
  private static let referralLabel = Array("forme/1 refer".utf8)

  /// The device's proof, for PROVE.
  /// - Parameter transcript: HELLO, WELCOME, and PROVE up to the end of its nonce.
  public static func device(_ secret: KeySecret, transcript: ArraySlice<UInt8>) -> [UInt8] {
    proof(secret, deviceLabel, transcript)
  }

  /// The server's proof, for PROVEN.
  /// - Parameter transcript: HELLO, WELCOME, and the whole of PROVE.
  public static func server(_ secret: KeySecret, transcript: ArraySlice<UInt8>) -> [UInt8] {
    proof(secret, serverLabel, transcript)
  }

  /// What authenticates the frames after the proof, of either direction.
  /// - Parameter transcript: as for ``server(_:transcript:)``.
  public static func authenticators(
    _ secret: KeySecret, transcript: ArraySlice<UInt8>
  ) -> (deviceToServer: FrameAuthenticator, serverToDevice: FrameAuthenticator) {
    let extracted = extract(secret, transcript)
    return (
      FrameAuthenticator(key: expand(extracted, deviceToServerLabel)),
      FrameAuthenticator(key: expand(extracted, serverToDeviceLabel))
    )
  }

  /// What the device proves instead of its own secret to a server that it is referred to: that one
  /// need not know the device's secret, and learns nothing of it.
  /// - Parameter transcript: as for ``server(_:transcript:)``, of the connection that REFER came on.
  public static func referral(
    _ secret: KeySecret, transcript: ArraySlice<UInt8>
  ) -> KeySecret {
    // The expansion of RFC 5869 for no more than one block, whose bytes can be had.
    KeySecret(
      checked: Array(
        HMAC<SHA256>.authenticationCode(
          for: referralLabel + [1],
          using: SymmetricKey(data: extract(secret, transcript)))))
  }

  private static func extract(
    _ secret: KeySecret, _ transcript: ArraySlice<UInt8>
  ) -> HashedAuthenticationCode<SHA256> {
    HKDF<SHA256>.extract(
      inputKeyMaterial: SymmetricKey(data: secret.bytes),
      salt: Array(SHA256.hash(data: transcript)))
  }

  private static func expand(
    _ extracted: HashedAuthenticationCode<SHA256>, _ label: [UInt8]
  ) -> SymmetricKey {
    HKDF<SHA256>.expand(
      pseudoRandomKey: extracted, info: label, outputByteCount: KeySecret.byteCount)
  }

  private static func proof(
    _ secret: KeySecret, _ label: [UInt8], _ transcript: ArraySlice<UInt8>
  ) -> [UInt8] {
    var code = HMAC<SHA256>(key: SymmetricKey(data: secret.bytes))
    code.update(data: label)
    code.update(data: Array(SHA256.hash(data: transcript)))
    return Array(code.finalize())
  }
}

extension KeySecret {
  /// What a proof is compared with when nobody holds the key it names, so that this takes as long.
  /// Such a proof is refused even when it is right.
  static let dummy = KeySecret(checked: Array(repeating: 0, count: byteCount))
}

/// True when both have the same bytes; how long it takes tells their numbers alone.
func isEqualInConstantTime(
  _ left: some Collection<UInt8>, _ right: some Collection<UInt8>
) -> Bool {
  guard left.count == right.count else { return false }
  var difference: UInt8 = 0
  for (a, b) in zip(left, right) { difference |= a ^ b }
  return difference == 0
}
