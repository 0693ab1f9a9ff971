import Capabilities
import WireProtocol

/// Takes the first byte of an input as a message's type and the rest as its payload; the rest of one
/// that begins with 0, which no message has, as a capability descriptor.
/// - Returns: what did not hold; `nil` when everything did.
func exerciseMessages(_ input: [UInt8]) -> String? {
  var script = FuzzScript(input)
  let type = script.byte()
  let bytes = Array(input.dropFirst())
  return type == 0 ? exerciseDescriptor(bytes) : exercisePayload(type, bytes)
}

private func exercisePayload(_ type: UInt8, _ payload: [UInt8]) -> String? {
  let message: Message
  do throws(MessageError) {
    guard let known = try Message(Frame(type: type, flags: [], request: 1, payload: payload)) else {
      return MessageType.isSkippable(type) ? nil : "type \(type) is skipped"
    }
    message = known
  } catch {
    if let offset = error.offset, !(0...payload.count).contains(offset) {
      return "an error at byte \(offset) of \(payload.count)"
    }
    return error.description.isEmpty ? "an error without words" : nil
  }
  guard message.type.rawValue == type else { return "type \(type) became \(message.type.word)" }
  guard message.payload == payload else { return "\(message.type.word) is not encoded as it came" }
  let again = try? Message(
    Frame(type: type, flags: [], request: 1, payload: message.payload))
  guard again == message else { return "\(message.type.word) is not decoded as it was" }
  guard case .capabilities(let capabilities) = message else { return nil }
  return capabilities.descriptors.lazy.compactMap { exerciseDescriptor($0) }.first
}

private func exerciseDescriptor(_ bytes: [UInt8]) -> String? {
  let capability: Capability
  do throws(CapabilityError) { capability = try Capability(descriptor: bytes) } catch {
    if let offset = error.offset, !(0...bytes.count).contains(offset) {
      return "an error at byte \(offset) of \(bytes.count)"
    }
    return error.description.isEmpty ? "an error without words" : nil
  }
  guard capability.descriptor == bytes else { return "a descriptor is not encoded as it came" }
  guard (try? Capability(descriptor: capability.descriptor)) == capability else {
    return "a descriptor is not decoded as it was"
  }
  return capability.formKey.bytes.count == FormKey.byteCount ? nil : "a form key of another length"
}

extension MessageError {
  /// Where in the payload; `nil` for errors of the whole of it.
  fileprivate var offset: Int? {
    switch self {
    case .truncated(_, _, _, let offset), .trailing(_, let offset),
      .outOfRange(_, _, _, let offset), .wrongLength(_, _, _, let offset), .notUTF8(_, let offset),
      .nameInvalid(_, _, let offset):
      offset
    case .unknownType, .wrongMagic, .wrongVersion: nil
    }
  }
}

extension CapabilityError {
  /// Where in the descriptor, if at one place.
  fileprivate var offset: Int? {
    switch self {
    case .truncated(_, _, let offset), .unknownField(_, let offset),
      .unknownValue(_, _, _, let offset), .outOfOrder(_, _, let offset),
      .wrongLength(_, _, _, let offset), .defaultPresent(_, let offset):
      offset
    case .outOfRange(_, _, _, let offset): offset
    case .missing, .contradiction, .formTooLarge: nil
    }
  }
}
