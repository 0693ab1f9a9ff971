public import Capabilities

/// The keys of the descriptors that CAPABILITIES brought, as the server computed them.
public struct AcceptedMessage: Hashable, Sendable {
  /// 1…4 keys in the order of CAPABILITIES.
  public let formKeys: [FormKey]

  /// - Parameter formKeys: 1…4.
  public init(formKeys: [FormKey]) {
    precondition((1...WireConstants.alternativeLimit).contains(formKeys.count))
    self.formKeys = formKeys
  }

  init(from reader: inout ByteReader) throws(MessageError) {
    let count = reader.remaining / FormKey.byteCount
    guard (1...WireConstants.alternativeLimit).contains(count) else {
      throw .outOfRange(
        field: "ACCEPTED key count", value: count, allowed: "1…\(WireConstants.alternativeLimit)",
        offset: 0)
    }
    formKeys = try reader.formKeys(count, "ACCEPTED form key")
  }

  func encode(to writer: inout ByteWriter) {
    for key in formKeys { writer.raw(key.bytes) }
  }
}
