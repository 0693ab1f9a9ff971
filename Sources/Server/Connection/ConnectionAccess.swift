internal import Capabilities
internal import Foundation
internal import Logging
internal import Store
internal import Transport
internal import WireProtocol

// PROVE and PROVEN: who it is, and what it may do because of that.

extension DeviceConnection {
  /// What the other side may do now; a ticket gives no rights but for its one GET.
  var rights: Rights {
    switch standing {
    case .stranger: services.access.strangers.limited(to: door.actions)
    case .holder(let key): services.access.rights(of: key).limited(to: door.actions)
    case .front(let origin): origin.map(Rights.init) ?? .all
    case .guest, .claimant: .none
    }
  }

  /// The key of the device that asks; `nil`: it proved none.
  var keyID: AccessKeyID? {
    switch standing {
    case .holder(let key): key.id
    case .front(let origin): origin?.keyID.flatMap { AccessKeyID(bytes: $0.bytes) }
    case .guest(let grant, _): grant.key?.id
    case .stranger, .claimant: nil
    }
  }

  /// The device has a ticket, whether or not its key is proven yet.
  var hasTicket: Bool {
    switch standing {
    case .guest, .claimant: true
    case .stranger, .holder, .front: false
    }
  }

  // MARK: Proofs

  /// Looks for the key that the device wants to prove.
  func lookUp(_ id: KeyID) async {
    claimedKey = nil
    do {
      switch (door, standing) {
      case (.fronts(let key), _):
        if key.id == id { claimedKey = .servers }
      case (_, .claimant(let grant, let ticket)):
        if grant.key?.id.text == id.description { claimedKey = .ticket(grant, ticket: ticket) }
      default:
        if let id = AccessKeyID(bytes: id.bytes), let key = try await services.access.key(id) {
          claimedKey = .access(key)
        }
      }
    } catch {
      guard !Task.isCancelled else { return }
      logger.error("a key cannot be looked up", metadata: ["error": "\(error)"])
    }
    let secret = claimedSecret
    connection.answer { session, now in session.keyFound(secret, at: now) }
  }

  private var claimedSecret: KeySecret? {
    switch claimedKey {
    case .access(let key): KeySecret(key.secret.bytes)
    case .servers:
      if case .fronts(let key) = door { key.secret } else { nil }
    case .ticket(let grant, _): grant.key?.secret
    case nil: nil
    }
  }

  /// The other side has the key that was looked up.
  func acceptProof() {
    switch claimedKey {
    case .access(let key): hold(key)
    case .servers:
      standing = .front(nil)
      logger.debug("a front is there")
    case .ticket(let grant, let ticket): redeem(ticket, for: grant)
    case nil: break
    }
  }

  private func hold(_ key: AccessKey) {
    standing = .holder(key)
    identity = .key(key.id)
    logger[metadataKey: "key"] = "\(key.id)"
    logger.debug("proven")
    noteDevice()
    services.access.enter(ObjectIdentifier(self), by: key) { [weak self] in
      Task { await self?.endForRevokedKey() }
    }
    launchAside { [kinds = Array(capabilities.keys)] connection in
      await connection.services.access.check(ObjectIdentifier(connection))
      await connection.trust(kinds)
    }
  }

  /// The kinds that strangers told of are to be believed when a device with a key uses them, too.
  private func trust(_ kinds: [FormKey]) async {
    guard !kinds.isEmpty else { return }
    do {
      try await services.library.trust(kinds)
    } catch {
      logger.error("kinds cannot be trusted", metadata: ["error": "\(error)"])
    }
  }

  private func endForRevokedKey() {
    connection.answer { session, _ in
      session.refuse(.notProven, detail: "the key was revoked")
    }
  }

  // MARK: Fronts and tickets

  /// A front says for whom it asks from now on.
  func speak(for origin: OriginMessage) {
    guard case .front = standing else { return }
    standing = .front(origin)
    deviceID = origin.deviceID
    identity = keyID.map(UploadIdentity.key) ?? .device(deviceID)
  }

