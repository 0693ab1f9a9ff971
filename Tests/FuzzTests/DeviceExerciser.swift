import Capabilities
import WireProtocol

/// Runs one input through a device's session, twice: what comes in is whole, or in pieces.
/// - Returns: what did not hold; `nil` when everything did.
func exerciseDeviceSession(_ input: [UInt8]) -> String? {
  var script = FuzzScript(input)
  var whole = DeviceExerciser(&script, cutsInput: false)
  if let fault = whole.run(&script) { return fault }
  script = FuzzScript(input)
  var cut = DeviceExerciser(&script, cutsInput: true)
  if let fault = cut.run(&script) { return fault }
  return whole.actions == cut.actions ? nil : "the session depends on the pieces"
}

/// A device's session under a script: what a server may send, time, and requests of its own.
struct DeviceExerciser {
  private var session: DeviceSession
  private var now = Duration.zero
  /// What the server's messages are written with.
  private var writer = FrameWriter(FrameEncoder(maxFrame: 0xFFFF, usesCRC32: false))
  private var checker = OutputChecker()
  private let holdsKey: Bool
  /// It was referred to this server.
  private let isReferred: Bool
  private let capability: Capability?
  private var isProven = false
  /// WELCOME was sent.
  private var isWelcomed = false
  /// HELLO, WELCOME and PROVE as they went over the wire.
  private var transcript: [UInt8] = []
  private var unconsumedByteCount = 0
  private var nextOffset: Int?
  private var owedUpload = 0
  private var window = 0
  private var form: FormMessage?
  /// The names of the last WATCH, and of the last that was answered.
  private var asked: Set<ImageName> = []
  private var watched: Set<ImageName> = []
  private var isFront = false
  private var fault: String?
  /// Everything the session asked for.
  private(set) var actions: [DeviceAction] = []
  private let cutsInput: Bool

  init(_ script: inout FuzzScript, cutsInput: Bool) {
    self.cutsInput = cutsInput
    var settings = DeviceSession.Settings()
    let choice = script.byte()
    settings.maxFrame = 248 + Int(choice)
    settings.usesCRC32 = choice & 1 == 0
    settings.greaseSeed = choice & 2 == 0 ? nil : UInt64(choice)
    holdsKey = choice & 24 == 24
    isReferred = choice & 0xC0 == 0xC0
    if isReferred { settings.fields = [.ticket([choice])] }
    capability = try? Capability(
      size: PanelSize(width: 8, height: 0), color: .gray(GrayColor(bits: 1)))
    session = DeviceSession(
      settings: settings, capabilities: choice & 4 == 0 ? capability.map { [$0] } ?? [] : [],
      proofSeed: choice & 24 == 24
        ? ProofSeed(key: exercisedKey(), nonce: Array(repeating: 9, count: 32)) : nil)
    take(session.connected(at: now))
  }

  mutating func run(_ script: inout FuzzScript) -> String? {
    while !script.isEmpty, fault == nil {
      step(&script)
      if session.isClosed, session.nextDeadline != nil || session.isIdle {
        fault = "a closed session has a deadline or is idle"
      }
      fault = fault ?? checker.fault
    }
    return fault
  }

  private mutating func step(_ script: inout FuzzScript) {
    switch script.byte() & 15 {
    case 0, 1: deliver(script.frame(&writer))
    case 2: deliver(script.bytes(Int(script.byte() & 63)))
    case 3: deliver(welcome(&script))
    case 4: deliver(formBytes(&script))
    case 5:
      let bytes = Array(repeating: 1 as UInt8, count: Int(script.byte()))
      receive(.data(bytes), flags: script.byte() & 1 == 0 ? [] : .last)
    case 6: receive(.ready(ReadyMessage(nextOffset: UInt32(script.byte()), credit: script.u32())))
    case 7: receive(.credit(CreditMessage(byteCount: max(1, script.u32()))))
    case 8:
      now += .milliseconds(Int(script.u16()))
      take(session.deadlineReached(at: now))
    case 9: request(&script)
    case 10: take(session.cancel(at: now))
    case 11:
      let count = min(unconsumedByteCount, Int(script.byte()))
      unconsumedByteCount -= count
      take(session.consumed(byteCount: count, at: now))
    case 12: receive(.error(ErrorMessage(code: .busy)))
    case 13: receiveSmall(&script)
    case 14: take(session.ping(at: now))
    default:
      guard owedUpload > 0 else { return }
      let bytes = Array(repeating: 2 as UInt8, count: owedUpload)
      owedUpload = 0
      take(session.uploadBytes(bytes, at: now))
    }
  }

