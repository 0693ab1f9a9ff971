internal import WireProtocol

extension Interpreter {
  /// The least that a sender sends, but for the transfer's end (6.2).
  private static let leastByteCount = WireConstants.smallestDataByteCount

  /// Sends DATA under the peer's credit, and waits for CREDIT where that does not suffice.
  mutating func send(_ sending: DataSending) async throws {
    let bytes = try bytes(sending.bytes)
    let request = try number(sending.request)
    var credit = Int(clamping: try number(sending.credit))
    var offset = 0
    while offset < bytes.count {
      let rest = bytes.count - offset
      while credit < min(Self.leastByteCount, rest) {
        credit += try await nextCredit(of: request)
      }
      let count = min(rest, credit, sending.frameByteCount)
      var frame = OutgoingFrame(type: MessageType.data.rawValue)
      frame.request = .number(request)
      frame.payload = .variable("bytes")
      if sending.ends, count == rest { frame.flags = .number(UInt64(WireFrame.last)) }
      let slice = Value.bytes(Array(bytes[offset..<offset + count]))
      try await connection().send([frame], ["bytes": slice])
      offset += count
      credit -= count
    }
  }

  private mutating func nextCredit(of request: UInt64) async throws -> Int {
    let frame = try await nextFrame("CREDIT, since less than needed is left", within: duration(nil))
    guard frame.type == MessageType.credit.rawValue, frame.request == request,
      frame.payload.count == 4
    else { throw CaseFailure(expected: "CREDIT of request \(request)", came: frame.summary) }
    let granted = frame.payload.reduce(0) { $0 << 8 | Int($1) }
    guard granted > 0 else { throw CaseFailure(expected: "some credit", came: frame.summary) }
    return granted
  }

  /// Receives DATA, compares each frame with the credit that was given, and gives more.
  mutating func receive(_ receiving: DataReceiving) async throws {
    let request = try number(receiving.request)
    let length = Int(clamping: try number(receiving.length))
    let grant = Int(clamping: try number(receiving.grant))
    let end = min(
      length, try receiving.until.map { Int(clamping: try number($0)) } ?? length)
    var credit = Int(clamping: try number(receiving.credit))
    var received: [UInt8] = []
    while received.count < end {
      let rest = length - received.count
      if credit < min(Self.leastByteCount, rest), grant > 0 {
        try await give(grant, request)
        credit += grant
      }
      let frame = try await nextFrame("DATA", within: duration(nil))
      let count = frame.payload.count
      let isLast = frame.flags & WireFrame.last != 0
      func require(_ holds: Bool, _ expected: String) throws(CaseFailure) {
        guard holds else { throw CaseFailure(expected: expected, came: frame.summary) }
      }
      try require(frame.type == MessageType.data.rawValue, "DATA")
      try require(frame.request == request, "DATA of request \(request)")
      try require(count <= credit, "at most \(credit) bytes, the credit that is left")
      try require(count <= rest, "at most \(rest) bytes, the rest of the transfer")
      try require(
        count >= min(Self.leastByteCount, rest), "at least \(min(Self.leastByteCount, rest)) bytes")
      try require(isLast == (count == rest), "the flag last at the transfer's end and not before")
      received += frame.payload
      credit -= count
    }
    set(receiving.variable, .bytes(received))
    set("credit-left", .number(UInt64(credit)))
  }

  private func give(_ byteCount: Int, _ request: UInt64) async throws {
    var frame = OutgoingFrame(type: MessageType.credit.rawValue)
    frame.request = .number(request)
    frame.payload = .call(.u32, [.number(UInt64(byteCount))])
    try await connection().send([frame], variables)
  }
}
