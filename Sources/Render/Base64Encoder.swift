/// Base64 (RFC 4648, section 4) piece by piece, without line breaks.
struct Base64Encoder {
  private static let alphabet = Array(
    "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/".utf8)

  /// Bytes that are not a whole group of three yet.
  private var pending: [UInt8] = []

  /// Takes bytes and appends the text of whole groups.
  mutating func append(_ bytes: [UInt8], into text: inout [UInt8]) {
    for byte in bytes {
      pending.append(byte)
      guard pending.count == 3 else { continue }
      write(digitCount: 4, into: &text)
    }
  }

  /// Ends the text, padded to a group of four.
  mutating func finish(into text: inout [UInt8]) {
    guard !pending.isEmpty else { return }
    let digitCount = pending.count + 1
    pending += repeatElement(0, count: 3 - pending.count)
    write(digitCount: digitCount, into: &text)
    text += repeatElement(UInt8(ascii: "="), count: 4 - digitCount)
  }

  private mutating func write(digitCount: Int, into text: inout [UInt8]) {
    let group = pending.reduce(0) { $0 << 8 | Int($1) }
    for index in 0..<digitCount { text.append(Self.alphabet[group >> (18 - 6 * index) & 63]) }
    pending.removeAll(keepingCapacity: true)
  }
}
