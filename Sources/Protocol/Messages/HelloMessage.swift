public import Capabilities

/// The device's first message.
public struct HelloMessage: Hashable, Sendable {
  /// The minor version that the device speaks; the major one is 1.
  public let minorVersion: UInt8
  /// The largest frame length the device takes, in bytes, 248…65,535.
  public let maxFrame: UInt16
  /// The longest silence of the device in seconds; 0: the server decides.
  public let keepAliveSeconds: UInt16
  /// 0…32 bytes of the device's own choice.
  public let deviceID: [UInt8]
  /// The keys of the device's capabilities, best first, 0…4.
  public let formKeys: [FormKey]
  /// What else the device says about itself.
  public let fields: [HelloField]

  private static let magic = Array("FORM".utf8)

  /// - Parameters:
  ///   - maxFrame: 248…65,535 bytes.
  ///   - deviceID: at most 32 bytes.
  ///   - formKeys: at most 4.
  public init(
    minorVersion: UInt8 = WireConstants.minorVersion, maxFrame: UInt16, keepAliveSeconds: UInt16,
    deviceID: [UInt8], formKeys: [FormKey], fields: [HelloField] = []
  ) {
    precondition(maxFrame >= WireConstants.minMaxFrame)
    precondition(deviceID.count <= WireConstants.deviceIDByteLimit)
    precondition(formKeys.count <= WireConstants.alternativeLimit)
    self.minorVersion = minorVersion
    self.maxFrame = maxFrame
    self.keepAliveSeconds = keepAliveSeconds
    self.deviceID = deviceID
    self.formKeys = formKeys
    self.fields = fields
  }

  /// What REFER handed out, of a device that was referred to this server; `nil`: it was not.
  public var ticket: [UInt8]? {
    for case .ticket(let bytes) in fields { return bytes }
    return nil
  }

  init(from reader: inout ByteReader) throws(MessageError) {
    let magic = try reader.bytes(Self.magic.count, "HELLO magic")
    guard magic == Self.magic else { throw .wrongMagic(magic) }
    let majorVersion = try reader.u8("HELLO major")
    guard majorVersion == WireConstants.majorVersion else { throw .wrongVersion(majorVersion) }
    minorVersion = try reader.u8("HELLO minor")
    maxFrame = try reader.maxFrame("HELLO maxFrame", atLeast: WireConstants.minMaxFrame)
    keepAliveSeconds = try reader.u16("HELLO keepAlive")
    let deviceIDByteCount = try reader.count(
      "HELLO deviceId length", in: 0...WireConstants.deviceIDByteLimit)
    deviceID = try reader.bytes(deviceIDByteCount, "HELLO deviceId")
    let keyCount = try reader.count("HELLO key count", in: 0...WireConstants.alternativeLimit)
    formKeys = try reader.formKeys(keyCount, "HELLO form key")
    var fields: [HelloField] = []
    var seen: Set<UInt8> = []
    while reader.remaining > 0 {
      let start = reader.offset
      let field = try HelloField(from: &reader)
      if HelloFieldType(rawValue: field.type) != nil, !seen.insert(field.type).inserted {
        throw .outOfRange(
          field: "HELLO TLV type", value: Int(field.type), allowed: "each known type once",
          offset: start)
      }
      fields.append(field)
    }
    self.fields = fields
  }

  func encode(to writer: inout ByteWriter) {
    writer.raw(Self.magic)
    writer.u8(WireConstants.majorVersion)
    writer.u8(minorVersion)
    writer.u16(maxFrame)
    writer.u16(keepAliveSeconds)
    writer.prefixed(deviceID)
    writer.u8(UInt8(formKeys.count))
    for key in formKeys { writer.raw(key.bytes) }
    for field in fields { field.encode(to: &writer) }
  }
}

extension ByteReader {
  /// A u16 frame limit.
  mutating func maxFrame(_ field: String, atLeast minimum: Int) throws(MessageError) -> UInt16 {
    let start = offset
    let value = try u16(field)
    guard value >= minimum else {
      throw .outOfRange(
        field: field, value: Int(value), allowed: "\(minimum)…65535", offset: start)
    }
    return value
  }

  /// A u8 count.
  mutating func count(_ field: String, in range: ClosedRange<Int>) throws(MessageError) -> Int {
    let start = offset
    let value = Int(try u8(field))
    guard range.contains(value) else {
      throw .outOfRange(
        field: field, value: value, allowed: "\(range.lowerBound)…\(range.upperBound)",
        offset: start)
    }
    return value
  }

  /// `count` keys of 16 bytes.
  mutating func formKeys(_ count: Int, _ field: String) throws(MessageError) -> [FormKey] {
    var keys: [FormKey] = []
    for _ in 0..<count {
      guard let key = FormKey(try bytes(FormKey.byteCount, field)) else {
        preconditionFailure("exactly \(FormKey.byteCount) bytes were read")
      }
      keys.append(key)
    }
    return keys
  }
}
