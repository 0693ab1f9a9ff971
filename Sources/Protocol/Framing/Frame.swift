/// One frame without its header check and trailer.
public struct Frame: Hashable, Sendable {
  /// The type byte, known or not.
  public let type: UInt8
  /// The flags as they were sent, unknown ones included.
  public let flags: FrameFlags
  /// The request that this frame belongs to; 0: none.
  public let request: UInt16
  /// The message's fields.
  public let payload: [UInt8]

  /// A frame of these parts.
  public init(type: UInt8, flags: FrameFlags = [], request: UInt16, payload: [UInt8] = []) {
    self.type = type
    self.flags = flags
    self.request = request
    self.payload = payload
  }

  /// The bytes as they were sent, from the header's first to the payload's last: what a proof covers
  /// (spec/PROTOCOL.md, "Keys").
  public var transcript: [UInt8] {
    let trailer = FrameHeader(type: type, flags: flags, length: 0, request: request)
      .trailerByteCount
    let header = FrameHeader(
      type: type, flags: flags, length: payload.count + trailer, request: request)
    return header.encoded + payload
  }
}

/// The flags of a frame (spec/PROTOCOL.md, "Frame").
public struct FrameFlags: OptionSet, Hashable, Sendable {
  /// The byte on the wire.
  public let rawValue: UInt8

  /// The flags of a byte.
  public init(rawValue: UInt8) { self.rawValue = rawValue }

  /// The last DATA of a transfer, or a LISTING after which nothing follows.
  public static let last = FrameFlags(rawValue: 0x01)
  /// A CRC-32 of header and payload ends the frame.
  public static let crc32 = FrameFlags(rawValue: 0x02)
  /// A MAC ends the frame.
  public static let mac = FrameFlags(rawValue: 0x04)
  /// Sent as 0; a frame that sets it cannot be understood.
  public static let reserved = FrameFlags(rawValue: 0x08)
  /// Flags 10–80, which a receiver ignores.
  public static let ignored = FrameFlags(rawValue: 0xF0)
}
