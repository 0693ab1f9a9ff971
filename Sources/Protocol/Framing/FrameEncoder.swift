/// Writes frames without MACs; the inverse of ``FrameDecoder``. See ``FrameWriter`` for those with.
public struct FrameEncoder: Sendable {
  /// The largest length the peer takes, in bytes.
  public var maxFrame: Int
  /// Every frame ends with a CRC-32.
  public var usesCRC32: Bool

  /// An encoder for a peer that takes frames of up to `maxFrame` bytes.
  public init(maxFrame: Int = WireConstants.minMaxFrame, usesCRC32: Bool) {
    self.maxFrame = maxFrame
    self.usesCRC32 = usesCRC32
  }

  /// The most payload of one frame, in bytes.
  public var payloadByteLimit: Int { maxFrame - trailerByteCount }

  /// The bytes at the end of every frame.
  var trailerByteCount: Int { usesCRC32 ? CRC32.byteCount : 0 }

  /// Appends one frame to `output`.
  /// - Parameters:
  ///   - flags: ``FrameFlags/last`` and ignored ones; the trailer's flag is added here.
  ///   - payload: at most ``payloadByteLimit`` bytes.
  public func append(
    type: UInt8, flags: FrameFlags = [], request: UInt16, payload: ArraySlice<UInt8>,
    to output: inout [UInt8]
  ) {
    precondition(
      payload.count <= payloadByteLimit, "a payload of \(payload.count) bytes, not sendable")
    let header = FrameHeader(
      type: type, flags: usesCRC32 ? flags.union(.crc32) : flags,
      length: payload.count + trailerByteCount, request: request
    ).encoded
    output += header
    output += payload
    guard usesCRC32 else { return }
    var crc = CRC32()
    crc.update(header[...])
    crc.update(payload)
    for shift in [24, 16, 8, 0] as [UInt32] {
      output.append(UInt8(truncatingIfNeeded: crc.checksum >> shift))
    }
  }

  /// The bytes of one message in one frame.
  public func encode(
    _ message: Message, flags: FrameFlags = [], request: UInt16
  ) -> [UInt8] {
    var output: [UInt8] = []
    append(
      type: message.type.rawValue, flags: flags, request: request,
      payload: message.payload[...], to: &output)
    return output
  }
}
