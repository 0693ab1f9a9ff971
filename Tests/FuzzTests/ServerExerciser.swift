import Capabilities
import WireProtocol

/// Runs one input through a server's session, twice: what comes in is whole, or in pieces.
/// - Returns: what did not hold; `nil` when everything did.
func exerciseServerSession(_ input: [UInt8]) -> String? {
  var script = FuzzScript(input)
  var whole = ServerExerciser(&script, cutsInput: false)
  if let fault = whole.run(&script) { return fault }
  script = FuzzScript(input)
  var cut = ServerExerciser(&script, cutsInput: true)
  if let fault = cut.run(&script) { return fault }
  return whole.actions == cut.actions ? nil : "the session depends on the pieces"
}

/// A server's session under a script: frames, raw bytes, time, and answers right, wrong and stale.
struct ServerExerciser {
  private var session: ServerSession
  private var now = Duration.zero
  private var inputDecoder = FrameDecoder(maxFrame: 0xFFFF)
  /// What the device's own messages are written with.
  private var writer = FrameWriter(FrameEncoder(maxFrame: 8_192, usesCRC32: true))
  private var checker = OutputChecker()
  /// HELLO, WELCOME and PROVE as they went over the wire.
  private var transcript: [UInt8] = []
  private let mustProve: Bool
  private let settings: ServerSession.Settings
  /// HELLO had a ticket.
  private var isReferred = false
  private var isProven = false
  private var questions: [ServerAction] = []
  private var tokens: [RequestToken] = []
  private var deviceMaxFrame = 248
  private var fault: String?
  /// Everything the session asked for.
  private(set) var actions: [ServerAction] = []
  private let cutsInput: Bool
  /// Bytes of DATA sent, and of credit received, over the whole connection.
  private var sentByteCount = 0
  private var allowedByteCount = 0
  private let capability: Capability?
  private var takesOutput = true
  /// What FORM and its DATA leave to be sent; `nil` between transfers.
  private var owedByteCount: Int?
  private var watched: Set<ImageName> = []
  /// The newest state that was told of each name, as generation and removal in one number.
  private var told: [ImageName: UInt64] = [:]

  init(_ script: inout FuzzScript, cutsInput: Bool) {
    self.cutsInput = cutsInput
    var settings = ServerSession.Settings()
    let window = script.byte()
    mustProve = window > 0xF0
    settings.uploadWindowByteCount = 64 + Int(window)
    settings.pictureByteLimit = 1 + Int(script.byte())
    settings.takesOrigins = window & 1 == 1
    settings.takesTickets = window & 2 == 2
    self.settings = settings
    session = ServerSession(
      settings: settings, mustProve: mustProve, nonce: Array(repeating: 1, count: 32), unixTime: 0,
      now: .zero)
    capability = try? Capability(
      size: PanelSize(width: 8, height: 8), color: .gray(GrayColor(bits: 1)))
  }

  mutating func run(_ script: inout FuzzScript) -> String? {
    while !script.isEmpty, fault == nil {
      step(&script)
      let deadline = session.nextDeadline
      if session.isClosed, deadline != nil { fault = "a closed session has a deadline" }
      fault = fault ?? checker.fault
    }
    _ = session.connectionLost()
    if fault == nil, !session.received([0x40], at: now).isEmpty { fault = "a closed session acts" }
    return fault
  }

  private mutating func step(_ script: inout FuzzScript) {
    let wasClosed = session.isClosed
    let before = questions.count
    switch script.byte() & 15 {
    case 0, 1, 2: feed(script.frame(&writer))
    case 3:
      let choice = script.byte()
      switch choice {
      case 0xF0...: feed(origin(choice))
      case 0xC0...: feed(prove(choice))
      default: feed(script.bytes(Int(choice & 63)))
      }
    case 4: feed(hello(&script))
    case 5: feed(get(&script))
    case 6: feed(put(&script))
    case 7: feed(capabilities())
    case 8:
      now += .milliseconds(Int(script.u16()))
      take(session.deadlineReached(at: now))
      if let deadline = session.nextDeadline, deadline <= now { fault = "a deadline stays" }
    case 9: happen(&script)
    case 10:
      guard !tokens.isEmpty else { return }
      let token = tokens[Int(script.byte()) % tokens.count]
      take(session.failed(token, .busy, at: now))
      // The oldest of several is stale, so no bytes are asked for in its name.
      if tokens.count > 1 { take(session.produced(tokens[0], [], at: now)) }
    case 11:
      let byteCount = max(1, script.u32())
      feed(
        encoded(.credit(CreditMessage(byteCount: byteCount)), request: UInt16(script.byte() & 3)))
    default: answer(&script)
    }
    if wasClosed, questions.count > before { fault = "a closed session asks" }
  }

