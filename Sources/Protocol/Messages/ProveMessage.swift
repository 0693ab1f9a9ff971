import Capabilities

/// Proves that the device holds a key, and challenges the server to do the same.
public struct ProveMessage: Hashable, Sendable {
  /// Bytes of the nonce.
  public static let nonceByteCount = 32

  /// Which key.
  public let keyID: KeyID
  /// 32 bytes that no other proof with this key has had.
  public let nonce: [UInt8]
  /// ``KeyProof/device(_:transcript:)``, 32 bytes.
  public let proof: [UInt8]

  /// - Parameters:
  ///   - nonce: exactly 32 bytes.
  ///   - proof: exactly 32 bytes.
  public init(keyID: KeyID, nonce: [UInt8], proof: [UInt8]) {
    precondition(nonce.count == Self.nonceByteCount)
    precondition(proof.count == KeyProof.byteCount)
    self.keyID = keyID
    self.nonce = nonce
    self.proof = proof
  }

  init(from reader: inout ByteReader) throws(MessageError) {
    let byteCount = try reader.count("PROVE id length", in: 1...KeyID.byteLimit)
    keyID = try reader.keyID(byteCount, "PROVE id")
    nonce = try reader.bytes(Self.nonceByteCount, "PROVE nonce")
    proof = try reader.bytes(KeyProof.byteCount, "PROVE proof")
  }

  func encode(to writer: inout ByteWriter) {
    writer.prefixed(keyID.bytes)
    writer.raw(nonce)
    writer.raw(proof)
  }
}

extension ByteReader {
  /// The characters of a key's id, at least one.
  fileprivate mutating func keyID(_ byteCount: Int, _ field: String) throws(MessageError) -> KeyID {
    let start = offset
    let bytes = try bytes(byteCount, field)
    guard let keyID = KeyID(bytes) else {
      let index = bytes.firstIndex { !KeyID.isAllowed($0) } ?? 0
      throw .outOfRange(
        field: field, value: Int(bytes[index]), allowed: "A–Z a–z 0–9 . _ -",
        offset: start + index)
    }
    return keyID
  }

  /// u8 length, then the characters of a key's id; `nil` when there are none.
  mutating func optionalKeyID(_ field: String) throws(MessageError) -> KeyID? {
    let byteCount = try count("\(field) length", in: 0...KeyID.byteLimit)
    return byteCount == 0 ? nil : try keyID(byteCount, field)
  }
}
