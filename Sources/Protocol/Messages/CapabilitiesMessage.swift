/// The descriptors behind the form keys of HELLO, in the same order.
public struct CapabilitiesMessage: Hashable, Sendable {
  /// 1…4 descriptors of 0…65,535 bytes each; what they say is checked by the session.
  public let descriptors: [[UInt8]]

  /// - Parameter descriptors: 1…4, each below 64 KiB.
  public init(descriptors: [[UInt8]]) {
    precondition((1...WireConstants.alternativeLimit).contains(descriptors.count))
    self.descriptors = descriptors
  }

  init(from reader: inout ByteReader) throws(MessageError) {
    let count = try reader.count("CAPABILITIES count", in: 1...WireConstants.alternativeLimit)
    var descriptors: [[UInt8]] = []
    for _ in 0..<count {
      let byteCount = Int(try reader.u16("CAPABILITIES descriptor length"))
      descriptors.append(try reader.bytes(byteCount, "CAPABILITIES descriptor"))
    }
    self.descriptors = descriptors
  }

  func encode(to writer: inout ByteWriter) {
    writer.u8(UInt8(descriptors.count))
    for descriptor in descriptors {
      writer.u16(UInt16(descriptor.count))
      writer.raw(descriptor)
    }
  }
}
