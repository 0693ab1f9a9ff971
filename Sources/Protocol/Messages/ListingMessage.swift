/// One page of names.
public struct ListingMessage: Hashable, Sendable {
  /// A name and what it points to.
  public struct Entry: Hashable, Sendable {
    /// The name.
    public let name: ImageName
    /// The image it points to.
    public let imageID: ShortDigest
    /// Bytes of the picture as it was registered.
    public let byteCount: UInt32
    /// When it was registered, in seconds since 1970-01-01 00:00 UTC.
    public let unixTime: UInt32

    /// The fewest bytes of an entry on the wire.
    static let minByteCount = 26

    /// Bytes of this entry on the wire.
    var encodedByteCount: Int { Self.minByteCount - 1 + name.text.utf8.count }

    /// The fields as they stand.
    public init(name: ImageName, imageID: ShortDigest, byteCount: UInt32, unixTime: UInt32) {
      self.name = name
      self.imageID = imageID
      self.byteCount = byteCount
      self.unixTime = unixTime
    }
  }

  /// In bytewise order of their names.
  public let entries: [Entry]

  /// A page of names.
  public init(entries: [Entry]) { self.entries = entries }

  init(from reader: inout ByteReader) throws(MessageError) {
    var entries: [Entry] = []
    while reader.remaining > 0 {
      entries.append(
        Entry(
          name: try reader.name("LISTING name"),
          imageID: try reader.shortDigest("LISTING image id"),
          byteCount: try reader.u32("LISTING size"), unixTime: try reader.u32("LISTING time")))
    }
    self.entries = entries
  }

  func encode(to writer: inout ByteWriter) {
    for entry in entries {
      writer.string(entry.name.text)
      writer.raw(entry.imageID.bytes)
      writer.u32(entry.byteCount)
      writer.u32(entry.unixTime)
    }
  }
}
