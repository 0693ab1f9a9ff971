internal import NIOCore
package import WireProtocol

extension ServerAddress {
  /// Where REFER sends a device.
  package init(_ refer: ReferMessage) {
    let port = Int(refer.port)
    // Its 4 or 16 bytes are an address, whatever they are.
    let address = try? SocketAddress(
      packedIPAddress: ByteBuffer(bytes: refer.host.bytes), port: port)
    self.init(host: address?.ipAddress ?? "", port: port)
  }
}

extension ReferMessage.Host {
  /// The numbers of an address in its usual text: `192.0.2.1`, or `2001:db8::1` (RFC 4291, 2.2).
  /// - Returns: `nil` for what is neither.
  package init?(_ text: String) {
    if let bytes = Self.v4(text[...]) {
      self.init(bytes)
      return
    }
    let halves = text.split(separator: "::", maxSplits: 1, omittingEmptySubsequences: false)
    // Without a gap the head is all there is.
    guard let head = Self.words(halves[0], mayEndInV4: halves.count == 1),
      let tail = halves.count == 1 ? [] : Self.words(halves[1], mayEndInV4: true)
    else { return nil }
    let bytes: [UInt8]
    if halves.count == 2 {
      // The gap stands for one word of zeros at the least.
      guard head.count + tail.count <= 14 else { return nil }
      bytes = head + Array(repeating: 0, count: 16 - head.count - tail.count) + tail
    } else {
      bytes = head
    }
    guard bytes.count == 16 else { return nil }
    self.init(bytes)
  }

  private static func v4(_ text: Substring) -> [UInt8]? {
    let parts = text.split(separator: ".", omittingEmptySubsequences: false)
    let bytes = parts.compactMap { part in
      part.utf8.allSatisfy { (UInt8(ascii: "0")...UInt8(ascii: "9")).contains($0) }
        ? UInt8(part) : nil
    }
    return bytes.count == 4 && parts.count == 4 ? bytes : nil
  }

  /// Words of 16 bits with colons between them, the last two perhaps as an IPv4 address.
  private static func words(_ text: Substring, mayEndInV4: Bool) -> [UInt8]? {
    guard !text.isEmpty else { return [] }
    let parts = text.split(separator: ":", omittingEmptySubsequences: false)
    var bytes: [UInt8] = []
    for (index, part) in parts.enumerated() {
      if mayEndInV4, index == parts.count - 1, let v4 = v4(part) {
        bytes += v4
      } else if part.utf8.count <= 4, part.first?.isHexDigit == true,
        let word = UInt16(part, radix: 16)
      {
        bytes += [UInt8(truncatingIfNeeded: word >> 8), UInt8(truncatingIfNeeded: word)]
      } else {
        return nil
      }
    }
    return bytes
  }
}
