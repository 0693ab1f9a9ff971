/// The sending side of DATA: how far it is, and how much the peer's credit allows.
struct OutgoingTransfer: Hashable, Sendable {
  /// The most bytes asked from the application at once, unless one frame holds more.
  static let produceByteLimit = 65_536

  /// The next byte to send.
  private(set) var offset: Int
  /// One past the last byte.
  let end: Int
  /// Bytes the peer still takes.
  private(set) var credit: Int
  /// Bytes that the application was asked for and has not delivered.
  private(set) var requestedByteCount = 0

  /// - Precondition: `offset ≤ end`, `credit ≥ 0`.
  init(offset: Int, end: Int, credit: Int) {
    precondition(0 <= offset && offset <= end && credit >= 0)
    self.offset = offset
    self.end = end
    self.credit = credit
  }

  /// True when the last byte was sent.
  var isComplete: Bool { offset == end }

  /// True when nothing can be sent before more CREDIT comes.
  var isBlocked: Bool {
    !isComplete && requestedByteCount == 0
      && credit < min(WireConstants.smallestDataByteCount, end - offset)
  }

  /// Takes more credit.
  /// - Returns: `false` when what is outstanding would pass 2³¹−1.
  mutating func grant(_ byteCount: UInt32) -> Bool {
    let sum = credit + Int(byteCount)
    guard sum <= WireConstants.creditLimit else { return false }
    credit = sum
    return true
  }

  /// The bytes to ask from the application now; `nil` while it owes some, or credit is missing.
  ///
  /// Whole frames first. What then remains goes along only if it ends the transfer or fills
  /// ``WireConstants/smallestDataByteCount``.
  mutating func nextRange(payloadByteLimit: Int) -> Range<Int>? {
    guard requestedByteCount == 0, !isComplete else { return nil }
    let framesAtOnce = max(1, Self.produceByteLimit / payloadByteLimit)
    let available = min(credit, end - offset, framesAtOnce * payloadByteLimit)
    let whole = available / payloadByteLimit * payloadByteLimit
    let tail = available - whole
    let tailIsEnough =
      tail >= min(WireConstants.smallestDataByteCount, end - offset - whole)
    let byteCount = whole + (tailIsEnough ? tail : 0)
    guard byteCount > 0 else { return nil }
    requestedByteCount = byteCount
    return offset..<offset + byteCount
  }

  /// DATA frames of the bytes that were asked for, in one array.
  mutating func frames(
    _ bytes: [UInt8], writer: inout FrameWriter, request: UInt16
  ) -> [UInt8] {
    precondition(
      bytes.count == requestedByteCount,
      "asked for \(requestedByteCount) bytes, got \(bytes.count)")
    var output: [UInt8] = []
    let frameCount = bytes.count / writer.payloadByteLimit + 1
    output.reserveCapacity(
      bytes.count + frameCount * (FrameHeader.byteCount + writer.trailerByteCount))
    var rest = bytes[...]
    while !rest.isEmpty {
      let payload = rest.prefix(writer.payloadByteLimit)
      rest = rest.dropFirst(payload.count)
      offset += payload.count
      writer.append(
        type: MessageType.data.rawValue, flags: isComplete ? .last : [], request: request,
        payload: payload, to: &output)
    }
    credit -= bytes.count
    requestedByteCount = 0
    return output
  }
}
