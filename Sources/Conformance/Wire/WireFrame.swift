internal import Capabilities
internal import WireProtocol

/// A frame that arrived, with its trailer checked and taken off.
struct WireFrame: Sendable {
  let type: UInt8
  let flags: UInt8
  let request: UInt64
  let payload: [UInt8]
  /// All of it, as it was sent.
  let bytes: [UInt8]

  static let headerByteCount = 8
  static let last: UInt8 = 0x01
  static let crc32: UInt8 = 0x02
  static let mac: UInt8 = 0x04
  static let reserved: UInt8 = 0x08

  /// Header and payload: what a proof covers.
  var transcript: [UInt8] { Array(bytes.prefix(Self.headerByteCount + payload.count)) }

  /// The message's name, or the type.
  var word: String {
    MessageType(rawValue: type)?.word ?? "type 0x\(hexadecimal([type]))"
  }

  /// Name, request, fields and bytes, for a failure.
  var summary: String {
    var text = "\(word), request \(request)"
    if flags != 0 { text += ", flags 0x\(hexadecimal([flags]))" }
    if let type = MessageType(rawValue: type) {
      do throws(PayloadFault) {
        for (name, value) in try MessageLayout(type).read(payload) {
          text += ", \(name) \(value)"
          if type == .error, name == "code", let number = value.number,
            let code = ErrorCode(rawValue: UInt8(truncatingIfNeeded: number))
          {
            text += " \(code.word)"
          }
        }
      } catch {
        text += ", a payload of which \(error)"
      }
    }
    return text + "; hex " + Value.bytes(bytes).description
  }
}

/// Why bytes that arrived are no frame.
struct FrameFault: Error, Hashable, CustomStringConvertible {
  /// One line.
  let description: String
}

extension WireFrame {
  /// The first frame in `bytes`.
  /// - Parameters:
  ///   - limit: the length that the peer was told.
  ///   - key: of the peer's direction, once every frame must have a MAC.
  /// - Returns: `nil` when more bytes are needed.
  /// - Throws: ``FrameFault`` for whatever no peer may send.
  static func first(
    in bytes: [UInt8], limit: Int, key: inout DirectionKey?
  ) throws(FrameFault) -> WireFrame? {
    guard bytes.count >= headerByteCount else { return nil }
    let check = CRC16.checksum(bytes.prefix(6))
    guard bytes[6] == UInt8(check >> 8), bytes[7] == UInt8(check & 0xFF) else {
      throw fault("a header with a wrong check", bytes)
    }
    let flags = bytes[1]
    guard flags & reserved == 0, flags & (crc32 | mac) != crc32 | mac else {
      throw fault("flags that nobody may send", bytes)
    }
    guard (flags & mac != 0) == (key != nil) else {
      throw fault(key == nil ? "a MAC before a key is in use" : "no MAC", bytes)
    }
    let length = Int(bytes[2]) << 8 | Int(bytes[3])
    guard length <= limit else {
      throw fault("a length of \(length), allowed are \(limit)", bytes)
    }
    let trailerByteCount =
      flags & mac != 0 ? DirectionKey.trailerByteCount : flags & crc32 != 0 ? 4 : 0
    guard length >= trailerByteCount else { throw fault("a length without room", bytes) }
    let end = headerByteCount + length
    guard bytes.count >= end else { return nil }
    let header = Array(bytes[..<headerByteCount])
    let payload = Array(bytes[headerByteCount..<end - trailerByteCount])
    let trailer = Array(bytes[(end - trailerByteCount)..<end])
    if flags & mac != 0, key?.next(header: header, payload: payload) != trailer {
      throw fault("a wrong MAC", bytes)
    }
    if flags & crc32 != 0, checksum(header + payload) != trailer {
      throw fault("a wrong CRC-32", bytes)
    }
    return WireFrame(
      type: bytes[0], flags: flags, request: UInt64(bytes[4]) << 8 | UInt64(bytes[5]),
      payload: payload, bytes: Array(bytes[..<end]))
  }

  private static func fault(_ text: String, _ bytes: [UInt8]) -> FrameFault {
    FrameFault(description: "\(text); hex \(Value.bytes(bytes))")
  }

  /// The CRC-32 as it is sent.
  static func checksum(_ bytes: [UInt8]) -> [UInt8] {
    var crc = CRC32()
    crc.update(bytes[...])
    return bigEndian(UInt64(crc.checksum), byteCount: 4)
  }
}
