import Capabilities
import WireProtocol

// Frames, messages and errors in the terms of spec/vectors, to be compared with what stands there.

extension Frame {
  /// As an element of `frames`.
  var vectorValue: [String: Any] {
    [
      "type": Int(type), "flags": Int(flags.rawValue), "request": Int(request),
      "payload": hexadecimal(payload),
    ]
  }
}

extension Message {
  /// As `value`, of a message in this frame.
  func vectorValue(in frame: Frame) -> [String: Any] {
    [
      "message": type.word, "flags": Int(frame.flags.rawValue), "request": Int(frame.request),
      "payload": fieldValues,
    ]
  }

  private var fieldValues: [String: Any] {
    switch self {
    case .hello(let message): message.fieldValues
    case .welcome(let message): message.fieldValues
    case .capabilities(let message): ["descriptors": message.descriptors.map(hexadecimal)]
    case .accepted(let message): ["keys": message.formKeys.map(\.description)]
    case .prove(let message):
      [
        "id": message.keyID.description, "nonce": hexadecimal(message.nonce),
        "proof": hexadecimal(message.proof),
      ]
    case .proven(let message): ["proof": hexadecimal(message.proof)]
    case .get(let message): message.fieldValues
    case .form(let message): message.fieldValues
    case .data(let bytes): ["bytes": hexadecimal(bytes)]
    case .credit(let message): ["bytes": Int(message.byteCount)]
    case .put(let message):
      [
        "name": message.name.text, "length": Int(message.length),
        "sha256": message.digest?.description ?? String(repeating: "0", count: 64),
      ]
    case .ready(let message):
      ["nextOffset": Int(message.nextOffset), "credit": Int(message.credit)]
    case .stored(let message):
      ["imageId": message.imageID.description, "generation": Int(message.generation)]
    case .list(let message): ["prefix": message.prefix, "after": message.after]
    case .listing(let message):
      [
        "entries": message.entries.map { entry -> [String: Any] in
          [
            "name": entry.name.text, "imageId": entry.imageID.description,
            "size": Int(entry.byteCount), "time": Int(entry.unixTime),
          ]
        }
      ]
    case .remove(let message): ["name": message.name.text]
    case .watch(let message): ["names": message.names.map(\.text)]
    case .notify(let message):
      [
        "name": message.name.text, "imageId": message.imageID.description,
        "generation": Int(message.generation),
      ]
    case .goAway(let message):
      ["reason": Int(message.reasonNumber), "holdOff": Int(message.holdOffSeconds)]
    case .refer(let message):
      [
        "ttl": Int(message.ttlSeconds), "host": hexadecimal(message.host.bytes),
        "port": Int(message.port), "ticket": hexadecimal(message.ticket),
      ]
    case .origin(let message):
      [
        "flags": Int(message.flags.rawValue), "prefix": message.prefix,
        "deviceId": hexadecimal(message.deviceID), "keyId": message.keyID?.description ?? "",
        "keys": message.formKeys.map(\.description), "sealed": hexadecimal(message.sealedSecret),
      ]
    case .error(let message):
      [
        "code": Int(message.codeNumber), "flags": Int(message.flags.rawValue),
        "retryAfter": Int(message.retryAfterSeconds), "detail": message.detail,
      ]
    case .cancel, .ok, .ping, .pong: [:]
    }
  }
}

extension HelloMessage {
  fileprivate var fieldValues: [String: Any] {
    [
      "minor": Int(minorVersion), "maxFrame": Int(maxFrame), "keepAlive": Int(keepAliveSeconds),
      "deviceId": hexadecimal(deviceID), "keys": formKeys.map(\.description),
      "tlvs": fields.map(\.vectorValue),
    ]
  }
}

extension HelloField {
  fileprivate var vectorValue: [String: Any] {
    let (name, value): (String?, Any) =
      switch self {
      case .model(let text): ("MODEL", text)
      case .firmware(let text): ("FIRMWARE", text)
      case .batteryMillivolts(let number): ("BATTERY_MILLIVOLTS", Int(number))
      case .batteryPercent(let number): ("BATTERY_PERCENT", Int(number))
      case .rssi(let number): ("RSSI", Int(number))
      case .temperature(let number): ("TEMPERATURE", Int(number))
      case .wakeReason(let number): ("WAKE_REASON", Int(number))
      case .freeHeap(let number): ("FREE_HEAP", Int(number))
      case .lastError(let number): ("LAST_ERROR", Int(number))
      case .shown(let digest): ("SHOWN", digest.description)
      case .ticket(let bytes): ("TICKET", hexadecimal(bytes))
      case .unknown(_, let bytes): (nil, hexadecimal(bytes))
      }
    var object: [String: Any] = ["type": Int(type), "value": value]
    object["name"] = name
    return object
  }
}

extension WelcomeMessage {
  fileprivate var fieldValues: [String: Any] {
    [
      "minor": Int(minorVersion), "flags": Int(flags.rawValue), "maxFrame": Int(maxFrame),
      "keepAlive": Int(keepAliveSeconds), "unixTime": String(unixTime),
      "nonce": hexadecimal(nonce),
    ]
  }
}

extension GetMessage {
  fileprivate var fieldValues: [String: Any] {
    let wanted: [String: Any] =
      switch reference {
      case .id(let id): ["kind": 0, "imageId": id.description]
      case .name(let name): ["kind": 1, "name": name.text]
      }
    return [
      "reference": wanted, "shown": shown.description, "partial": partial.description,
      "offset": Int(offset), "credit": Int(credit),
    ]
  }
}

extension FormMessage {
  fileprivate var fieldValues: [String: Any] {
    [
      "status": Int(status.rawValue), "alternative": Int(alternative), "etag": etag.description,
      "sent": sent.description, "total": Int(total), "offset": Int(offset),
      "length": Int(length), "width": Int(width), "height": Int(height),
      "codec": Int(codec.id), "parameter": Int(codec.parameter), "generation": Int(generation),
      "nextPoll": Int(nextPollSeconds),
    ]
  }
}

extension FramingError {
  /// Why and where, in the vectors' terms.
  var vectorReason: (reason: String, offset: Int) {
    switch self {
    case .foreignPeer: ("foreign", 0)
    case .checkMismatch(_, _, let offset): ("check", offset)
    case .tooLong(_, _, let offset): ("limit", offset)
    case .flagsRefused(_, let offset): ("flags", offset)
    case .macWithoutKey(let offset), .macMissing(let offset), .macMismatch(let offset):
      ("mac", offset)
    case .trailerMissing(_, _, let offset): ("trailer", offset)
    case .crcMismatch(_, _, let offset): ("crc32", offset)
    }
  }
}

extension MessageError {
  /// Why and where in the frame, in the vectors' terms.
  var vectorReason: (reason: String, offset: Int) {
    switch self {
    case .unknownType: ("type", 0)
    case .wrongMagic: ("magic", 8)
    case .wrongVersion: ("version", 12)
    case .truncated(_, _, _, let offset): ("truncated", 8 + offset)
    case .trailing(_, let offset): ("trailing", 8 + offset)
    case .outOfRange(_, _, _, let offset): ("range", 8 + offset)
    case .wrongLength(_, _, _, let offset): ("length", 8 + offset)
    case .notUTF8(_, let offset): ("utf8", 8 + offset)
    case .nameInvalid(_, _, let offset): ("name", 8 + offset)
    }
  }
}
