extension ServerSession {
  /// What a server grants its devices.
  public struct Settings: Hashable, Sendable {
    /// The largest frame length taken after HELLO, in bytes, 8,192…65,535.
    public var maxFrame = 16_384
    /// The longest silence allowed between requests in seconds, 1…65,535; a device may want less.
    public var keepAliveSeconds = 300
    /// The largest picture in bytes, at most 67,108,864.
    public var pictureByteLimit = WireConstants.pictureByteLimit
    /// Bytes of an upload that may be on their way or unconsumed, 64…2³¹−1.
    public var uploadWindowByteCount = 262_144
    /// Whoever has proven a key is a front, and may say by ORIGIN for whom it asks.
    public var takesOrigins = false
    /// Devices are referred to this server: whoever is told of HELLO looks at its ticket. Elsewhere
    /// HELLO with a ticket is answered NOT_PROVEN.
    public var takesTickets = false
    /// From the connection's begin to HELLO, from WELCOME to a proof that must come, and from WELCOME
    /// or PROVEN to CAPABILITIES.
    public var handshakeDeadline = Duration.seconds(5)
    /// From a frame's first byte to its last.
    public var frameDeadline = Duration.seconds(10)
    /// A transfer that waits for CREDIT.
    public var creditDeadline = Duration.seconds(60)
    /// An upload that waits for DATA although it has credit.
    public var uploadDeadline = Duration.seconds(60)

    /// The defaults.
    public init() {}
  }
}
