/// Registers a picture under a name.
public struct PutMessage: Hashable, Sendable {
  /// The name that shall point to the picture.
  public let name: ImageName
  /// Bytes of the picture.
  public let length: UInt32
  /// The picture's SHA-256; `nil` (zeros on the wire): 32 digest bytes follow it in DATA.
  public let digest: PictureDigest?

  /// A registration; a digest that is not known yet makes the upload not resumable.
  public init(name: ImageName, length: UInt32, digest: PictureDigest?) {
    self.name = name
    self.length = length
    self.digest = digest
  }

  /// Bytes that DATA brings: the picture, and its digest if that was not declared.
  public var streamByteCount: Int {
    Int(length) + (digest == nil ? PictureDigest.byteCount : 0)
  }

  init(from reader: inout ByteReader) throws(MessageError) {
    name = try reader.name("PUT name")
    length = try reader.u32("PUT length")
    let bytes = try reader.bytes(PictureDigest.byteCount, "PUT SHA-256")
    digest = bytes.allSatisfy { $0 == 0 } ? nil : PictureDigest(checked: bytes)
  }

  func encode(to writer: inout ByteWriter) {
    writer.string(name.text)
    writer.u32(length)
    writer.raw(digest?.bytes ?? Array(repeating: 0, count: PictureDigest.byteCount))
  }
}
