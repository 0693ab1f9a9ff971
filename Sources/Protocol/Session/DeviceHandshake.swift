import Capabilities

// WELCOME, ACCEPTED and ERROR (spec/PROTOCOL.md, "Handshake").

extension DeviceSession {
  mutating func receive(
    _ welcome: WelcomeMessage, _ frame: Frame, at now: Duration,
    into actions: inout [DeviceAction]
  ) {
    guard phase == .awaitingWelcome else {
      return end(.unexpected(.welcome, state: "welcome already"), at: now, into: &actions)
    }
    if let proofSeed {
      return prove(proofSeed, after: welcome, frame, at: now, into: &actions)
    }
    guard !welcome.flags.contains(.mustAuthenticate) else {
      return end(.authenticationRequired, at: now, into: &actions)
    }
    take(welcome, at: now, into: &actions)
  }

  /// WELCOME counts from here on: at once, or once the server has proven that it is its own.
  mutating func take(
    _ welcome: WelcomeMessage, at now: Duration, into actions: inout [DeviceAction]
  ) {
    writer.encoder.maxFrame = Int(welcome.maxFrame)
    keepAliveSeconds = Int(welcome.keepAliveSeconds)
    actions.append(.welcomed(welcome))
    guard welcome.flags.contains(.needCapabilities) else {
      deadlines.handshake = nil
      phase = .open
      return actions.append(.accepted)
    }
    guard !capabilities.isEmpty else {
      return end(
        .wrongAnswer(field: "WELCOME flags", reason: "asks for capabilities of a device with none"),
        at: now, into: &actions)
    }
    sendCapabilities(at: now, into: &actions)
  }

  mutating func sendCapabilities(at now: Duration, into actions: inout [DeviceAction]) {
    phase = .awaitingAccepted
    deadlines.handshake = now + settings.handshakeDeadline
    send(
      .capabilities(CapabilitiesMessage(descriptors: capabilities.map(\.descriptor))),
      request: 0, at: now, into: &actions)
  }

  mutating func receive(
    _ accepted: AcceptedMessage, at now: Duration, into actions: inout [DeviceAction]
  ) {
    guard phase == .awaitingAccepted else {
      return end(.unexpected(.accepted, state: "nothing was offered"), at: now, into: &actions)
    }
    guard accepted.formKeys == capabilities.map(\.formKey) else {
      return end(
        .wrongAnswer(field: "ACCEPTED", reason: "keys are not those of HELLO"), at: now,
        into: &actions)
    }
    deadlines.handshake = nil
    phase = .open
    actions.append(.accepted)
  }

  mutating func receive(
    _ error: ErrorMessage, _ frame: Frame, at now: Duration, into actions: inout [DeviceAction]
  ) {
    if error.flags.contains(.closes) || error.code?.scope == .connection {
      return end(.peerError(error), at: now, into: &actions)
    }
    if frame.request == 0, phase == .awaitingAccepted {
      deadlines.handshake = nil
      phase = .open
      return actions.append(.capabilitiesRefused(error))
    }
    guard isAnswer(frame) else {
      return end(
        .unexpected(.error, state: "request \(frame.request) is not in flight"), at: now,
        into: &actions)
    }
    finish(.failed(error), at: now, into: &actions)
  }
}
