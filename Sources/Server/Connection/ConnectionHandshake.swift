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
    guard !rights.isEmpty else {
      // Whoever may do nothing leaves nothing in the store either.
      return connection.answer { session, now in
        session.capabilitiesRefused(.notAllowed, detail: "strangers may do nothing here", at: now)
      }
    }
    noteDevice()
    do {
      try await services.library.remember(
        list, isTrusted: key != nil || rights.actions.contains(.register), at: Date())
      capabilities = Dictionary(list.map { ($0.formKey, $0) }, uniquingKeysWith: { $1 })
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
}