  /// What the server and its connection do on their own.
  private mutating func happen(_ script: inout FuzzScript) {
    let choice = script.byte()
    switch choice & 3 {
    case 0 where choice & 4 == 0: take(session.shutDown(reason: .moved, at: now))
    case 0: feed(watch(choice >> 3))
    case 1:
      takesOutput.toggle()
      take(session.outputReady(takesOutput, at: now))
    default:
      let imageID = choice & 4 == 0 ? ShortDigest.none : ShortDigest(Array(repeating: 1, count: 16))
      take(
        session.notify(
          watchedName(choice >> 3), imageID: imageID ?? .none, generation: UInt32(choice >> 5),
          at: now))
    }
  }

  /// PROVE, right or wrong.
  private func prove(_ choice: UInt8) -> [UInt8] {
    let key = exercisedKey()
    let nonce = Array(repeating: choice, count: ProveMessage.nonceByteCount)
    func message(_ proof: [UInt8]) -> Message {
      .prove(ProveMessage(keyID: key.id, nonce: nonce, proof: proof))
    }
    let zeros = Array(repeating: 0 as UInt8, count: KeyProof.byteCount)
    let frame = Frame(
      type: MessageType.prove.rawValue, flags: .crc32, request: 0, payload: message(zeros).payload)
    let covered = transcript + frame.transcript.dropLast(KeyProof.byteCount)
    let proof = KeyProof.device(key.secret, transcript: covered[...])
    return FrameEncoder(usesCRC32: true).encode(
      message(choice & 7 == 7 ? zeros : proof), request: 0)
  }

  /// ORIGIN of a front, with keys or without.
  private mutating func origin(_ choice: UInt8) -> [UInt8] {
    let keys = choice & 8 == 8 ? capability.map { [$0.formKey] } ?? [] : []
    let message = OriginMessage(
      flags: .init(rawValue: choice & 7), prefix: "a", deviceID: [choice], keyID: nil,
      formKeys: keys)
    return encoded(.origin(message), request: 0)
  }

  private mutating func watch(_ choice: UInt8) -> [UInt8] {
    encoded(
      .watch(WatchMessage(names: (0..<choice & 7).map { watchedName($0) })),
      request: 1 + UInt16(choice >> 3 & 1))
  }

  /// Delivers bytes, counting the credit in them.
  private mutating func feed(_ bytes: [UInt8]) {
    var input = bytes[...]
    while let frame = try? inputDecoder.next(from: &input) {
      switch try? Message(frame) {
      case .hello: transcript = frame.transcript
      case .prove: transcript += frame.transcript
      case .get(let get): allowedByteCount += Int(get.credit)
      case .credit(let credit): allowedByteCount += Int(credit.byteCount)
      default: break
      }
    }
    for piece in cutsInput ? pieces(of: bytes) : [bytes] {
      take(session.received(piece, at: now))
    }
  }

