import Capabilities

/// The server's side of one connection: bytes, answers and time go in, actions come out.
///
/// A value without clock, socket or task. `now` is the time since any fixed moment and never goes
/// back. After ``ServerAction/close(_:)`` every call returns nothing. The caller stops reading while
/// the connection takes no output, since PING and failed requests are answered one for one.
/// See spec/PROTOCOL.md, "The server's session".
public struct ServerSession: Sendable {
  /// How far the connection is.
  enum Phase: Hashable, Sendable {
    case awaitingHello
    case lookingUpKeys
    case awaitingProof
    case checkingProof
    case awaitingCapabilities
    case registering
    case open
    case closed
  }

  /// What a device may ask for, one at a time.
  enum Request: Hashable, Sendable {
    case get(GetMessage, credit: Int)
    case put(PutMessage)
    case list(ListMessage)
    case remove(ImageName)
    case watch(WatchMessage)

    var type: MessageType {
      switch self {
      case .get: .get
      case .put: .put
      case .list: .list
      case .remove: .remove
      case .watch: .watch
      }
    }
  }

  /// What is being done for the request in flight.
  enum Work: Hashable, Sendable {
    case finding(GetMessage, credit: Int)
    case sending(OutgoingTransfer)
    case preparingUpload(PutMessage)
    case receiving(Upload)
    case storing
    case listing
    case removing
    case startingWatch(WatchList)
  }

  /// The request in flight.
  struct Active: Hashable, Sendable {
    let token: RequestToken
    var work: Work
  }

  let settings: Settings
  var mustProve: Bool
  let nonce: [UInt8]
  let unixTime: UInt64
  var phase = Phase.awaitingHello
  var decoder = FrameDecoder()
  var writer = FrameWriter(FrameEncoder(usesCRC32: false))
  var hello: HelloMessage?
  /// HELLO and WELCOME as a proof covers them, as long as one may still come.
  var transcript: [UInt8]?
  /// The proof that is being checked.
  var claim: Claim?
  /// CAPABILITIES must come.
  var needsCapabilities = false
  /// For whom a front asks; `nil`: for itself, or this is a device.
  var origin: OriginMessage?
  /// What a device that is referred to another server proves there; `nil` before its own proof.
  public internal(set) var referralSecret: KeySecret?
  /// What GET may ask for; empty until the server knows all of them.
  var alternatives: [FormKey] = []
  var keepAliveSeconds: Int
  /// A request that came before the handshake was over.
  var held: (token: RequestToken, request: Request)?
  var active: Active?
  /// The number of an upload that ended by ERROR in the middle: its DATA may still be on its way, up
  /// to the last flag or the next request.
  var discardedUpload: UInt16?
  /// What to say once the request in flight is done.
  var drain: GoAwayMessage?
  /// What NOTIFY tells of.
  var watchList = WatchList()
  /// The connection takes more output.
  var takesOutput = true
  var lastSerial: UInt64 = 0
  var deadlines = ServerDeadlines()

  /// A session of a connection that was just accepted.
  /// - Parameters:
  ///   - mustProve: strangers may do nothing here, so the device must prove that it holds a key.
  ///   - nonce: 32 random bytes for WELCOME.
  ///   - unixTime: seconds since 1970, for WELCOME.
  public init(
    settings: Settings, mustProve: Bool = false, nonce: [UInt8], unixTime: UInt64, now: Duration
  ) {
    precondition((WireConstants.serverMinMaxFrame...0xFFFF).contains(settings.maxFrame))
    precondition((1...0xFFFF).contains(settings.keepAliveSeconds))
    precondition((1...WireConstants.pictureByteLimit).contains(settings.pictureByteLimit))
    precondition(nonce.count == WelcomeMessage.nonceByteCount)
    self.settings = settings
    self.mustProve = mustProve
    self.nonce = nonce
    self.unixTime = unixTime
    keepAliveSeconds = settings.keepAliveSeconds
    deadlines.handshake = now + settings.handshakeDeadline
  }

  /// True after ``ServerAction/close(_:)``.
  public var isClosed: Bool { phase == .closed }

  /// True when GET may be answered by REFER: the peer takes it, was not referred here itself, and a
  /// front wants it for its device.
  public var takesReferrals: Bool {
    guard let hello, hello.minorVersion >= WireConstants.referMinorVersion, hello.ticket == nil
    else { return false }
    return origin?.flags.contains(.refer) ?? true
  }

  /// Takes what the connection delivered, in pieces of any size.
  public mutating func received(_ bytes: [UInt8], at now: Duration) -> [ServerAction] {
    var actions: [ServerAction] = []
    var input = bytes[...]
    while phase != .closed {
      do throws(FramingError) {
        guard let frame = try decoder.next(from: &input) else { break }
        deadlines.frame = nil
        deadlines.lastSign = now
        handle(frame, at: now, into: &actions)
      } catch {
        end(.framing(error), into: &actions)
      }
    }
    if phase != .closed, decoder.hasBegunFrame, deadlines.frame == nil {
      deadlines.frame = now + settings.frameDeadline
    }
    return actions
  }

  /// The transport ended without being asked to.
  public mutating func connectionLost() -> [ServerAction] {
    var actions: [ServerAction] = []
    guard phase != .closed else { return actions }
    abandonAll(into: &actions)
    phase = .closed
    return actions
  }

  /// Ends the connection with GOAWAY: now, or after the request in flight.
  public mutating func shutDown(
    reason: GoAwayReason = .shuttingDown, holdOffSeconds: UInt32 = 0, at now: Duration
  ) -> [ServerAction] {
    var actions: [ServerAction] = []
    guard phase != .closed else { return actions }
    drain = GoAwayMessage(reason: reason, holdOffSeconds: holdOffSeconds)
    if active == nil { goAway(into: &actions) }
    return actions
  }

