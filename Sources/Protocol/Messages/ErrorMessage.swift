/// A request or the connection failed.
public struct ErrorMessage: Hashable, Sendable {
  /// What the code implies, for receivers that do not know the code.
  public struct Flags: OptionSet, Hashable, Sendable {
    /// The byte on the wire; unknown flags are ignored.
    public let rawValue: UInt8

    /// The flags of a byte.
    public init(rawValue: UInt8) { self.rawValue = rawValue }

    /// The same request may succeed later.
    public static let retry = Flags(rawValue: 1)
    /// The sender closes the connection.
    public static let closes = Flags(rawValue: 2)
  }

  /// The code's number; a receiver that does not know it goes by the flags.
  public let codeNumber: UInt8
  /// What the code implies.
  public let flags: Flags
  /// Seconds to wait before trying again; 0: no advice.
  public let retryAfterSeconds: UInt16
  /// For people, at most 120 bytes of UTF-8.
  public let detail: String

  /// The code, if this version knows it.
  public var code: ErrorCode? { ErrorCode(rawValue: codeNumber) }

  /// An error whose flags follow from its code; `detail` is cut to 120 bytes.
  public init(code: ErrorCode, retryAfterSeconds: UInt16 = 0, detail: String = "") {
    codeNumber = code.rawValue
    var flags: Flags = code.isRetryable ? .retry : []
    if code.scope == .connection { flags.insert(.closes) }
    self.flags = flags
    self.retryAfterSeconds = retryAfterSeconds
    var cut = ""
    var byteCount = 0
    for scalar in detail.unicodeScalars {
      byteCount += UTF8.width(scalar)
      guard byteCount <= WireConstants.detailByteLimit else { break }
      cut.unicodeScalars.append(scalar)
    }
    self.detail = cut
  }

  init(from reader: inout ByteReader) throws(MessageError) {
    codeNumber = try reader.u8("ERROR code")
    flags = Flags(rawValue: try reader.u8("ERROR flags"))
    retryAfterSeconds = try reader.u16("ERROR retry after")
    let start = reader.offset
    detail = try reader.string("ERROR detail")
    guard detail.utf8.count <= WireConstants.detailByteLimit else {
      throw .outOfRange(
        field: "ERROR detail length", value: detail.utf8.count,
        allowed: "0…\(WireConstants.detailByteLimit)", offset: start)
    }
  }

  func encode(to writer: inout ByteWriter) {
    writer.u8(codeNumber)
    writer.u8(flags.rawValue)
    writer.u16(retryAfterSeconds)
    writer.string(detail)
  }
}

extension ErrorMessage: CustomStringConvertible {
  /// One line for people.
  public var description: String {
    let name = code?.word ?? "error \(codeNumber)"
    return detail.isEmpty ? name : "\(name): \(detail)"
  }
}
