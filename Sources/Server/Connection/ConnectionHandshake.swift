internal import Capabilities
internal import Foundation
internal import Logging
internal import Render
internal import Store
internal import Transport
internal import WireProtocol

// HELLO to ACCEPTED: who is there, and what it can show.

extension DeviceConnection {
  func identify(_ hello: HelloMessage) {
    deviceID = hello.deviceID
    identity = .device(deviceID)
    report = DeviceReport(hello, at: Date())
    takesReferrals = hello.minorVersion >= WireConstants.referMinorVersion
    if case .referred(let tickets) = door, let ticket = hello.ticket {
      present(ticket, hello.formKeys, to: tickets)
    }
    if !deviceID.isEmpty { logger[metadataKey: "device"] = "\(hexadecimal(deviceID))" }
    logger.debug("hello", metadata: ["kinds": "\(hello.formKeys.count)"])
  }

  func lookUp(_ keys: [FormKey]) async {
    do {
      capabilities = try await services.library.capabilities(for: keys)
    } catch {
      guard !Task.isCancelled else { return }
      logger.error("capabilities cannot be looked up", metadata: ["error": "\(error)"])
    }
    let known = Set(capabilities.keys)
    connection.answer { session, now in session.keysKnown(known, at: now) }
  }

  func remember(_ list: [Capability]) async {
    guard !rights.isEmpty || hasTicket else {
      // Whoever may do nothing leaves nothing in the store either.
      return connection.answer { session, now in
        session.capabilitiesRefused(.notAllowed, detail: "strangers may do nothing here", at: now)
      }
    }
    noteDevice()
    do {
      try await services.library.remember(
        list, isTrusted: keyID != nil || rights.actions.contains(.register), at: Date())
      forgetKinds(beyond: list.count)
      for capability in list { capabilities[capability.formKey] = capability }
      connection.answer { session, now in session.capabilitiesAccepted(at: now) }
    } catch {
      guard !Task.isCancelled else { return }
      let failure = RequestFailure(error, logger)
      connection.answer { session, now in
        session.capabilitiesRefused(
          failure.code, retryAfterSeconds: failure.retryAfterSeconds, detail: failure.detail,
          at: now)
      }
    }
  }

  /// The kinds that a GET is for. A front's devices come one after the other on one connection, so
  /// theirs are looked up when they are asked for.
  /// - Throws: ``RequestFailure`` when one is not known.
  func kinds(_ keys: [FormKey]) async throws -> [Capability] {
    let unknown = keys.filter { capabilities[$0] == nil }
    if !unknown.isEmpty, case .front = standing {
      forgetKinds(beyond: unknown.count)
      capabilities.merge(try await services.library.capabilities(for: unknown)) { $1 }
    }
    let kinds = keys.compactMap { capabilities[$0] }
    guard kinds.count == keys.count else {
      if case .front = standing {
        throw RequestFailure(.noCapabilities, "a kind of device is not known here")
      }
      throw RequestFailure(.internalError, "a capability was forgotten")
    }
    return kinds
  }

  /// Makes room for kinds: a connection of a front sees many.
  private func forgetKinds(beyond count: Int) {
    if capabilities.count + count > Self.kindLimit { capabilities = [:] }
  }
}
