/// The server takes the picture from here on.
public struct ReadyMessage: Hashable, Sendable {
  /// Bytes of the picture that the server already holds.
  public let nextOffset: UInt32
  /// The bytes the server takes at first.
  public let credit: UInt32

  /// The fields as they stand.
  public init(nextOffset: UInt32, credit: UInt32) {
    self.nextOffset = nextOffset
    self.credit = credit
  }

  init(from reader: inout ByteReader) throws(MessageError) {
    nextOffset = try reader.u32("READY nextOffset")
    credit = try reader.u32("READY credit")
  }

  func encode(to writer: inout ByteWriter) {
    writer.u32(nextOffset)
    writer.u32(credit)
  }
}
