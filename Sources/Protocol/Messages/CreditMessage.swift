/// Allows the sender of DATA more bytes.
public struct CreditMessage: Hashable, Sendable {
  /// Bytes, 1…2³²−1; what is outstanding may not pass 2³¹−1.
  public let byteCount: UInt32

  /// - Parameter byteCount: at least 1.
  public init(byteCount: UInt32) {
    precondition(byteCount > 0)
    self.byteCount = byteCount
  }

  init(from reader: inout ByteReader) throws(MessageError) {
    byteCount = try reader.u32("CREDIT bytes")
    guard byteCount > 0 else {
      throw .outOfRange(field: "CREDIT bytes", value: 0, allowed: "1…4294967295", offset: 0)
    }
  }

  func encode(to writer: inout ByteWriter) { writer.u32(byteCount) }
}