  private var number: UInt16 = 0

  private mutating func receiveSmall(_ script: inout FuzzScript) {
    let choice = script.byte()
    switch choice & 3 {
    case 0: receive(.ok)
    case 1 where choice & 0x1C == 0x1C:
      receive(
        .refer(ReferMessage(ttlSeconds: 1, host: .v4([127, 0, 0, 1]), port: 1, ticket: [choice])))
    case 1: receive(.pong)
    case 3 where choice >= 0xC0: deliver(proven(choice))
    default:
      let news = NotifyMessage(
        name: watchedName(choice >> 2), imageID: .none, generation: UInt32(choice))
      let request = choice & 3 == 2 ? 0 : number
      deliver(writer.encode(.notify(news), request: request))
    }
  }

  /// PROVEN, right or wrong; only a connection has the frames that it proves.
  private func proven(_ choice: UInt8) -> [UInt8] {
    let proof = KeyProof.server(exercisedKey().secret, transcript: transcript[...])
    let wrong = Array(repeating: choice, count: KeyProof.byteCount)
    return FrameEncoder(usesCRC32: false).encode(
      .proven(ProvenMessage(proof: choice & 0x3C == 0x3C ? wrong : proof)), request: 0)
  }

  /// Once WELCOME is believed, both sides' frames have MACs.
  private mutating func useKey() {
    isProven = true
    let authenticators = KeyProof.authenticators(
      exercisedKey().secret, transcript: transcript[...])
    checker.decoder.authenticator = authenticators.deviceToServer
    writer.authenticator = authenticators.serverToDevice
  }

  private mutating func receive(_ message: Message, flags: FrameFlags = []) {
    deliver(writer.encode(message, flags: flags, request: number))
  }

  private mutating func deliver(_ bytes: [UInt8]) {
    for piece in cutsInput ? pieces(of: bytes) : [bytes] {
      take(session.received(piece, at: now))
    }
  }

  private mutating func request(_ script: inout FuzzScript) {
    guard session.isIdle, let name = try? ImageName("a"), let list = try? ListMessage() else {
      return
    }
    unconsumedByteCount = 0
    nextOffset = nil
    owedUpload = 0
    number += 1
    let choice = script.byte()
    let zeros = Array(repeating: 0 as UInt8, count: 15)
    let digest = ShortDigest([choice & 1] + zeros) ?? .none
    switch choice >> 6 {
    case 0:
      window = 64 + Int(script.u16())
      take(
        session.get(
          GetMessage(
            reference: .name(name), shown: digest, partial: digest, offset: UInt32(choice),
            credit: UInt32(window)), at: now))
    case 1:
      take(
        session.put(
          PutMessage(
            name: name, length: 1 + UInt32(script.byte()),
            digest: choice & 1 == 0 ? nil : PictureDigest(Array(repeating: 1, count: 32))),
          at: now))
    case 2 where choice & 32 == 0: take(session.list(list, at: now))
    case 2:
      let names = (0..<choice & 3).map { watchedName($0) }
      asked = Set(names)
      take(session.watch(WatchMessage(names: names), at: now))
    case 3 where choice & 32 == 32: originate(choice)
    default: take(session.remove(name, at: now))
    }
  }

