/// One TLV of HELLO: type u8, length u8, value. None of them decides bytes of a form.
public enum HelloField: Hashable, Sendable {
  /// The device's model, UTF-8, at most 255 bytes.
  case model(String)
  /// The firmware's version, UTF-8, at most 255 bytes.
  case firmware(String)
  /// The battery's voltage in millivolts.
  case batteryMillivolts(UInt16)
  /// The battery's charge in percent, 0…100.
  case batteryPercent(UInt8)
  /// The radio's signal in dBm.
  case rssi(Int8)
  /// Degrees Celsius.
  case temperature(Int8)
  /// Why the device woke, in the device's own numbers.
  case wakeReason(UInt8)
  /// Free memory in bytes.
  case freeHeap(UInt32)
  /// The code of the last ERROR the device saw, 0 for none.
  case lastError(UInt8)
  /// The etag of what is on the panel.
  case shown(ShortDigest)
  /// What REFER handed out, 1…64 bytes.
  case ticket([UInt8])
  /// A type that this version does not know; receivers do nothing with it.
  case unknown(type: UInt8, value: [UInt8])

  /// The type byte.
  public var type: UInt8 {
    switch self {
    case .model: HelloFieldType.model.rawValue
    case .firmware: HelloFieldType.firmware.rawValue
    case .batteryMillivolts: HelloFieldType.batteryMillivolts.rawValue
    case .batteryPercent: HelloFieldType.batteryPercent.rawValue
    case .rssi: HelloFieldType.rssi.rawValue
    case .temperature: HelloFieldType.temperature.rawValue
    case .wakeReason: HelloFieldType.wakeReason.rawValue
    case .freeHeap: HelloFieldType.freeHeap.rawValue
    case .lastError: HelloFieldType.lastError.rawValue
    case .shown: HelloFieldType.shown.rawValue
    case .ticket: HelloFieldType.ticket.rawValue
    case .unknown(let type, _): type
    }
  }

  /// The value's bytes.
  var value: [UInt8] {
    var writer = ByteWriter()
    switch self {
    case .model(let text), .firmware(let text): return Array(text.utf8)
    case .batteryMillivolts(let value): writer.u16(value)
    case .batteryPercent(let value), .wakeReason(let value), .lastError(let value):
      writer.u8(value)
    case .rssi(let value), .temperature(let value): writer.u8(UInt8(bitPattern: value))
    case .freeHeap(let value): writer.u32(value)
    case .shown(let digest): return digest.bytes
    case .ticket(let bytes), .unknown(_, let bytes): return bytes
    }
    return writer.bytes
  }

  init(from reader: inout ByteReader) throws(MessageError) {
    let type = try reader.u8("HELLO TLV type")
    let byteCount = Int(try reader.u8("HELLO TLV length"))
    let start = reader.offset
    let bytes = try reader.bytes(byteCount, "HELLO TLV value")
    guard let known = HelloFieldType(rawValue: type) else {
      self = .unknown(type: type, value: bytes)
      return
    }
    if let expected = known.valueByteCounts, !expected.contains(byteCount) {
      throw .wrongLength(
        field: "HELLO TLV \(known)", declared: byteCount, expected: expected, offset: start)
    }
    var value = ByteReader(bytes)
    switch known {
    case .model: self = .model(try Self.text(bytes, known, offset: start))
    case .firmware: self = .firmware(try Self.text(bytes, known, offset: start))
    case .batteryMillivolts: self = .batteryMillivolts(try value.u16("HELLO TLV"))
    case .batteryPercent:
      let percent = try value.u8("HELLO TLV")
      guard percent <= 100 else {
        throw .outOfRange(
          field: "HELLO TLV \(known)", value: Int(percent), allowed: "0…100", offset: start)
      }
      self = .batteryPercent(percent)
    case .rssi: self = .rssi(Int8(bitPattern: try value.u8("HELLO TLV")))
    case .temperature: self = .temperature(Int8(bitPattern: try value.u8("HELLO TLV")))
    case .wakeReason: self = .wakeReason(try value.u8("HELLO TLV"))
    case .freeHeap: self = .freeHeap(try value.u32("HELLO TLV"))
    case .lastError: self = .lastError(try value.u8("HELLO TLV"))
    case .shown: self = .shown(try value.shortDigest("HELLO TLV"))
    case .ticket: self = .ticket(bytes)
    }
  }

  func encode(to writer: inout ByteWriter) {
    writer.u8(type)
    writer.prefixed(value)
  }

  private static func text(
    _ bytes: [UInt8], _ type: HelloFieldType, offset: Int
  ) throws(MessageError) -> String {
    guard let text = String(validating: bytes, as: UTF8.self) else {
      throw .notUTF8(field: "HELLO TLV \(type)", offset: offset)
    }
    return text
  }
}

extension HelloFieldType {
  /// Bytes of the value; `nil` where any length will do.
  fileprivate var valueByteCounts: ClosedRange<Int>? {
    switch self {
    case .model, .firmware: nil
    case .batteryPercent, .rssi, .temperature, .wakeReason, .lastError: 1...1
    case .batteryMillivolts: 2...2
    case .freeHeap: 4...4
    case .shown: ShortDigest.byteCount...ShortDigest.byteCount
    case .ticket: WireConstants.ticketByteCounts
    }
  }
}
