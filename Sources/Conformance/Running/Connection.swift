internal import WireProtocol

/// One side of a connection as a sequence plays it: bytes in and out, frames cut from them, and what
/// trailers they have. It holds no state of the protocol: what comes when, the sequence says.
final class Connection {
  /// What a wait for a frame came to.
  enum Event {
    case frame(WireFrame)
    case closed
    case nothing
  }

  private let link: Link
  private let side: Side
  private var held: [UInt8] = []
  /// The length of frames that the peer may send: 2.4 before HELLO, then what it was told.
  private var limit = WireConstants.minMaxFrame
  /// Frames end with a CRC-32 while no key is in use.
  var usesCRC = false
  /// HELLO, WELCOME and PROVE, as they went either way.
  private var transcripts: [MessageType: [UInt8]] = [:]
  private var keys: SessionKeys?
  private var sendKey: DirectionKey?
  private var receiveKey: DirectionKey?
  /// Whether the frame with HELLO had a CRC-32, and whether WELCOME has answered it.
  private var helloHasCRC = false
  private var isWelcomed = false
  private var isClosed = false
  /// A frame that was looked at and not taken.
  private var peeked: WireFrame?

  /// - Parameter side: which side the peer is.
  init(_ link: Link, judging side: Side) {
    self.link = link
    self.side = side
  }

  func close() async { await link.close() }

  /// Where the peer has connected to, as REFER tells it; `nil` of a link that has ended.
  var localAddress: (host: [UInt8], port: UInt16)? { link.localAddress }

  // MARK: Sending

  func send(_ bytes: [UInt8]) async { await link.send(bytes) }

  /// Sends frames in one write, or the only one cut as it says.
  /// - Returns: what was sent.
  @discardableResult
  func send(
    _ frames: [OutgoingFrame], _ variables: [String: Value]
  ) async throws(SequenceError) -> [UInt8] {
    var all: [UInt8] = []
    for frame in frames {
      let built = try frame.bytes(variables, usesCRC: usesCRC, key: &sendKey)
      note(frame.type, built.transcript)
      noteLimit(frame.type, built.transcript)
      all += built.bytes
    }
    var start = 0
    for offset in frames.first?.split ?? [] where offset > start && offset < all.count {
      await link.send(Array(all[start..<offset]))
      // Nagle's algorithm is off: each write is a segment when the peer keeps up.
      try? await Task.sleep(for: .milliseconds(2))
      start = offset
    }
    await link.send(Array(all[start...]))
    return all
  }

  /// What our HELLO or WELCOME lets the peer send.
  private func noteLimit(_ type: UInt8, _ transcript: [UInt8]) {
    let field =
      switch MessageType(rawValue: type) {
      case .hello: WireFrame.headerByteCount + 6
      case .welcome: WireFrame.headerByteCount + 2
      default: transcript.count
      }
    guard transcript.count >= field + 2 else { return }
    let told = Int(transcript[field]) << 8 | Int(transcript[field + 1])
    // A smaller one is a fault of ours, whose answer is a frame that everybody takes.
    limit = max(told, WireConstants.minMaxFrame)
    if type == MessageType.hello.rawValue { helloHasCRC = transcript[1] & WireFrame.crc32 != 0 }
  }

  // MARK: Receiving

  /// The next frame that must not be skipped.
  func receive(within limit: Duration) async throws(CaseFailure) -> Event {
    if let frame = peeked {
      peeked = nil
      return .frame(frame)
    }
    let end = ContinuousClock.now + limit
    while true {
      if let frame = try cut() {
        note(frame.type, frame.transcript)
        let isKnown = MessageType(rawValue: frame.type) != nil
        if isKnown || !MessageType.isSkippable(frame.type) { return .frame(frame) }
        continue
      }
      if isClosed { return .closed }
      switch await link.receive(within: max(end - .now, .zero)) {
      case .element(let bytes): held += bytes
      case .finished: isClosed = true
      case .nothing: return .nothing
      }
    }
  }

