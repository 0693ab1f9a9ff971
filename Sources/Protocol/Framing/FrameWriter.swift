/// Writes the frames of one side of a connection, in order: with the trailer that its encoder gives
/// them, and with a MAC instead once a key is in use.
public struct FrameWriter: Sendable {
  /// The peer's limit, and whether frames end with a CRC-32 before a key is in use.
  public var encoder: FrameEncoder
  /// Once set, every frame ends with the MAC that follows from it.
  public var authenticator: FrameAuthenticator?

  /// A writer at the beginning of a connection.
  public init(_ encoder: FrameEncoder) { self.encoder = encoder }

  /// The most payload of one frame, in bytes.
  public var payloadByteLimit: Int { encoder.maxFrame - trailerByteCount }

  /// The bytes at the end of every frame.
  var trailerByteCount: Int {
    authenticator == nil ? encoder.trailerByteCount : FrameAuthenticator.trailerByteCount
  }

  /// Appends one frame to `output`.
  /// - Parameters:
  ///   - flags: ``FrameFlags/last`` and ignored ones; the trailer's flag is added here.
  ///   - payload: at most ``payloadByteLimit`` bytes.
  public mutating func append(
    type: UInt8, flags: FrameFlags = [], request: UInt16, payload: ArraySlice<UInt8>,
    to output: inout [UInt8]
  ) {
    guard authenticator != nil else {
      return encoder.append(
        type: type, flags: flags, request: request, payload: payload, to: &output)
    }
    precondition(
      payload.count <= payloadByteLimit, "a payload of \(payload.count) bytes, not sendable")
    let header = FrameHeader(
      type: type, flags: flags.union(.mac), length: payload.count + trailerByteCount,
      request: request
    ).encoded
    output += header
    output += payload
    output += authenticator?.seal(header: header, payload: payload) ?? []
  }

  /// The bytes of one message in one frame.
  public mutating func encode(
    _ message: Message, flags: FrameFlags = [], request: UInt16
  ) -> [UInt8] {
    var output: [UInt8] = []
    append(
      type: message.type.rawValue, flags: flags, request: request,
      payload: message.payload[...], to: &output)
    return output
  }
}
