internal import Crypto

/// Hides a device's referral secret on its way from a front to a back, whose frames are
/// authenticated and not encrypted: ChaCha20-Poly1305 (RFC 8439) under a key that both derive from
/// the key of servers by HKDF-SHA256 with the label "forme/1 seal" and no salt. What is sealed is
/// bound to the device that it is for.
public struct ReferralSeal: Sendable {
  /// Bytes of a sealed secret: nonce, 32 bytes, tag.
  public static let byteCount = 12 + KeySecret.byteCount + 16

  private static let label = Array("forme/1 seal".utf8)
  private let key: SymmetricKey

  /// The seal of those who hold `secret`.
  public init(_ secret: KeySecret) {
    key = HKDF<SHA256>.deriveKey(
      inputKeyMaterial: SymmetricKey(data: secret.bytes), info: Self.label, outputByteCount: 32)
  }

  /// Seals a device's secret; no two results are the same.
  /// - Parameter keyID: the key that the device proved.
  /// - Returns: ``byteCount`` bytes.
  public func seal(_ secret: KeySecret, for keyID: KeyID) -> [UInt8] {
    // It fails for nonces of another length and for texts of 256 GiB.
    guard
      let box = try? ChaChaPoly.seal(secret.bytes, using: key, authenticating: keyID.bytes)
    else { preconditionFailure("ChaCha20-Poly1305 refuses 32 bytes") }
    return Array(box.combined)
  }

  /// - Returns: `nil` for bytes that nobody with this seal made for this key.
  public func open(_ sealed: [UInt8], for keyID: KeyID) -> KeySecret? {
    guard sealed.count == Self.byteCount, let box = try? ChaChaPoly.SealedBox(combined: sealed),
      let bytes = try? ChaChaPoly.open(box, using: key, authenticating: keyID.bytes)
    else { return nil }
    return KeySecret(Array(bytes))
  }
}
