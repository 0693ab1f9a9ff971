public import Capabilities

/// The answer to GET: which form, and which of its bytes follow in DATA.
public struct FormMessage: Hashable, Sendable {
  /// Whether DATA follows.
  public let status: FormStatus
  /// Which of the device's alternatives this is, 0…3.
  public let alternative: UInt8
  /// The digest of the form before its codec: what is shown.
  public let etag: ShortDigest
  /// The digest of the whole as sent: what a cut transfer goes on with. With ``FormStatus/patch`` of
  /// the bytes that DATA brings.
  public let sent: ShortDigest
  /// Bytes of the form as sent.
  public let total: UInt32
  /// The offset of DATA's first byte.
  public let offset: UInt32
  /// Bytes that DATA brings.
  public let length: UInt32
  /// Pixels.
  public let width: UInt16
  /// Rows.
  public let height: UInt16
  /// How the bytes must be unpacked.
  public let codec: Codec
  /// The name's generation; 0 for an image asked for by its id.
  public let generation: UInt32
  /// Seconds after which the device should ask again; 0: no advice.
  public let nextPollSeconds: UInt32

  /// The fields as they stand.
  public init(
    status: FormStatus, alternative: UInt8, etag: ShortDigest, sent: ShortDigest, total: UInt32,
    offset: UInt32, length: UInt32, width: UInt16, height: UInt16, codec: Codec,
    generation: UInt32, nextPollSeconds: UInt32
  ) {
    self.status = status
    self.alternative = alternative
    self.etag = etag
    self.sent = sent
    self.total = total
    self.offset = offset
    self.length = length
    self.width = width
    self.height = height
    self.codec = codec
    self.generation = generation
    self.nextPollSeconds = nextPollSeconds
  }

  /// One past DATA's last byte.
  var endOffset: Int { Int(offset) + Int(length) }

  /// The form is being made: everything but the delay is zero.
  public static func pending(retryAfterSeconds: UInt32) -> FormMessage {
    FormMessage(
      status: .pending, alternative: 0, etag: .none, sent: .none, total: 0, offset: 0, length: 0,
      width: 0, height: 0, codec: .identity, generation: 0, nextPollSeconds: retryAfterSeconds)
  }

  init(from reader: inout ByteReader) throws(MessageError) {
    let start = reader.offset
    let number = try reader.u8("FORM status")
    guard let status = FormStatus(rawValue: number) else {
      throw .outOfRange(
        field: "FORM status", value: Int(number), allowed: "0…3", offset: start)
    }
    self.status = status
    alternative = UInt8(
      try reader.count("FORM alternative", in: 0...WireConstants.alternativeLimit - 1))
    etag = try reader.shortDigest("FORM etag")
    sent = try reader.shortDigest("FORM sent")
    total = try reader.u32("FORM total")
    offset = try reader.u32("FORM offset")
    length = try reader.u32("FORM length")
    width = try reader.u16("FORM width")
    height = try reader.u16("FORM height")
    let codecStart = reader.offset
    let id = try reader.u8("FORM codec")
    let parameter = try reader.u8("FORM codec parameter")
    guard let codec = Codec(id: id, parameter: parameter) else {
      throw .outOfRange(
        field: "FORM codec", value: Int(id) << 8 | Int(parameter),
        allowed: "0x0000, 0x0100, 0x0209…0x020f", offset: codecStart)
    }
    self.codec = codec
    generation = try reader.u32("FORM generation")
    nextPollSeconds = try reader.u32("FORM next poll")
  }

  func encode(to writer: inout ByteWriter) {
    writer.u8(status.rawValue)
    writer.u8(alternative)
    writer.raw(etag.bytes)
    writer.raw(sent.bytes)
    writer.u32(total)
    writer.u32(offset)
    writer.u32(length)
    writer.u16(width)
    writer.u16(height)
    writer.u8(codec.id)
    writer.u8(codec.parameter)
    writer.u32(generation)
    writer.u32(nextPollSeconds)
  }
}
