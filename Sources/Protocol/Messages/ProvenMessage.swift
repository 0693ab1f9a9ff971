/// Proves that the server holds the key that the device named.
public struct ProvenMessage: Hashable, Sendable {
  /// ``KeyProof/server(_:transcript:)``, 32 bytes.
  public let proof: [UInt8]

  /// - Parameter proof: exactly 32 bytes.
  public init(proof: [UInt8]) {
    precondition(proof.count == KeyProof.byteCount)
    self.proof = proof
  }

  init(from reader: inout ByteReader) throws(MessageError) {
    proof = try reader.bytes(KeyProof.byteCount, "PROVEN proof")
  }

  func encode(to writer: inout ByteWriter) { writer.raw(proof) }
}