  private mutating func take(_ actions: [ServerAction]) {
    self.actions += actions
    for action in actions {
      switch action {
      case .send(let bytes): check(bytes)
      case .identified(let hello):
        deviceMaxFrame = Int(hello.maxFrame)
        isReferred = hello.ticket != nil
        if isReferred, !settings.takesTickets { fault = "a ticket where none is taken" }
      case .abandon(let token): questions.removeAll { Self.token(of: $0) == token }
      case .produce(let token, _, let byteCount):
        if !(1...65_536).contains(byteCount) { fault = "asked for \(byteCount) bytes" }
        ask(action, token)
      case .find(let token, _, _), .beginUpload(let token, _), .uploadBytes(let token, _, _),
        .finishUpload(let token, _), .list(let token, _, _), .remove(let token, _),
        .watch(let token, _):
        ask(action, token)
      case .lookUpKeys, .lookUpKey, .register: questions.append(action)
      case .proven(let id):
        if id != exercisedKey().id { fault = "another key was proven" }
        isProven = true
      case .originated:
        if !isProven || !settings.takesOrigins { fault = "ORIGIN of who is no front" }
      case .formSent: break
      case .close:
        if !session.isClosed { fault = "closed, yet open" }
      }
    }
  }

  /// From PROVEN on both sides' frames have MACs.
  private mutating func useKey() {
    if !isProven { fault = "PROVEN to nobody" }
    let authenticators = KeyProof.authenticators(
      exercisedKey().secret, transcript: transcript[...])
    checker.decoder.authenticator = authenticators.serverToDevice
    inputDecoder.authenticator = authenticators.deviceToServer
    writer.authenticator = authenticators.deviceToServer
  }

  private mutating func ask(_ action: ServerAction, _ token: RequestToken) {
    if mustProve, !isProven { fault = "a stranger's request is served" }
    questions.append(action)
    if !tokens.contains(token) { tokens.append(token) }
  }

  private mutating func check(_ bytes: [UInt8]) {
    for (frame, message) in checker.frames(bytes, limit: deviceMaxFrame) {
      switch message {
      case .welcome: transcript += frame.transcript
      case .proven: useKey()
      case .form(let form): owedByteCount = form.status.hasData ? Int(form.length) : nil
      case .notify(let news): check(news)
      case .error: owedByteCount = nil
      case .refer:
        if isReferred { fault = "REFER to who was referred here" }
        if owedByteCount != nil { fault = "REFER within a form" }
      case .data(let bytes):
        sentByteCount += bytes.count
        let rest = (owedByteCount ?? 0) - bytes.count
        if rest < 0 || frame.flags.contains(.last) != (rest == 0) {
          fault = "DATA does not end where FORM said"
        }
        owedByteCount = rest > 0 ? rest : nil
        if bytes.isEmpty { fault = "sent an empty DATA" }
        if sentByteCount > allowedByteCount { fault = "sent more than the credit" }
      case .hello, .prove, .capabilities, .get, .cancel, .put, .list, .remove, .watch, .ping,
        .origin:
        fault = "a server sent \(message.type.word)"
      default: break
      }
      if frame.flags.contains(.reserved) { fault = "wrong flags" }
    }
  }

  private mutating func check(_ news: NotifyMessage) {
    if owedByteCount != nil { fault = "NOTIFY within a form" }
    if !takesOutput { fault = "NOTIFY that nobody takes" }
    if !watched.contains(news.name) { fault = "NOTIFY of a name that is not watched" }
    let state = UInt64(news.generation) << 1 | (news.isRemoval ? 1 : 0)
    if let before = told[news.name], before >= state { fault = "NOTIFY of an older state" }
    told[news.name] = state
  }

