public import Capabilities

/// The device's side of one connection: bytes, requests and time go in, actions come out.
///
/// A value without clock, socket or task. `now` is the time since any fixed moment and never goes
/// back. After ``DeviceAction/close(_:)`` every call returns nothing. One request at a time: wait
/// for ``isIdle``. It believes nothing: totals, offsets, lengths and credit must add up, and what a
/// FORM says must fit the capability it names. Digests are the caller's to compare, since the caller
/// has the bytes. See spec/PROTOCOL.md, "The device's session".
public struct DeviceSession: Sendable {
  /// How far the connection is.
  enum Phase: Hashable, Sendable {
    case unconnected
    case awaitingWelcome
    case awaitingProven
    case awaitingAccepted
    case open
    case closed
  }

  /// What is being done for the request in flight.
  enum Work: Hashable, Sendable {
    case getting(GetMessage, window: Int)
    case receiving(FormMessage, offset: Int, ReceiveWindow)
    case putting(PutMessage)
    case uploading(PutMessage, OutgoingTransfer)
    case storing(PutMessage)
    case listing(ListMessage)
    case removing
    case startingWatch(Set<ImageName>)
    /// CANCEL was sent: everything is dropped up to the request's end.
    case cancelled(Cancelled)
  }

  /// What ends a request that was cancelled.
  enum Cancelled: Hashable, Sendable {
    case get(dataFollows: Bool)
    case put
    case list
    case remove
    case watch(Set<ImageName>)
  }

  let settings: Settings
  var capabilities: [Capability]
  let proofSeed: ProofSeed?
  var phase = Phase.unconnected
  var decoder: FrameDecoder
  var writer: FrameWriter
  var grease: Grease?
  var keepAliveSeconds: Int?
  var requestNumber: UInt16 = 0
  var work: Work?
  /// The request in flight, while it waits for the server's proof.
  var heldRequest: Message?
  /// HELLO as a proof covers it.
  var helloTranscript: [UInt8] = []
  /// What PROVEN must bring.
  var pendingProof: PendingProof?
  /// What to prove to a server that REFER names, as the secret of the same key; `nil` before PROVEN.
  public internal(set) var referralSecret: KeySecret?
  var pingsInFlight = 0
  /// What NOTIFY may tell of.
  var watched: Set<ImageName> = []
  var deadlines = DeviceDeadlines()

  /// A session before its connection is made.
  /// - Parameters:
  ///   - capabilities: what the device can show, best first, at most 4; none for a device that only
  ///     registers.
  ///   - proofSeed: the device's key. With it, the session does nothing with a server that does not
  ///     prove that it holds it too, and takes nothing that was not said by it.
  public init(settings: Settings, capabilities: [Capability], proofSeed: ProofSeed? = nil) {
    precondition((WireConstants.minMaxFrame...0xFFFF).contains(settings.maxFrame))
    precondition((0...0xFFFF).contains(settings.keepAliveSeconds))
    precondition(settings.deviceID.count <= WireConstants.deviceIDByteLimit)
    precondition((1...FormSize.byteLimit).contains(settings.formByteLimit))
    precondition(capabilities.count <= WireConstants.alternativeLimit)
    self.settings = settings
    self.capabilities = capabilities
    self.proofSeed = proofSeed
    decoder = FrameDecoder(maxFrame: settings.maxFrame)
    writer = FrameWriter(FrameEncoder(usesCRC32: settings.usesCRC32))
    grease = settings.greaseSeed.map { Grease(seed: $0) }
  }

  /// True after ``DeviceAction/close(_:)``.
  public var isClosed: Bool { phase == .closed }

  /// True once the handshake is over, with or without capabilities.
  public var isOpen: Bool { phase == .open }

  /// True when a request may be made; the first one need not wait for WELCOME.
  public var isIdle: Bool { work == nil && phase != .unconnected && phase != .closed }

  /// The connection stands: HELLO.
  public mutating func connected(at now: Duration) -> [DeviceAction] {
    precondition(phase == .unconnected, "connected twice")
    var actions: [DeviceAction] = []
    phase = .awaitingWelcome
    deadlines.handshake = now + settings.handshakeDeadline
    var fields = settings.fields
    while let field = grease?.field() { fields.append(field) }
    var hello = helloMessage(fields: [])
    for field in fields {
      let longer = helloMessage(fields: hello.fields + [field])
      guard Message.hello(longer).payload.count <= writer.payloadByteLimit else { break }
      hello = longer
    }
    let bytes = encoded(.hello(hello), request: 0)
    helloTranscript = Array(bytes.dropLast(writer.trailerByteCount))
    actions.append(.send(greaseFrame() + bytes))
    deadlines.lastSent = now
    // From here on a server takes at least this; WELCOME says how much more.
    writer.encoder.maxFrame = WireConstants.serverMinMaxFrame
    return actions
  }

