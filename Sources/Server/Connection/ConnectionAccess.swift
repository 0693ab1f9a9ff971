internal import Capabilities
internal import Foundation
internal import Logging
internal import Store
internal import Transport
internal import WireProtocol

// PROVE and PROVEN: who it is, and what it may do because of that.

extension DeviceConnection {
  /// What the device may do now.
  var rights: Rights { key?.rights ?? services.access.strangers }

  /// Looks for the key that the device wants to prove.
  func lookUp(_ id: KeyID) async {
    do {
      if let id = AccessKeyID(bytes: id.bytes) { claimedKey = try await services.access.key(id) }
    } catch {
      guard !Task.isCancelled else { return }
      logger.error("a key cannot be looked up", metadata: ["error": "\(error)"])
    }
    let secret = claimedKey.flatMap { KeySecret($0.secret.bytes) }
    connection.answer { session, now in session.keyFound(secret, at: now) }
  }

  /// The device has the key that was looked up.
  func acceptProof() {
    guard let key = claimedKey else { return }
    self.key = key
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

  // MARK: Rights

  /// - Throws: ``RequestFailure`` unless the device may do this with this name.
  func require(_ action: Rights.Actions, of name: ImageName) throws {
    guard rights.allow(action, of: name.text) else { throw refusal(action) }
    noteDevice()
  }

  /// - Throws: ``RequestFailure`` unless the device may get what it refers to.
  func require(_ reference: GetMessage.Reference) throws {
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
    return RequestFailure(
      .notAllowed,
      key == nil ? "strangers may not \(verb) here" : "the key does not allow to \(verb) this")
  }

  /// Remembers what the device said of itself, once it may do something here: whoever may do nothing
  /// leaves nothing behind.
  func noteDevice() {
    guard let report = report.take() else { return }
    services.ledger.note(report, of: DeviceIdentity(id: deviceID, keyID: key?.id))
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
