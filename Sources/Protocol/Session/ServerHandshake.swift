public import Capabilities

// HELLO to ACCEPTED (spec/PROTOCOL.md, "Handshake"); the proof between them is in ServerProof.swift.

extension ServerSession {
  /// Which of the keys in ``ServerAction/lookUpKeys(_:)`` the server knows.
  public mutating func keysKnown(_ known: Set<FormKey>, at now: Duration) -> [ServerAction] {
    var actions: [ServerAction] = []
    guard phase == .lookingUpKeys, let hello else { return actions }
    needsCapabilities = !hello.formKeys.allSatisfy(known.contains)
    if !needsCapabilities { alternatives = hello.formKeys }
    welcome(at: now, into: &actions)
    return actions
  }

  /// The capabilities of ``ServerAction/register(_:)`` are kept.
  public mutating func capabilitiesAccepted(at now: Duration) -> [ServerAction] {
    var actions: [ServerAction] = []
    guard phase == .registering else { return actions }
    alternatives = announcedKeys
    send(.accepted(AcceptedMessage(formKeys: announcedKeys)), request: 0, into: &actions)
    open(at: now, into: &actions)
    return actions
  }

  /// The capabilities of ``ServerAction/register(_:)`` cannot be served.
  /// - Parameters:
  ///   - code: of request scope.
  ///   - retryAfterSeconds: when they may be served, for a code that can be tried again.
  public mutating func capabilitiesRefused(
    _ code: ErrorCode, retryAfterSeconds: UInt16 = 0, detail: String, at now: Duration
  ) -> [ServerAction] {
    precondition(code.scope == .request, "\(code.word) closes")
    var actions: [ServerAction] = []
    guard phase == .registering else { return actions }
    let error = ErrorMessage(
      code: code, retryAfterSeconds: retryAfterSeconds, detail: detail)
    send(.error(error), request: 0, into: &actions)
    open(at: now, into: &actions)
    return actions
  }

  mutating func begin(
    _ hello: HelloMessage, _ frame: Frame, at now: Duration, into actions: inout [ServerAction]
  ) {
    writer.encoder = FrameEncoder(
      maxFrame: Int(hello.maxFrame), usesCRC32: frame.flags.contains(.crc32))
    decoder.maxFrame = settings.maxFrame
    self.hello = hello
    transcript = frame.transcript
    if hello.keepAliveSeconds > 0 {
      keepAliveSeconds = min(keepAliveSeconds, Int(hello.keepAliveSeconds))
    }
    deadlines.handshake = nil
    guard settings.takesTickets || hello.ticket == nil else {
      return end(.refused(.notProven, detail: "no ticket is taken here"), into: &actions)
    }
    actions.append(.identified(hello))
    if hello.formKeys.isEmpty {
      welcome(at: now, into: &actions)
    } else {
      phase = .lookingUpKeys
      actions.append(.lookUpKeys(hello.formKeys))
    }
  }

  mutating func receive(
    _ message: CapabilitiesMessage, into actions: inout [ServerAction]
  ) {
    guard phase == .awaitingCapabilities || isOriginUnknown else {
      return end(.unexpected(.capabilities, state: stateWord), into: &actions)
    }
    deadlines.handshake = nil
    phase = .registering
    let refusal: ErrorMessage
    switch Self.capabilities(message.descriptors, keys: announcedKeys) {
    case .success(let capabilities):
      return actions.append(.register(capabilities))
    case .failure(let error):
      refusal = error.message
    }
    send(.error(refusal), request: 0, into: &actions)
    open(at: deadlines.lastSign, into: &actions)
  }

  /// The kinds that the device, or a front for its device, said it is of.
  private var announcedKeys: [FormKey] { origin?.formKeys ?? hello?.formKeys ?? [] }

  /// A front may describe the device that it asks for, whenever nothing is in flight.
  private var isOriginUnknown: Bool {
    phase == .open && active == nil && origin?.formKeys.isEmpty == false
  }

  /// ORIGIN: what follows is for another device. Whether its kinds are known shows with its GET.
  mutating func receive(_ origin: OriginMessage, into actions: inout [ServerAction]) {
    guard settings.takesOrigins, isProven, phase == .open, active == nil else {
      return end(.unexpected(.origin, state: stateWord), into: &actions)
    }
    self.origin = origin
    alternatives = origin.formKeys
    actions.append(.originated(origin))
  }

  private mutating func welcome(at now: Duration, into actions: inout [ServerAction]) {
    var flags: WelcomeMessage.Flags = needsCapabilities ? .needCapabilities : []
    if mustProve { flags.insert(.mustAuthenticate) }
    let message = WelcomeMessage(
      minorVersion: min(hello?.minorVersion ?? 0, WireConstants.minorVersion), flags: flags,
      maxFrame: UInt16(settings.maxFrame), keepAliveSeconds: UInt16(keepAliveSeconds),
      unixTime: unixTime, nonce: nonce)
    let bytes = writer.encode(.welcome(message), request: 0)
    transcript?.append(contentsOf: bytes.dropLast(writer.trailerByteCount))
    actions.append(.send(bytes))
    guard mustProve else { return proceed(at: now, into: &actions) }
    if let (_, request) = held { return end(.proofRequired(request.type), into: &actions) }
    phase = .awaitingProof
    deadlines.handshake = now + settings.handshakeDeadline
  }

  /// What comes after WELCOME, or after the proof.
  mutating func proceed(at now: Duration, into actions: inout [ServerAction]) {
    guard needsCapabilities else { return open(at: now, into: &actions) }
    phase = .awaitingCapabilities
    deadlines.handshake = now + settings.handshakeDeadline
  }

  /// The handshake is over, with or without capabilities.
  private mutating func open(at now: Duration, into actions: inout [ServerAction]) {
    phase = .open
    deadlines.lastSign = now
    guard let (token, request) = held else { return sendNews(into: &actions) }
    held = nil
    start(request, token, at: now, into: &actions)
  }

  /// Why descriptors are refused.
  private struct DescriptorRefusal: Error {
    let message: ErrorMessage
  }

  /// The capabilities behind `descriptors`, whose keys must be `keys`, in order.
  private static func capabilities(
    _ descriptors: [[UInt8]], keys: [FormKey]
  ) -> Result<[Capability], DescriptorRefusal> {
    func refusal(_ code: ErrorCode, _ detail: String) -> DescriptorRefusal {
      DescriptorRefusal(message: ErrorMessage(code: code, detail: detail))
    }
    guard descriptors.count == keys.count else {
      return .failure(
        refusal(
          .invalidDescriptor, "\(descriptors.count) descriptors for \(keys.count) form keys"))
    }
    var capabilities: [Capability] = []
    for (index, (descriptor, key)) in zip(descriptors, keys).enumerated() {
      let capability: Capability
      do throws(CapabilityError) {
        capability = try Capability(descriptor: descriptor)
      } catch {
        return .failure(refusal(code(error), "\(index): \(error)"))
      }
      guard capability.formKey == key else {
        return .failure(
          refusal(.invalidDescriptor, "\(index): key is \(capability.formKey), HELLO had \(key)"))
      }
      capabilities.append(capability)
    }
    return .success(capabilities)
  }

  private static func code(_ error: CapabilityError) -> ErrorCode {
    switch error {
    case .unknownField, .unknownValue: .unsupportedField
    case .formTooLarge: .formTooLarge
    default: .invalidDescriptor
    }
  }
}
