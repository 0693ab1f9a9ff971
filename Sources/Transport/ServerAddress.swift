/// HOST:PORT of a server, the host in brackets when it is an IPv6 address.
package struct ServerAddress: Hashable, Sendable, CustomStringConvertible {
  /// A name or an address, without brackets.
  package let host: String
  /// 1…65,535.
  package let port: Int

  /// An address in parts.
  package init(host: String, port: Int) {
    self.host = host
    self.port = port
  }

  /// - Returns: `nil` unless `text` is a host, a colon and a port of 1…65,535.
  package init?(_ text: String) {
    guard let address = Self.split(text), address.port > 0 else { return nil }
    self = address
  }

  /// As ``init(_:)``, but port 0 is allowed: an address to listen on.
  package static func split(_ text: String) -> ServerAddress? {
    guard let colon = text.lastIndex(of: ":") else { return nil }
    let digits = text[text.index(after: colon)...]
    // A sign would be a number to `UInt16`.
    guard digits.utf8.allSatisfy({ (0x30...0x39).contains($0) }), let port = UInt16(digits) else {
      return nil
    }
    var host = text[..<colon]
    if host.hasPrefix("["), host.hasSuffix("]") {
      host = host.dropFirst().dropLast()
    } else if host.contains(":") {
      return nil
    }
    guard !host.isEmpty, !host.contains(where: { $0 == "[" || $0 == "]" }) else { return nil }
    return ServerAddress(host: String(host), port: Int(port))
  }

  /// HOST:PORT.
  package var description: String {
    host.contains(":") ? "[\(host)]:\(port)" : "\(host):\(port)"
  }
}
