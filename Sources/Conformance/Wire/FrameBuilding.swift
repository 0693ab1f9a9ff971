internal import WireProtocol

extension OutgoingFrame {
  /// The frame's bytes, and header and payload alone for the transcript of a proof.
  /// - Parameters:
  ///   - usesCRC: whether the connection's frames end with a CRC-32.
  ///   - key: of this direction, once every frame has a MAC.
  func bytes(
    _ variables: [String: Value], usesCRC: Bool, key: inout DirectionKey?
  ) throws(SequenceError) -> (bytes: [UInt8], transcript: [UInt8]) {
    var payload = try body(variables)
    guard drop <= payload.count else { throw SequenceError("no \(drop) bytes to leave out") }
    payload.removeLast(drop)
    let hasMAC = hasMAC ?? (key != nil)
    let hasCRC = hasCRC ?? (usesCRC && !hasMAC)
    var flags = UInt8(truncatingIfNeeded: try number(self.flags, variables) ?? 0)
    if hasCRC { flags |= WireFrame.crc32 }
    if hasMAC { flags |= WireFrame.mac }
    let trailerByteCount = hasMAC ? DirectionKey.trailerByteCount : hasCRC ? 4 : 0
    let length = try number(self.length, variables) ?? UInt64(payload.count + trailerByteCount)
    guard length <= 0xFFFF else { throw SequenceError("a frame of \(length) bytes") }
    var header =
      [type, flags] + bigEndian(length, byteCount: 2)
      + bigEndian(try number(request, variables) ?? 0, byteCount: 2)
    let check = try number(self.check, variables) ?? UInt64(CRC16.checksum(header))
    header += bigEndian(check, byteCount: 2)
    var bytes = header + payload
    let transcript = bytes
    if hasMAC {
      // Without a key there is none that could be right.
      bytes += key?.next(header: header, payload: payload) ?? Array(repeating: 0, count: 8)
    }
    if hasCRC { bytes += WireFrame.checksum(transcript) }
    if let bit = try number(flip, variables) { try flipBit(Int(clamping: bit), in: &bytes) }
    if let only { bytes = Array(bytes.prefix(only)) }
    return (bytes, transcript)
  }

  private func body(_ variables: [String: Value]) throws(SequenceError) -> [UInt8] {
    var body: [UInt8] = []
    if let payload {
      body = try bytes(payload, variables)
    } else if let message = MessageType(rawValue: type) {
      body = try MessageLayout(message).payload(fields, variables)
    }
    if let append { body += try bytes(append, variables) }
    return body
  }

  private func bytes(
    _ expression: Expression, _ variables: [String: Value]
  ) throws(SequenceError) -> [UInt8] {
    guard let bytes = try expression.value(variables).bytes else {
      throw SequenceError("a number stands where bytes should be")
    }
    return bytes
  }

  private func number(
    _ expression: Expression?, _ variables: [String: Value]
  ) throws(SequenceError) -> UInt64? {
    guard let expression else { return nil }
    guard let number = try expression.value(variables).number else {
      throw SequenceError("bytes stand where a number should be")
    }
    return number
  }
}