  /// Ends the connection with an ERROR of connection scope, for instance TOO_MANY_CONNECTIONS.
  public mutating func refuse(
    _ code: ErrorCode, retryAfterSeconds: UInt16 = 0, detail: String = ""
  ) -> [ServerAction] {
    precondition(code.scope == .connection, "\(code.word) does not close")
    var actions: [ServerAction] = []
    end(
      .refused(code, detail: detail), retryAfterSeconds: retryAfterSeconds, into: &actions)
    return actions
  }

  /// Judges a complete frame in the order of spec/PROTOCOL.md, "The order of judgement".
  private mutating func handle(
    _ frame: Frame, at now: Duration, into actions: inout [ServerAction]
  ) {
    noteForProof(frame)
    let type: MessageType
    let message: Result<Message, MessageError>
    do throws(MessageError) {
      guard let known = try Message(frame) else { return }
      type = known.type
      message = .success(known)
    } catch {
      guard error.code.scope == .request, let known = MessageType(rawValue: frame.type) else {
        return end(.message(error), into: &actions)
      }
      type = known
      message = .failure(error)
    }
    if phase == .awaitingHello, type != .hello {
      return end(.unexpected(type, state: stateWord), into: &actions)
    }
    if phase == .awaitingProof, Self.needsProof(type) {
      return end(.proofRequired(type), into: &actions)
    }
    guard type.takes(request: frame.request) else {
      return end(.wrongRequestNumber(type, request: frame.request), into: &actions)
    }
    if type.isRequest, phase == .checkingProof || active != nil || held != nil {
      return end(.unexpected(type, state: stateWord), into: &actions)
    }
    switch message {
    case .success(let message): act(on: message, frame, at: now, into: &actions)
    case .failure(let error):
      // A request whose name is no name fails alone.
      send(
        .error(ErrorMessage(code: error.code, detail: "\(error)")), request: frame.request,
        into: &actions)
    }
  }

  /// Does what the message says, unless the state has no use for it. Its number is one that it may
  /// have, and a request comes alone.
  private mutating func act(
    on message: Message, _ frame: Frame, at now: Duration, into actions: inout [ServerAction]
  ) {
    switch message {
    case .hello(let hello) where phase == .awaitingHello:
      begin(hello, frame, at: now, into: &actions)
    case .prove(let prove): receive(prove, frame, into: &actions)
    case .capabilities(let capabilities): receive(capabilities, into: &actions)
    case .origin(let origin): receive(origin, into: &actions)
    case .get(let get):
      guard get.credit <= WireConstants.creditLimit else {
        return end(
          .creditOverflow(byteCount: Int(get.credit), limit: WireConstants.creditLimit),
          into: &actions)
      }
      begin(.get(get, credit: Int(get.credit)), frame, at: now, into: &actions)
    case .put(let put): begin(.put(put), frame, at: now, into: &actions)
    case .list(let list): begin(.list(list), frame, at: now, into: &actions)
    case .remove(let remove): begin(.remove(remove.name), frame, at: now, into: &actions)
    case .watch(let watch): begin(.watch(watch), frame, at: now, into: &actions)
    case .data(let bytes): receiveData(bytes, frame, at: now, into: &actions)
    case .credit(let credit): receive(credit, request: frame.request, at: now, into: &actions)
    case .cancel: cancel(request: frame.request, at: now, into: &actions)
    case .ping: send(.pong, request: frame.request, into: &actions)
    case .pong: break
    case .error(let error): end(.peerError(error), into: &actions)
    case .hello, .welcome, .accepted, .proven, .form, .ready, .stored, .listing, .notify, .ok,
      .goAway, .refer:
      end(.unexpected(message.type, state: stateWord), into: &actions)
    }
  }
}

extension ServerSession {
  /// The state in words, for errors.
  var stateWord: String {
    switch phase {
    case .awaitingHello: "waiting for HELLO"
    case .lookingUpKeys, .registering: "answering the handshake"
    case .awaitingProof: "waiting for PROVE"
    case .checkingProof: "checking the proof"
    case .awaitingCapabilities: "waiting for CAPABILITIES"
    case .open: active == nil ? "idle" : "request \(active?.token.number ?? 0) is in flight"
    case .closed: "closed"
    }
  }

  mutating func send(
    _ message: Message, flags: FrameFlags = [], request: UInt16,
    into actions: inout [ServerAction]
  ) {
    actions.append(.send(writer.encode(message, flags: flags, request: request)))
  }

  /// Closes because of the peer, telling it why.
  mutating func end(
    _ end: SessionEnd, retryAfterSeconds: UInt16 = 0, into actions: inout [ServerAction]
  ) {
    guard phase != .closed else { return }
    abandonAll(into: &actions)
    if let code = end.code {
      send(
        .error(
          ErrorMessage(code: code, retryAfterSeconds: retryAfterSeconds, detail: end.detail)),
        request: 0, into: &actions)
    }
    phase = .closed
    actions.append(.close(end))
  }

  /// Closes by ``drain``.
  mutating func goAway(into actions: inout [ServerAction]) {
    guard let drain, phase != .closed else { return }
    abandonAll(into: &actions)
    send(.goAway(drain), request: 0, into: &actions)
    phase = .closed
    actions.append(.close(.goAway(drain)))
  }

  private mutating func abandonAll(into actions: inout [ServerAction]) {
    if let active { actions.append(.abandon(active.token)) }
    active = nil
    held = nil
    claim = nil
    watchList = WatchList()
  }
}
