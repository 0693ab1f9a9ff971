/// Asks for the names that begin with a prefix, in bytewise order, one page an answer.
public struct ListMessage: Hashable, Sendable {
  /// 0…128 bytes without control characters.
  public let prefix: String
  /// The last name of the page before; empty at first.
  public let after: String

  /// - Throws: ``ImageName/Fault`` when one of them is neither empty nor a name.
  public init(prefix: String = "", after: String = "") throws(ImageName.Fault) {
    if !prefix.isEmpty { _ = try ImageName(prefix) }
    if !after.isEmpty { _ = try ImageName(after) }
    self.prefix = prefix
    self.after = after
  }

  init(from reader: inout ByteReader) throws(MessageError) {
    prefix = try reader.partialName("LIST prefix")
    after = try reader.partialName("LIST after")
  }

  func encode(to writer: inout ByteWriter) {
    writer.string(prefix)
    writer.string(after)
  }
}
