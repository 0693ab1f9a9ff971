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
    var keys = try reader.formKeys(1, "ACCEPTED form key")
    while reader.remaining > 0, keys.count < WireConstants.alternativeLimit {
      keys += try reader.formKeys(1, "ACCEPTED form key")
    }
    formKeys = keys
  }

  func encode(to writer: inout ByteWriter) {
    for key in formKeys { writer.raw(key.bytes) }
  }
}