  private mutating func answer(_ script: inout FuzzScript) {
    guard !questions.isEmpty else { return }
    let question = questions.removeFirst()
    let choice = script.byte()
    switch question {
    case .lookUpKeys(let keys):
      take(session.keysKnown(choice & 1 == 0 ? Set(keys) : [], at: now))
    case .lookUpKey:
      take(session.keyFound(choice & 7 == 7 ? nil : exercisedKey().secret, at: now))
    case .register:
      take(
        choice & 1 == 0
          ? session.capabilitiesAccepted(at: now)
          : session.capabilitiesRefused(.unsupportedField, detail: "", at: now))
    case .find(let token, let get, _):
      guard choice & 7 != 0 else {
        take(session.formPending(token, retryAfterSeconds: 1, at: now))
        return
      }
      if choice & 7 == 1, session.takesReferrals {
        let refer = ReferMessage(
          ttlSeconds: 1, host: .v4([127, 0, 0, choice]), port: 1, ticket: [choice])
        take(session.formElsewhere(token, refer, at: now))
        return
      }
      let form = FormDescription(
        alternative: 0, etag: choice & 128 == 0 ? get.shown : get.partial, sent: get.partial,
        total: 1 + Int(script.u16()),
        width: 8, height: 8, codec: .identity, generation: 0, nextPollSeconds: 0)
      let start = Int(script.byte())
      let patch =
        choice & 8 == 0
        ? nil
        : FormPatch(
          range: min(start, form.total - 1)..<min(start + 1 + Int(choice >> 4 & 7), form.total),
          sent: get.shown)
      take(session.formFound(token, form, patch: patch, at: now))
    case .produce(let token, _, let byteCount):
      take(session.produced(token, Array(repeating: 0, count: byteCount), at: now))
    case .beginUpload(let token, let put):
      let nextOffset = put.digest == nil ? 0 : Int(choice) % (Int(put.length) + 1)
      take(session.uploadReady(token, nextOffset: nextOffset, at: now))
    case .uploadBytes(let token, _, let bytes):
      take(session.uploadConsumed(token, byteCount: bytes.count, at: now))
    case .finishUpload(let token, let digest):
      take(session.stored(token, imageID: digest.imageID, generation: 1, at: now))
    case .list(let token, _, _):
      take(session.listed(token, entries: [], isComplete: true, at: now))
    case .remove(let token, _): take(session.removed(token, at: now))
    case .watch(let token, let names):
      let actions = session.watching(token, at: now)
      if !actions.isEmpty {
        watched = Set(names)
        // What was told before is told again.
        told = [:]
      }
      take(actions)
    case .send, .identified, .proven, .originated, .formSent, .abandon, .close: break
    }
  }

  private mutating func encoded(_ message: Message, request: UInt16) -> [UInt8] {
    writer.encode(message, request: request)
  }

  private mutating func hello(_ script: inout FuzzScript) -> [UInt8] {
    let choice = script.byte()
    return encoded(
      .hello(
        HelloMessage(
          minorVersion: choice >> 4, maxFrame: 248 + UInt16(choice),
          keepAliveSeconds: UInt16(choice), deviceID: [choice],
          formKeys: choice & 1 == 0 ? capability.map { [$0.formKey] } ?? [] : [],
          fields: choice >= 0xE0 ? [.ticket([choice])] : [])), request: 0)
  }

  private mutating func get(_ script: inout FuzzScript) -> [UInt8] {
    let zeros = Array(repeating: 0 as UInt8, count: 15)
    let choice = script.byte()
    let digest = ShortDigest([choice & 1] + zeros) ?? .none
    let shown = ShortDigest([choice >> 1 & 1] + zeros) ?? .none
    return encoded(
      .get(
        GetMessage(
          reference: .id(digest), shown: shown, partial: digest, offset: UInt32(script.byte()),
          credit: UInt32(script.u16()))), request: UInt16(script.byte() & 3))
  }

  private mutating func put(_ script: inout FuzzScript) -> [UInt8] {
    guard let name = try? ImageName("a") else { return [] }
    let digest = PictureDigest(Array(repeating: 7, count: 32))
    return encoded(
      .put(
        PutMessage(
          name: name, length: UInt32(script.byte()),
          digest: script.byte() & 1 == 0 ? digest : nil)), request: UInt16(script.byte() & 3))
  }

  private mutating func capabilities() -> [UInt8] {
    guard let capability else { return [] }
    return encoded(
      .capabilities(CapabilitiesMessage(descriptors: [capability.descriptor])), request: 0)
  }

  private static func token(of action: ServerAction) -> RequestToken? {
    switch action {
    case .find(let token, _, _), .produce(let token, _, _), .beginUpload(let token, _),
      .uploadBytes(let token, _, _), .finishUpload(let token, _), .list(let token, _, _),
      .remove(let token, _), .watch(let token, _), .formSent(let token), .abandon(let token):
      token
    case .send, .identified, .lookUpKeys, .lookUpKey, .proven, .originated, .register, .close: nil
    }
  }
}
