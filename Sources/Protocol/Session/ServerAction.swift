public import Capabilities

/// Names one request of one connection. Unlike the number on the wire it is never used twice, so an
/// answer that comes after CANCEL cannot be taken for the answer to a later request.
public struct RequestToken: Hashable, Sendable {
  /// Counts the connection's requests from 1.
  public let serial: UInt64
  /// The request's number on the wire, 1…65,535.
  public let number: UInt16
}

/// What ``ServerSession`` wants done, in this order.
public enum ServerAction: Hashable, Sendable {
  /// Write these bytes.
  case send([UInt8])
  /// HELLO arrived; for the log, the limits and the rights.
  case identified(HelloMessage)
  /// Answer with ``ServerSession/keysKnown(_:at:)``.
  case lookUpKeys([FormKey])
  /// The device claims to hold this key; answer with ``ServerSession/keyFound(_:at:)``, in the same
  /// time whether there is such a key or not.
  case lookUpKey(KeyID)
  /// It does hold it; from here on nobody else speaks for it on this connection.
  case proven(KeyID)
  /// Remember these kinds of devices; answer with ``ServerSession/capabilitiesAccepted(at:)`` or
  /// ``ServerSession/capabilitiesRefused(_:retryAfterSeconds:detail:at:)``.
  case register([Capability])
  /// The requests that follow are for this device; a front says so (``ServerSession/Settings``).
  case originated(OriginMessage)
  /// Find a form; answer with ``ServerSession/formFound(_:_:patch:at:)``,
  /// ``ServerSession/formPending(_:retryAfterSeconds:at:)``,
  /// ``ServerSession/formElsewhere(_:_:at:)`` or `failed`.
  case find(RequestToken, GetMessage, alternatives: [FormKey])
  /// Read these bytes of the form as sent once the connection takes more output; answer with
  /// ``ServerSession/produced(_:_:at:)`` or `failed`.
  case produce(RequestToken, offset: Int, byteCount: Int)
  /// The form's last byte was handed to `send`; unpin it.
  case formSent(RequestToken)
  /// Look for a partial upload; answer with ``ServerSession/uploadReady(_:nextOffset:at:)`` or
  /// `failed`.
  case beginUpload(RequestToken, PutMessage)
  /// Keep these bytes, then call ``ServerSession/uploadConsumed(_:byteCount:at:)``.
  case uploadBytes(RequestToken, offset: Int, [UInt8])
  /// All bytes are here: compare with the digest, store, answer with
  /// ``ServerSession/stored(_:imageID:generation:at:)`` or `failed`.
  case finishUpload(RequestToken, PictureDigest)
  /// Answer with ``ServerSession/listed(_:entries:isComplete:at:)``: entries after `after`, in
  /// bytewise order, at most `limit` of them.
  case list(RequestToken, ListMessage, limit: Int)
  /// Answer with ``ServerSession/removed(_:at:)`` or `failed`.
  case remove(RequestToken, ImageName)
  /// Call ``ServerSession/notify(_:imageID:generation:at:)`` whenever something happens to one of
  /// these names, instead of those before; answer with ``ServerSession/watching(_:at:)`` or
  /// `failed`, after which those before go on. No name stands twice, and there may be none.
  case watch(RequestToken, [ImageName])
  /// Stop what is done for this request; its answers will be ignored. A partial upload with a
  /// declared digest is kept for a later one.
  case abandon(RequestToken)
  /// Close the connection after what was sent; the last action of a session.
  case close(SessionEnd)
}

/// The part of a form in which it differs from the one that a device shows.
public struct FormPatch: Hashable, Sendable {
  /// The bytes of the form that are sent, at least one.
  public let range: Range<Int>
  /// The digest of these bytes.
  public let sent: ShortDigest

  /// - Parameter range: not empty.
  public init(range: Range<Int>, sent: ShortDigest) {
    precondition(range.lowerBound >= 0 && !range.isEmpty)
    self.range = range
    self.sent = sent
  }
}

/// A form that can be sent.
public struct FormDescription: Hashable, Sendable {
  /// Which of the device's alternatives this is, 0…3.
  public let alternative: Int
  /// The digest of the form before its codec.
  public let etag: ShortDigest
  /// The digest of the bytes as sent.
  public let sent: ShortDigest
  /// Bytes as sent, at least 1.
  public let total: Int
  /// Pixels.
  public let width: UInt16
  /// Rows.
  public let height: UInt16
  /// How the device unpacks the bytes.
  public let codec: Codec
  /// The name's generation; 0 for an image asked for by its id.
  public let generation: UInt32
  /// Seconds after which the device should ask again; 0: no advice.
  public let nextPollSeconds: UInt32

  /// The fields as they stand.
  public init(
    alternative: Int, etag: ShortDigest, sent: ShortDigest, total: Int, width: UInt16,
    height: UInt16, codec: Codec, generation: UInt32, nextPollSeconds: UInt32
  ) {
    precondition((0..<WireConstants.alternativeLimit).contains(alternative) && total > 0)
    self.alternative = alternative
    self.etag = etag
    self.sent = sent
    self.total = total
    self.width = width
    self.height = height
    self.codec = codec
    self.generation = generation
    self.nextPollSeconds = nextPollSeconds
  }

  /// FORM with these fields.
  /// - Parameter digest: that of the bytes as sent, when these are a patch's.
  func message(
    status: FormStatus, offset: Int, length: Int, digest: ShortDigest? = nil
  ) -> FormMessage {
    FormMessage(
      status: status, alternative: UInt8(alternative), etag: etag, sent: digest ?? sent,
      total: UInt32(total), offset: UInt32(offset), length: UInt32(length), width: width,
      height: height, codec: codec, generation: generation, nextPollSeconds: nextPollSeconds)
  }
}
