/// What a watched name stands for now.
public struct NotifyMessage: Hashable, Sendable {
  /// The name.
  public let name: ImageName
  /// The image it points to; ``ShortDigest/none``: the name was removed.
  public let imageID: ShortDigest
  /// The name's generation; of a removed one its last.
  public let generation: UInt32

  /// The fields as they stand.
  public init(name: ImageName, imageID: ShortDigest, generation: UInt32) {
    self.name = name
    self.imageID = imageID
    self.generation = generation
  }

  /// True when the name points to nothing any more.
  public var isRemoval: Bool { imageID == .none }

  /// True when this tells of a later moment than `other`, of the same name. A removal keeps the
  /// generation of the registration before it.
  func isNewer(than other: NotifyMessage) -> Bool {
    generation == other.generation
      ? isRemoval && !other.isRemoval : generation > other.generation
  }

  init(from reader: inout ByteReader) throws(MessageError) {
    name = try reader.name("NOTIFY name")
    imageID = try reader.shortDigest("NOTIFY image id")
    generation = try reader.u32("NOTIFY generation")
  }

  func encode(to writer: inout ByteWriter) {
    writer.string(name.text)
    writer.raw(imageID.bytes)
    writer.u32(generation)
  }
}
