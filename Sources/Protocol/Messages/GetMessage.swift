/// Asks for an image in one of the device's forms.
public struct GetMessage: Hashable, Sendable {
  /// Which image.
  public enum Reference: Hashable, Sendable {
    /// Exactly this one.
    case id(ShortDigest)
    /// Whatever the name points to.
    case name(ImageName)
  }

  /// Which image.
  public let reference: Reference
  /// The etag of what the device shows; ``ShortDigest/none``: nothing.
  public let shown: ShortDigest
  /// The digest, as sent, of what the device holds a part of; ``ShortDigest/none``: nothing.
  public let partial: ShortDigest
  /// How many bytes of `partial` the device holds.
  public let offset: UInt32
  /// The bytes the device takes at first.
  public let credit: UInt32

  /// A request; resuming needs both `partial` and `offset`.
  public init(
    reference: Reference, shown: ShortDigest = .none, partial: ShortDigest = .none,
    offset: UInt32 = 0, credit: UInt32
  ) {
    self.reference = reference
    self.shown = shown
    self.partial = partial
    self.offset = offset
    self.credit = credit
  }

  /// Where a transfer of `total` bytes with the digest `sent` starts: at the offset when the device
  /// holds a part of exactly these bytes, else at 0.
  public func startOffset(sent: ShortDigest, total: Int) -> Int {
    partial != .none && partial == sent && Int(offset) < total ? Int(offset) : 0
  }

  private static let idKind: UInt8 = 0
  private static let nameKind: UInt8 = 1

  init(from reader: inout ByteReader) throws(MessageError) {
    let start = reader.offset
    let kind = try reader.u8("GET reference kind")
    switch kind {
    case Self.idKind: reference = .id(try reader.shortDigest("GET image id"))
    case Self.nameKind: reference = .name(try reader.name("GET name"))
    default:
      throw .outOfRange(
        field: "GET reference kind", value: Int(kind), allowed: "0 (id), 1 (name)", offset: start)
    }
    shown = try reader.shortDigest("GET shown")
    partial = try reader.shortDigest("GET partial")
    offset = try reader.u32("GET offset")
    credit = try reader.u32("GET credit")
  }

  func encode(to writer: inout ByteWriter) {
    switch reference {
    case .id(let id):
      writer.u8(Self.idKind)
      writer.raw(id.bytes)
    case .name(let name):
      writer.u8(Self.nameKind)
      writer.string(name.text)
    }
    writer.raw(shown.bytes)
    writer.raw(partial.bytes)
    writer.u32(offset)
    writer.u32(credit)
  }
}