  /// Lets the next wait find this frame.
  func putBack(_ frame: WireFrame) { peeked = frame }

  /// Drops everything that comes until the peer closes.
  /// - Returns: false when it did not.
  func drain(within limit: Duration) async -> Bool {
    let end = ContinuousClock.now + limit
    while !isClosed {
      switch await link.receive(within: max(end - .now, .zero)) {
      case .element: continue
      case .finished: isClosed = true
      case .nothing: return false
      }
    }
    return true
  }

  private func cut() throws(CaseFailure) -> WireFrame? {
    let frame: WireFrame?
    do throws(FrameFault) {
      frame = try WireFrame.first(in: held, limit: limit, key: &receiveKey)
    } catch {
      throw CaseFailure(expected: "a frame as section 2 has it", came: error.description)
    }
    guard let frame else { return nil }
    held.removeFirst(frame.bytes.count)
    if side == .server { try checkTrailer(of: frame) } else { noteHello(frame) }
    return frame
  }

  /// A server repeats what the frame with HELLO did (2.5).
  private func checkTrailer(of frame: WireFrame) throws(CaseFailure) {
    let hasCRC = frame.flags & WireFrame.crc32 != 0
    if frame.type == MessageType.welcome.rawValue { isWelcomed = true }
    guard receiveKey == nil, hasCRC || isWelcomed, hasCRC != helloHasCRC else { return }
    throw CaseFailure(
      expected: helloHasCRC ? "a CRC-32, as HELLO had one" : "no CRC-32, as HELLO had none",
      came: frame.summary)
  }

  /// After HELLO a device may send longer frames, before it has read WELCOME too.
  private func noteHello(_ frame: WireFrame) {
    guard frame.type == MessageType.hello.rawValue else { return }
    limit = max(limit, WireConstants.serverMinMaxFrame)
  }

  // MARK: Keys

  private func note(_ type: UInt8, _ transcript: [UInt8]) {
    guard let message = MessageType(rawValue: type), transcripts[message] == nil else { return }
    if [.hello, .welcome, .prove].contains(message) { transcripts[message] = transcript }
  }

  private var begin: [UInt8] { (transcripts[.hello] ?? []) + (transcripts[.welcome] ?? []) }

  /// The proof that belongs into a PROVE with this id and nonce, sent next.
  func deviceProof(
    id: [UInt8], nonce: [UInt8], secret: [UInt8]
  ) throws(SequenceError) -> [UInt8] {
    var prove = OutgoingFrame(type: MessageType.prove.rawValue)
    prove.payload = .variable("payload")
    let payload =
      [UInt8(truncatingIfNeeded: id.count)] + id + nonce + Array(repeating: 0, count: 32)
    var none: DirectionKey?
    let frame = try prove.bytes(["payload": .bytes(payload)], usesCRC: usesCRC, key: &none)
    return SessionKeys.deviceProof(
      secret: secret, transcript: begin + frame.transcript.dropLast(32))
  }

  /// Computes what follows from the PROVE that went either way.
  /// - Returns: the proofs that PROVE and PROVEN must have, and the referral secret.
  func deriveKeys(
    secret: [UInt8]
  ) throws(SequenceError) -> (device: [UInt8], server: [UInt8], referral: [UInt8]) {
    guard let prove = transcripts[.prove] else { throw SequenceError("there was no PROVE") }
    let keys = SessionKeys(secret: secret, transcript: begin + prove)
    self.keys = keys
    let device = SessionKeys.deviceProof(secret: secret, transcript: begin + prove.dropLast(32))
    return (device, keys.serverProof, keys.referralSecret)
  }

  /// From now on every frame has a MAC, either way.
  func secure() throws(SequenceError) {
    guard let keys else { throw SequenceError("no keys were derived") }
    switch side {
    case .server: (sendKey, receiveKey) = (keys.deviceToServer, keys.serverToDevice)
    case .client: (sendKey, receiveKey) = (keys.serverToDevice, keys.deviceToServer)
    }
  }
}
