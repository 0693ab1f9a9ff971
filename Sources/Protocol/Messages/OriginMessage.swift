public import Capabilities

/// A front says for whom the requests that follow are, up to its next ORIGIN (spec/PROTOCOL.md,
/// "Between servers"). Only a peer that has proven the key of servers is believed.
public struct OriginMessage: Hashable, Sendable {
  /// What the device may do and how it is answered.
  public struct Flags: OptionSet, Hashable, Sendable {
    /// The byte on the wire; other flags are sent as 0 and ignored.
    public let rawValue: UInt8

    /// The flags of a byte.
    public init(rawValue: UInt8) { self.rawValue = rawValue }

    /// GET, LIST and WATCH, of names that begin with the prefix.
    public static let retrieve = Flags(rawValue: 1)
    /// PUT and REMOVE, of names that begin with the prefix.
    public static let register = Flags(rawValue: 2)
    /// A form is to be answered by REFER, not by FORM and DATA.
    public static let refer = Flags(rawValue: 4)
  }

  /// What the device may do, and how it is answered.
  public let flags: Flags
  /// What the names begin with that it may use; empty: all names. At most 128 bytes.
  public let prefix: String
  /// What the device calls itself, 0…32 bytes.
  public let deviceID: [UInt8]
  /// The key that it proved to the front; `nil`: none.
  public let keyID: KeyID?
  /// The keys of its capabilities, best first, 0…4.
  public let formKeys: [FormKey]
  /// The secret that the device proves when it is referred, sealed for the back by
  /// ``ReferralSeal``, ``ReferralSeal/byteCount`` bytes; empty: it proves nothing.
  public let sealedSecret: [UInt8]

  /// - Parameters:
  ///   - prefix: at most 128 bytes.
  ///   - deviceID: at most 32 bytes.
  ///   - formKeys: at most 4.
  ///   - sealedSecret: empty, or ``ReferralSeal/byteCount`` bytes.
  public init(
    flags: Flags, prefix: String, deviceID: [UInt8], keyID: KeyID?, formKeys: [FormKey],
    sealedSecret: [UInt8] = []
  ) {
    precondition(prefix.utf8.count <= WireConstants.nameByteLimit)
    precondition(deviceID.count <= WireConstants.deviceIDByteLimit)
    precondition(formKeys.count <= WireConstants.alternativeLimit)
    precondition(sealedSecret.isEmpty || sealedSecret.count == ReferralSeal.byteCount)
    self.flags = flags
    self.prefix = prefix
    self.deviceID = deviceID
    self.keyID = keyID
    self.formKeys = formKeys
    self.sealedSecret = sealedSecret
  }

  init(from reader: inout ByteReader) throws(MessageError) {
    flags = Flags(rawValue: try reader.u8("ORIGIN flags"))
    let prefixStart = reader.offset
    prefix = try reader.string("ORIGIN prefix")
    guard prefix.utf8.count <= WireConstants.nameByteLimit else {
      throw .outOfRange(
        field: "ORIGIN prefix length", value: prefix.utf8.count,
        allowed: "0…\(WireConstants.nameByteLimit)", offset: prefixStart)
    }
    let deviceIDByteCount = try reader.count(
      "ORIGIN deviceId length", in: 0...WireConstants.deviceIDByteLimit)
    deviceID = try reader.bytes(deviceIDByteCount, "ORIGIN deviceId")
    keyID = try reader.optionalKeyID("ORIGIN key id")
    let keyCount = try reader.count("ORIGIN key count", in: 0...WireConstants.alternativeLimit)
    formKeys = try reader.formKeys(keyCount, "ORIGIN form key")
    let start = reader.offset
    let sealedByteCount = Int(try reader.u8("ORIGIN sealed length"))
    guard sealedByteCount == 0 || sealedByteCount == ReferralSeal.byteCount else {
      throw .outOfRange(
        field: "ORIGIN sealed length", value: sealedByteCount,
        allowed: "0, \(ReferralSeal.byteCount)", offset: start)
    }
    sealedSecret = try reader.bytes(sealedByteCount, "ORIGIN sealed")
  }

  func encode(to writer: inout ByteWriter) {
    writer.u8(flags.rawValue)
    writer.string(prefix)
    writer.prefixed(deviceID)
    writer.prefixed(keyID?.bytes ?? [])
    writer.u8(UInt8(formKeys.count))
    for key in formKeys { writer.raw(key.bytes) }
    writer.prefixed(sealedSecret)
  }
}
