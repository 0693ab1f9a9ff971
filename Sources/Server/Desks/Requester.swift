internal import Capabilities
internal import Store
internal import WireProtocol

/// For whom a request is done.
struct Requester: Sendable {
  /// What the device calls itself, 0–32 bytes.
  let deviceID: [UInt8]
  /// The key that it proved; `nil`: none.
  let keyID: AccessKeyID?
  /// What it may do.
  let rights: Rights
  /// What it can show, best first, 0…4; empty where that does not matter.
  let alternatives: [Capability]
  /// It takes REFER, or the front that asks for it wants it.
  let takesReferrals: Bool
  /// What it proves to a server that it is referred to; `nil` without a key.
  let referralSecret: KeySecret?
  /// False for a ticket that is redeemed: the request was counted when it was handed out.
  var isCounted = true
}