  /// The device has a ticket: it is used up now, or when the key that belongs to it is proven.
  func present(_ ticket: [UInt8], _ formKeys: [FormKey], to tickets: TicketOffice) {
    guard let grant = tickets.look(at: ticket, deviceID: deviceID, formKeys: formKeys) else {
      return refuseTicket()
    }
    if grant.key == nil {
      redeem(ticket, for: grant)
    } else {
      standing = .claimant(grant, ticket: ticket)
    }
  }

  private func redeem(_ ticket: [UInt8], for grant: TicketGrant) {
    guard case .referred(let tickets) = door, tickets.redeem(ticket) else { return refuseTicket() }
    standing = .guest(grant, isSpent: false)
  }

  private func refuseTicket() {
    connection.answer { session, _ in
      session.refuse(.notProven, detail: "the ticket is unknown, used, too old or another device's")
    }
  }

  // MARK: Rights

  /// - Throws: ``RequestFailure`` unless the device may do this with this name.
  func require(_ action: Rights.Actions, of name: ImageName) throws {
    guard rights.allow(action, of: name.text) else { throw refusal(action) }
    noteDevice()
  }

  /// - Throws: ``RequestFailure`` unless the device may get what it refers to. A ticket's one GET is
  ///   over with this.
  func require(_ reference: GetMessage.Reference) throws {
    if case .guest(let grant, isSpent: false) = standing, grant.reference == reference {
      standing = .guest(grant, isSpent: true)
      return
    }
    switch reference {
    case .name(let name): try require(.retrieve, of: name)
    case .id:
      guard rights.allowImageIDs else { throw refusal(.retrieve) }
      noteDevice()
    }
  }

  /// What is said to a device that may not do this.
  func refusal(_ action: Rights.Actions) -> RequestFailure {
    let verb = action == .register ? "register" : "retrieve"
    if hasTicket { return RequestFailure(.notAllowed, "the ticket does not allow this") }
    guard door.actions.contains(action), services.access.actions.contains(action) else {
      return RequestFailure(.notAllowed, "nobody may \(verb) at this server")
    }
    return RequestFailure(
      .notAllowed,
      keyID == nil ? "strangers may not \(verb) here" : "the key does not allow to \(verb) this")
  }

  /// For whom the request in flight is.
  func requester(_ alternatives: [Capability] = [], secret: KeySecret? = nil) -> Requester {
    var (takesReferrals, secret, isCounted) = (self.takesReferrals, secret, true)
    switch door {
    case .devices: break
    case .fronts(let key):
      guard case .front(let origin?) = standing else { break }
      takesReferrals = origin.flags.contains(.refer)
      secret = origin.keyID.flatMap { ReferralSeal(key.secret).open(origin.sealedSecret, for: $0) }
    case .referred:
      // Nobody is referred on from here.
      takesReferrals = false
      if case .guest = standing { isCounted = false }
    }
    return Requester(
      deviceID: deviceID, keyID: keyID, rights: rights, alternatives: alternatives,
      takesReferrals: takesReferrals, referralSecret: secret, isCounted: isCounted)
  }

  /// Remembers what the device said of itself, once it may do something here: whoever may do nothing
  /// leaves nothing behind.
  func noteDevice() {
    guard let report = report.take() else { return }
    // A front has said nothing of its device, and a device that was referred here said it there.
    if case .front = standing { return }
    services.ledger.note(report, of: DeviceIdentity(id: deviceID, keyID: keyID))
  }
}

extension DeviceReport {
  /// What a device says of itself in HELLO.
  init(_ hello: HelloMessage, at time: Date) {
    self.init(seenAt: time)
    for field in hello.fields {
      switch field {
      case .model(let text): model = text
      case .firmware(let text): firmware = text
      case .batteryMillivolts(let value): batteryMillivolts = Int(value)
      case .batteryPercent(let value): batteryPercent = Int(value)
      case .rssi(let value): rssi = Int(value)
      case .temperature(let value): temperature = Int(value)
      case .wakeReason(let value): wakeReason = Int(value)
      case .freeHeap(let value): freeHeap = Int(value)
      case .lastError(let value): lastError = Int(value)
      case .shown(let digest): shown = digest.bytes
      case .ticket, .unknown: break
      }
    }
  }
}
