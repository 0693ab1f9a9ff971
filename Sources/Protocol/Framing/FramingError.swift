import Capabilities

/// Why a frame was refused; the connection then closes. Lengths in bytes; `offset` counts the bytes
/// of the connection before the refused frame.
public enum FramingError: Error, Hashable, Sendable {
  /// The first byte of the connection begins another protocol.
  case foreignPeer(ForeignPeer)
  /// The header was damaged, or this is not the protocol.
  case checkMismatch(declared: UInt16, computed: UInt16, offset: Int)
  /// The length passes what this side takes.
  case tooLong(declared: Int, limit: Int, offset: Int)
  /// Flag 08, or flags 02 and 04 together.
  case flagsRefused(flags: UInt8, offset: Int)
  /// Flag 04 on a connection without keys.
  case macWithoutKey(offset: Int)
  /// No flag 04 although a key is in use.
  case macMissing(offset: Int)
  /// A frame was forged, damaged, repeated, left out or put out of its order.
  case macMismatch(offset: Int)
  /// The length leaves no room for the trailer that the flags announce.
  case trailerMissing(declared: Int, needed: Int, offset: Int)
  /// The payload was damaged.
  case crcMismatch(declared: UInt32, computed: UInt32, offset: Int)

  /// What the peer is told.
  public var code: ErrorCode {
    switch self {
    case .foreignPeer, .flagsRefused, .trailerMissing: .malformed
    case .checkMismatch, .crcMismatch: .checkMismatch
    case .tooLong: .frameTooLong
    case .macWithoutKey: .notProven
    case .macMissing, .macMismatch: .badMAC
    }
  }
}

extension FramingError: CustomStringConvertible {
  /// One line: what was declared, what was allowed, where.
  public var description: String {
    switch self {
    case .foreignPeer(let peer): "not Forme: looks like \(peer.word)"
    case .checkMismatch(let declared, let computed, let offset):
      "header check is \(digits(declared)), computed \(digits(computed)), at byte \(offset)"
    case .tooLong(let declared, let limit, let offset):
      "a frame of \(declared) bytes, allowed are \(limit), at byte \(offset)"
    case .flagsRefused(let flags, let offset):
      "flags \(hexadecimal([flags])) are refused, at byte \(offset)"
    case .macWithoutKey(let offset):
      "a MAC trailer without a key, at byte \(offset)"
    case .macMissing(let offset): "no MAC trailer although a key is in use, at byte \(offset)"
    case .macMismatch(let offset): "wrong MAC, at byte \(offset)"
    case .trailerMissing(let declared, let needed, let offset):
      "a frame of \(declared) bytes has no room for a trailer of \(needed), at byte \(offset)"
    case .crcMismatch(let declared, let computed, let offset):
      "CRC-32 is \(digits(declared)), computed \(digits(computed)), at byte \(offset)"
    }
  }
}

/// Protocols that begin with a byte which is never a message type.
public enum ForeignPeer: UInt8, Hashable, Sendable, CaseIterable {
  case proxyProtocol = 0x0D
  case tls = 0x16
  case httpGet = 0x47
  case httpPost = 0x50

  /// For the log.
  public var word: String {
    switch self {
    case .proxyProtocol: "PROXY protocol version 2"
    case .tls: "TLS"
    case .httpGet, .httpPost: "HTTP"
    }
  }
}

private func digits(_ value: some FixedWidthInteger & UnsignedInteger) -> String {
  let text = String(value, radix: 16)
  return String(repeating: "0", count: value.bitWidth / 4 - text.count) + text
}
