/// Cuts a stream of bytes into frames. Holds at most one begun frame: 8 + ``maxFrame`` bytes.
public struct FrameDecoder: Sendable {
  /// The largest length taken, in bytes; a change is in force from the next header on.
  public var maxFrame: Int
  /// Once set, every frame that is not complete yet must have the MAC that follows from it.
  public var authenticator: FrameAuthenticator?

  private var headerBytes: [UInt8] = []
  private var header: FrameHeader?
  private var body: [UInt8] = []
  private var failure: FramingError?
  /// Bytes of the connection before the frame that is read now.
  private var frameOffset = 0

  /// A decoder at the beginning of a connection.
  public init(maxFrame: Int = WireConstants.minMaxFrame) { self.maxFrame = maxFrame }

  /// True after the first byte of a frame and before its last.
  public var hasBegunFrame: Bool { header != nil || !headerBytes.isEmpty }

  /// Bytes held of the begun frame.
  public var heldByteCount: Int {
    (header == nil ? headerBytes.count : FrameHeader.byteCount) + body.count
  }

  /// Takes one frame from the front of `input`.
  /// - Returns: `nil` when `input` was used up before a frame was complete.
  /// - Throws: ``FramingError``; every later call throws the same, since the bytes after a refused
  ///   frame have no meaning.
  public mutating func next(
    from input: inout ArraySlice<UInt8>
  ) throws(FramingError) -> Frame? {
    if let failure { throw failure }
    do throws(FramingError) { return try nextChecked(from: &input) } catch {
      failure = error
      headerBytes = []
      header = nil
      body = []
      throw error
    }
  }

  private mutating func nextChecked(
    from input: inout ArraySlice<UInt8>
  ) throws(FramingError) -> Frame? {
    if header == nil { header = try readHeader(from: &input) }
    guard let header else { return nil }
    body += take(header.length - body.count, from: &input)
    guard body.count == header.length else { return nil }

    let payload = body
    body = []
    self.header = nil
    let offset = frameOffset
    frameOffset += FrameHeader.byteCount + header.length
    return Frame(
      type: header.type, flags: header.flags, request: header.request,
      payload: try checked(payload, header, offset: offset))
  }

  /// What stands before the trailer, once that was compared.
  private mutating func checked(
    _ body: consuming [UInt8], _ header: FrameHeader, offset: Int
  ) throws(FramingError) -> [UInt8] {
    // A frame may have begun before the key came into use: no such frame is taken after it.
    guard authenticator == nil || header.flags.contains(.mac) else {
      throw .macMissing(offset: offset)
    }
    guard header.trailerByteCount > 0 else { return body }
    let payloadByteCount = header.length - header.trailerByteCount
    if header.flags.contains(.mac) {
      let isRight = authenticator?.opens(
        header: header.encoded, payload: body[..<payloadByteCount],
        trailer: body[payloadByteCount...])
      guard isRight == true else { throw .macMismatch(offset: offset) }
    } else {
      let declared = body[payloadByteCount...].reduce(0) { $0 << 8 | UInt32($1) }
      var crc = CRC32()
      crc.update(header.encoded[...])
      crc.update(body[..<payloadByteCount])
      guard crc.checksum == declared else {
        throw .crcMismatch(declared: declared, computed: crc.checksum, offset: offset)
      }
    }
    body.removeLast(header.trailerByteCount)
    return body
  }

  private mutating func readHeader(
    from input: inout ArraySlice<UInt8>
  ) throws(FramingError) -> FrameHeader? {
    if frameOffset == 0, headerBytes.isEmpty, let first = input.first,
      let peer = ForeignPeer(rawValue: first)
    {
      throw .foreignPeer(peer)
    }
    headerBytes += take(FrameHeader.byteCount - headerBytes.count, from: &input)
    guard headerBytes.count == FrameHeader.byteCount else { return nil }
    defer { headerBytes.removeAll(keepingCapacity: true) }
    return try FrameHeader(
      headerBytes[...], limit: maxFrame, isKeyed: authenticator != nil, offset: frameOffset)
  }

  private func take(_ count: Int, from input: inout ArraySlice<UInt8>) -> ArraySlice<UInt8> {
    let taken = input.prefix(count)
    input = input.dropFirst(count)
    return taken
  }
}
