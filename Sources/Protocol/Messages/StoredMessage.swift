/// The picture is on stable storage and the name points to it.
public struct StoredMessage: Hashable, Sendable {
  /// The first 16 bytes of the picture's SHA-256.
  public let imageID: ShortDigest
  /// The name's generation after this registration.
  public let generation: UInt32

  /// The fields as they stand.
  public init(imageID: ShortDigest, generation: UInt32) {
    self.imageID = imageID
    self.generation = generation
  }

  init(from reader: inout ByteReader) throws(MessageError) {
    imageID = try reader.shortDigest("STORED image id")
    generation = try reader.u32("STORED generation")
  }

  func encode(to writer: inout ByteWriter) {
    writer.raw(imageID.bytes)
    writer.u32(generation)
  }
}