  /// Takes what the connection delivered, in pieces of any size.
  public mutating func received(_ bytes: [UInt8], at now: Duration) -> [DeviceAction] {
    var actions: [DeviceAction] = []
    var input = bytes[...]
    if phase == .unconnected { return actions }
    while phase != .closed {
      do throws(FramingError) {
        guard let frame = try decoder.next(from: &input) else { break }
        deadlines.lastHeard = now
        handle(frame, at: now, into: &actions)
      } catch {
        end(.framing(error), at: now, into: &actions)
      }
    }
    return actions
  }

  /// Closes on the device's own account.
  public mutating func close() -> [DeviceAction] {
    guard phase != .closed else { return [] }
    phase = .closed
    work = nil
    return [.close(.closed)]
  }

  /// Asks for a sign of life.
  public mutating func ping(at now: Duration) -> [DeviceAction] {
    var actions: [DeviceAction] = []
    guard phase == .open else { return actions }
    pingsInFlight += 1
    send(.ping, request: 0, at: now, into: &actions)
    return actions
  }

  private func helloMessage(fields: [HelloField]) -> HelloMessage {
    HelloMessage(
      maxFrame: UInt16(settings.maxFrame), keepAliveSeconds: UInt16(settings.keepAliveSeconds),
      deviceID: settings.deviceID, formKeys: capabilities.map(\.formKey), fields: fields)
  }

  private mutating func handle(
    _ frame: Frame, at now: Duration, into actions: inout [DeviceAction]
  ) {
    let message: Message
    do throws(MessageError) {
      guard let known = try Message(frame) else { return }
      message = known
    } catch {
      return end(.message(error), at: now, into: &actions)
    }
    guard message.type.takes(request: frame.request) else {
      return end(
        .wrongRequestNumber(message.type, request: frame.request), at: now, into: &actions)
    }
    switch message {
    case .welcome(let welcome): receive(welcome, frame, at: now, into: &actions)
    case .proven(let proven): receive(proven, at: now, into: &actions)
    case .accepted(let accepted): receive(accepted, at: now, into: &actions)
    case .ping:
      // Nothing is said between PROVE and PROVEN.
      guard phase != .awaitingProven else { break }
      send(.pong, request: frame.request, at: now, into: &actions)
    case .pong:
      guard pingsInFlight > 0 else { break }
      pingsInFlight -= 1
      actions.append(.ponged)
    case .goAway(let goAway): end(.goAway(goAway), at: now, into: &actions)
    case .error(let error): receive(error, frame, at: now, into: &actions)
    case .notify(let notify): receive(notify, at: now, into: &actions)
    case .form, .data, .credit, .ready, .stored, .listing, .ok, .refer:
      guard isAnswer(frame) else {
        return end(
          .unexpected(message.type, state: "request \(frame.request) is not in flight"), at: now,
          into: &actions)
      }
      receiveAnswer(message, flags: frame.flags, at: now, into: &actions)
    case .hello, .prove, .capabilities, .get, .cancel, .put, .list, .remove, .watch, .origin:
      end(.unexpected(message.type, state: "only devices send it"), at: now, into: &actions)
    }
  }
}

extension DeviceSession {
  /// Sends one message, greased when the settings say so.
  mutating func send(
    _ message: Message, flags: FrameFlags = [], request: UInt16, at now: Duration,
    into actions: inout [DeviceAction]
  ) {
    let output = phase == .open ? greaseFrame() : []
    actions.append(.send(output + encoded(message, flags: flags, request: request)))
    deadlines.lastSent = now
  }

  /// True for a frame of the request in flight, once that was sent.
  func isAnswer(_ frame: Frame) -> Bool {
    work != nil && heldRequest == nil && frame.request == requestNumber
  }

  private mutating func encoded(
    _ message: Message, flags: FrameFlags = [], request: UInt16
  ) -> [UInt8] {
    writer.encode(message, flags: flags.union(grease?.flags() ?? []), request: request)
  }

  /// A frame that the server skips, now and then.
  private mutating func greaseFrame() -> [UInt8] {
    var output: [UInt8] = []
    guard let frame = grease?.frame() else { return output }
    writer.append(
      type: frame.type, flags: frame.flags, request: frame.request, payload: frame.payload[...],
      to: &output)
    return output
  }

  /// Closes, telling the server why when it is at fault.
  mutating func end(
    _ end: SessionEnd, at now: Duration, into actions: inout [DeviceAction]
  ) {
    guard phase != .closed else { return }
    if let code = end.code {
      send(
        .error(ErrorMessage(code: code, detail: "\(end)")), request: 0, at: now, into: &actions)
    }
    phase = .closed
    work = nil
    actions.append(.close(end))
  }
}