  /// ORIGIN of a front, and CAPABILITIES, or neither.
  private mutating func originate(_ choice: UInt8) {
    // No request has begun.
    number -= 1
    guard session.isOpen, let capability else { return }
    let origin = OriginMessage(
      flags: .init(rawValue: choice & 7), prefix: "", deviceID: [choice], keyID: nil,
      formKeys: [capability.formKey])
    isFront = true
    take(session.originate(origin, capabilities: [capability], at: now))
    if choice & 16 == 16 { take(session.describe(at: now)) }
  }

  private mutating func take(_ actions: [DeviceAction]) {
    self.actions += actions
    for action in actions {
      switch action {
      case .send(let bytes):
        for (frame, message) in checker.frames(bytes, limit: 0xFFFF) {
          if holdsKey, !isProven, ![.hello, .prove, .pong, .error].contains(message.type) {
            fault = "a device with a key sent \(message.type.word) before PROVEN"
          }
          switch message {
          case .hello, .prove: transcript += frame.transcript
          case .welcome, .accepted, .proven, .form, .ready, .stored, .listing, .notify, .ok,
            .goAway, .refer:
            fault = "a device sent \(message.type.word)"
          case .origin:
            if !isFront { fault = "ORIGIN of who is no front" }
          default: break
          }
        }
      case .form(let message):
        form = message
        nextOffset = Int(message.offset)
        if message.status == .patch, message.codec != .identity || message.length == 0 {
          fault = "an impossible patch"
        }
      case .watching:
        watched = asked
      case .notified(let news):
        if !watched.contains(news.name) { fault = "news of a name that is not watched" }
      case .data(let offset, let bytes):
        unconsumedByteCount += bytes.count
        if offset != nextOffset { fault = "a gap in DATA" }
        if unconsumedByteCount > window { fault = "more than the window" }
        nextOffset = offset + bytes.count
      case .formComplete:
        if nextOffset != form.map({ Int($0.offset) + Int($0.length) }) {
          fault = "complete too early"
        }
        unconsumedByteCount = 0
      case .upload(_, let byteCount): owedUpload = byteCount
      case .referred:
        if isReferred { fault = "referred on" }
        if unconsumedByteCount > 0 { fault = "REFER within a form" }
      case .failed, .stored, .removed, .listing: owedUpload = 0
      case .close:
        owedUpload = 0
        if !session.isClosed { fault = "closed, yet open" }
      case .welcomed:
        if holdsKey { useKey() }
      case .accepted, .capabilitiesRefused, .ponged: break
      }
    }
  }

  private mutating func welcome(_ script: inout FuzzScript) -> [UInt8] {
    let choice = script.byte()
    let message = Message.welcome(
      WelcomeMessage(
        flags: .init(rawValue: choice & 7 == 7 ? 2 : choice & 1),
        maxFrame: 8_192 + UInt16(choice),
        keepAliveSeconds: 1 + UInt16(choice), unixTime: 0,
        nonce: Array(repeating: 0, count: 32)))
    // Only the first counts; a device closes at the second.
    let frame = Frame(type: message.type.rawValue, request: 0, payload: message.payload)
    if !isWelcomed { transcript += frame.transcript }
    isWelcomed = true
    return writer.encode(message, request: 0)
  }

  private mutating func formBytes(_ script: inout FuzzScript) -> [UInt8] {
    let zeros = Array(repeating: 0 as UInt8, count: 15)
    let digest = ShortDigest([script.byte() & 1] + zeros) ?? .none
    let total = UInt32(script.u16())
    let offset = UInt32(script.byte())
    let status = FormStatus(rawValue: script.byte() & 3) ?? .ok
    let length =
      status == .patch ? UInt32(script.u16()) : total >= offset ? total - offset : 0
    return writer.encode(
      .form(
        FormMessage(
          status: status, alternative: 0, etag: digest, sent: digest, total: total,
          offset: offset, length: length, width: 8, height: 8,
          codec: .identity, generation: 0, nextPollSeconds: 0)), request: number)
  }
}
