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
  /// GET's answer; DATA follows when its status is ``FormStatus/ok`` or ``FormStatus/patch``. A
  /// device that cannot lay a patch in calls ``DeviceSession/cancel(at:)`` and asks again without
  /// `shown`.
  case form(FormMessage)
  /// GET's answer instead of a form: ask the server that it names, with its ticket in HELLO, for the
  /// same. It does not refer on.
  case referred(ReferMessage)
  /// The form's bytes from this offset on; call ``DeviceSession/consumed(byteCount:at:)`` when they
  /// are out of memory.
  case data(offset: Int, [UInt8])
  /// The last byte of the form, or of its patch, was given. The caller compares the digests, after
  /// laying a patch in, before it shows anything.
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
  /// WATCH's answer: from now on ``notified(_:)`` tells of the names.
  case watching
  /// What a watched name stands for now.
  case notified(NotifyMessage)
  /// PING's answer.
  case ponged
  /// The request failed; the connection goes on.
  case failed(ErrorMessage)
  /// Close the connection after what was sent; the last action of a session.
  case close(SessionEnd)
}
