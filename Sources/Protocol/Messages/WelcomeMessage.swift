/// The server's answer to HELLO.
public struct WelcomeMessage: Hashable, Sendable {
  /// What the server wants next.
  public struct Flags: OptionSet, Hashable, Sendable {
    /// The byte on the wire; unknown flags are ignored.
    public let rawValue: UInt8

    /// The flags of a byte.
    public init(rawValue: UInt8) { self.rawValue = rawValue }

    /// Not every form key is known: CAPABILITIES must follow.
    public static let needCapabilities = Flags(rawValue: 1)
    /// The device must prove a key.
    public static let mustAuthenticate = Flags(rawValue: 2)
  }

  /// Bytes of the nonce.
  public static let nonceByteCount = 32

  /// The minor version in force.
  public let minorVersion: UInt8
  /// What the server wants next.
  public let flags: Flags
  /// The largest frame length the server takes, in bytes, 8,192…65,535.
  public let maxFrame: UInt16
  /// The longest silence of the device in seconds, 1…65,535.
  public let keepAliveSeconds: UInt16
  /// Seconds since 1970-01-01 00:00 UTC.
  public let unixTime: UInt64
  /// 32 random bytes.
  public let nonce: [UInt8]

  /// - Parameters:
  ///   - maxFrame: 8,192…65,535 bytes.
  ///   - keepAliveSeconds: 1…65,535.
  ///   - nonce: exactly 32 bytes.
  public init(
    minorVersion: UInt8 = WireConstants.minorVersion, flags: Flags, maxFrame: UInt16,
    keepAliveSeconds: UInt16, unixTime: UInt64, nonce: [UInt8]
  ) {
    precondition(maxFrame >= WireConstants.serverMinMaxFrame)
    precondition(keepAliveSeconds > 0)
    precondition(nonce.count == Self.nonceByteCount)
    self.minorVersion = minorVersion
    self.flags = flags
    self.maxFrame = maxFrame
    self.keepAliveSeconds = keepAliveSeconds
    self.unixTime = unixTime
    self.nonce = nonce
  }

  init(from reader: inout ByteReader) throws(MessageError) {
    minorVersion = try reader.u8("WELCOME minor")
    flags = Flags(rawValue: try reader.u8("WELCOME flags"))
    maxFrame = try reader.maxFrame("WELCOME maxFrame", atLeast: WireConstants.serverMinMaxFrame)
    let start = reader.offset
    keepAliveSeconds = try reader.u16("WELCOME keepAlive")
    guard keepAliveSeconds > 0 else {
      throw .outOfRange(
        field: "WELCOME keepAlive", value: 0, allowed: "1…65535", offset: start)
    }
    unixTime = try reader.u64("WELCOME unix time")
    nonce = try reader.bytes(Self.nonceByteCount, "WELCOME nonce")
  }

  func encode(to writer: inout ByteWriter) {
    writer.u8(minorVersion)
    writer.u8(flags.rawValue)
    writer.u16(maxFrame)
    writer.u16(keepAliveSeconds)
    writer.u64(unixTime)
    writer.raw(nonce)
  }
}
