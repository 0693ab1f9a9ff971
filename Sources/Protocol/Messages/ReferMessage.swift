/// GET's answer by a server that has another one transmit the form: where, and what to show there.
public struct ReferMessage: Hashable, Sendable {
  /// An address as numbers, so that a device needs no resolver.
  public enum Host: Hashable, Sendable {
    /// IPv4, 4 bytes.
    case v4([UInt8])
    /// IPv6, 16 bytes.
    case v6([UInt8])

    /// - Returns: `nil` unless there are 4 or 16 bytes.
    public init?(_ bytes: [UInt8]) {
      switch bytes.count {
      case Self.v4ByteCount: self = .v4(bytes)
      case Self.v6ByteCount: self = .v6(bytes)
      default: return nil
      }
    }

    /// The address in network order.
    public var bytes: [UInt8] {
      switch self {
      case .v4(let bytes), .v6(let bytes): bytes
      }
    }

    static let v4Family: UInt8 = 4
    static let v6Family: UInt8 = 6
    static let v4ByteCount = 4
    static let v6ByteCount = 16

    var family: UInt8 {
      switch self {
      case .v4: Self.v4Family
      case .v6: Self.v6Family
      }
    }
  }

  /// How long the ticket is taken, in seconds from now, at least 1.
  public let ttlSeconds: UInt16
  /// The other server.
  public let host: Host
  /// Its TCP port, 1…65,535.
  public let port: UInt16
  /// What the device says in its HELLO there, 1…64 bytes that mean nothing to it.
  public let ticket: [UInt8]

  /// - Parameters:
  ///   - ttlSeconds: 1…65,535.
  ///   - port: 1…65,535.
  ///   - ticket: 1…64 bytes.
  public init(ttlSeconds: UInt16, host: Host, port: UInt16, ticket: [UInt8]) {
    precondition(ttlSeconds > 0 && port > 0)
    precondition(WireConstants.ticketByteCounts.contains(ticket.count))
    self.ttlSeconds = ttlSeconds
    self.host = host
    self.port = port
    self.ticket = ticket
  }

  init(from reader: inout ByteReader) throws(MessageError) {
    ttlSeconds = try reader.positiveU16("REFER ttl")
    let start = reader.offset
    let family = try reader.u8("REFER family")
    switch family {
    case Host.v4Family: host = .v4(try reader.bytes(Host.v4ByteCount, "REFER address"))
    case Host.v6Family: host = .v6(try reader.bytes(Host.v6ByteCount, "REFER address"))
    default:
      throw .outOfRange(
        field: "REFER family", value: Int(family), allowed: "4 (IPv4), 6 (IPv6)", offset: start)
    }
    port = try reader.positiveU16("REFER port")
    let ticketByteCount = try reader.count(
      "REFER ticket length", in: WireConstants.ticketByteCounts)
    ticket = try reader.bytes(ticketByteCount, "REFER ticket")
  }

  func encode(to writer: inout ByteWriter) {
    writer.u16(ttlSeconds)
    writer.u8(host.family)
    writer.raw(host.bytes)
    writer.u16(port)
    writer.prefixed(ticket)
  }
}

extension ByteReader {
  /// A u16 that is not 0.
  fileprivate mutating func positiveU16(_ field: String) throws(MessageError) -> UInt16 {
    let start = offset
    let value = try u16(field)
    guard value > 0 else {
      throw .outOfRange(field: field, value: 0, allowed: "1…65535", offset: start)
    }
    return value
  }
}
