/// What ``DeviceSession`` wants done, in this order.
public enum DeviceAction: Hashable, Sendable {
  /// Write these bytes.
  case send([UInt8])
  /// The server is there.
  case welcomed(WelcomeMessage)
  /// The server knows every capability of this device.
  case accepted
  /// The server refuses a capability; GET will fail with NO_CAPABILITIES.
  case capabilitiesRefused(ErrorMessage)
  /// GET's answer; DATA follows when its status is ``FormStatus/ok``.
  case form(FormMessage)
  /// The form's bytes from this offset on; call ``DeviceSession/consumed(byteCount:at:)`` when they
  /// are out of memory.
  case data(offset: Int, [UInt8])
  /// The form's last byte was given. The caller compares the digests before it shows anything.
  case formComplete
  /// Call ``DeviceSession/uploadBytes(_:at:)`` with this part of the picture (or of the picture and
  /// the 32 bytes of its digest, when that was not declared).
  case upload(offset: Int, byteCount: Int)
  /// PUT's answer.
  case stored(StoredMessage)
  /// LIST's answer; `isLast`: no name follows these.
  case listing([ListingMessage.Entry], isLast: Bool)
  /// REMOVE's answer.
  case removed
  /// PING's answer.
  case ponged
  /// The request failed; the connection goes on.
  case failed(ErrorMessage)
  /// Close the connection after what was sent; the last action of a session.
  case close(SessionEnd)
}
