/// Takes a name away; the image stays.
public struct RemoveMessage: Hashable, Sendable {
  /// The name.
  public let name: ImageName

  /// The name to take away.
  public init(name: ImageName) { self.name = name }

  init(from reader: inout ByteReader) throws(MessageError) {
    name = try reader.name("REMOVE name")
  }

  func encode(to writer: inout ByteWriter) { writer.string(name.text) }
}
