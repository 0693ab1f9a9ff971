import Capabilities

extension DeviceSession {
  /// What a device is and can take.
  public struct Settings: Hashable, Sendable {
    /// 0…32 bytes of the device's own choice.
    public var deviceID: [UInt8] = []
    /// The largest frame length taken, in bytes, 248…65,535.
    public var maxFrame = 16_384
    /// The longest silence between requests wanted, in seconds; 0: the server decides.
    public var keepAliveSeconds = 0
    /// Every frame ends with a CRC-32, in both directions.
    public var usesCRC32 = true
    /// What else HELLO says, the most important first: what does not fit into 248 bytes is left out.
    public var fields: [HelloField] = []
    /// Where the grease starts; `nil`: none is sent.
    public var greaseSeed: UInt64?
    /// The largest form as sent that is taken, in bytes.
    public var formByteLimit = FormSize.byteLimit
    /// From HELLO to WELCOME, and from CAPABILITIES to ACCEPTED.
    public var handshakeDeadline = Duration.seconds(15)
    /// Silence of the server while a request is in flight and this side owes nothing.
    public var answerDeadline = Duration.seconds(60)

    /// The defaults.
    public init() {}
  }
}
