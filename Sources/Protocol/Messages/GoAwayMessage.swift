/// The server closes a connection that did nothing wrong.
public struct GoAwayMessage: Hashable, Sendable {
  /// The reason's number; unknown ones are treated as ``GoAwayReason/shuttingDown``.
  public let reasonNumber: UInt8
  /// Seconds that the device should stay away.
  public let holdOffSeconds: UInt32

  /// Why.
  public var reason: GoAwayReason { GoAwayReason(rawValue: reasonNumber) ?? .shuttingDown }

  /// A reason and how long to stay away.
  public init(reason: GoAwayReason, holdOffSeconds: UInt32) {
    reasonNumber = reason.rawValue
    self.holdOffSeconds = holdOffSeconds
  }

  init(from reader: inout ByteReader) throws(MessageError) {
    reasonNumber = try reader.u8("GOAWAY reason")
    holdOffSeconds = try reader.u32("GOAWAY hold-off")
  }

  func encode(to writer: inout ByteWriter) {
    writer.u8(reasonNumber)
    writer.u32(holdOffSeconds)
  }
}
