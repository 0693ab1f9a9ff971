import Capabilities
import Foundation
import Testing
import WireProtocol

@Suite("Keys: transcripts")
struct KeyVectorTests {
  static let all = [KeyVector.registrar, .panel, .referring, .referred, .origin]
  /// Those whose device sends no grease.
  static let plain = [KeyVector.registrar, .referring, .referred, .origin]

  @Test("both proofs follow from the frames before them", arguments: all)
  func proofs(vector: KeyVector) {
    var transcript = vector.frame("HELLO").transcript + vector.frame("WELCOME").transcript
    transcript += vector.frame("PROVE").transcript
    #expect(
      hexadecimal(KeyProof.device(vector.key.secret, transcript: transcript.dropLast(32)))
        == vector.computed.deviceProof)
    #expect(
      hexadecimal(KeyProof.server(vector.key.secret, transcript: transcript[...]))
        == vector.computed.serverProof)
    #expect(
      hexadecimal(KeyProof.referral(vector.key.secret, transcript: transcript[...]).bytes)
        == vector.computed.referralSecret)
  }

  @Test("the referral secret of one conversation is the key of the next")
  func referral() {
    #expect(KeyVector.referring.computed.referralSecret == KeyVector.referred.secret)
    #expect(KeyVector.origin.sealing?.referralSecret == KeyVector.referred.secret)
  }

  @Test("every frame is taken and written again, in both directions", arguments: all)
  func frames(vector: KeyVector) throws {
    let covered = ["HELLO", "WELCOME", "PROVE"].flatMap { vector.frame($0).transcript }
    let authenticators = KeyProof.authenticators(vector.key.secret, transcript: covered[...])
    for (side, authenticator) in [
      ("device", authenticators.deviceToServer), ("server", authenticators.serverToDevice),
    ] {
      var decoder = FrameDecoder()
      var writer = FrameWriter(FrameEncoder(usesCRC32: vector.crc32))
      for frame in vector.frames where frame.from == side {
        var input = frame.bytes[...]
        let decoded = try #require(try decoder.next(from: &input))
        #expect(decoded.transcript == frame.transcript)
        var output: [UInt8] = []
        writer.append(
          type: decoded.type, flags: decoded.flags, request: decoded.request,
          payload: decoded.payload[...], to: &output)
        #expect(output == frame.bytes, "\(frame.message)")
        if ["PROVE", "PROVEN"].contains(frame.message) {
          decoder.authenticator = authenticator
          writer.authenticator = authenticator
        }
      }
      #expect(decoder.authenticator?.counter == writer.authenticator?.counter)
    }
  }

  @Test("the server's session says the same, however frames are cut", arguments: all)
  func server(vector: KeyVector) throws {
    let longest = vector.frames.map(\.bytes.count).max() ?? 0
    for split in 0...longest {
      var settings = ServerSession.Settings()
      settings.takesOrigins = vector.sealing != nil
      settings.takesTickets = vector.ticket != nil
      var session = ServerSession(
        settings: settings, mustProve: vector.mustProve, nonce: hex(vector.serverNonce),
        unixTime: vector.unixTime, now: .zero)
      var said: [UInt8] = []
      for frame in vector.frames where frame.from == "device" {
        for piece in [frame.bytes.prefix(split), frame.bytes.dropFirst(split)] {
          said += answer(session.received(Array(piece), at: .zero), vector, &session)
        }
      }
      let expected = vector.frames.filter { $0.from == "server" }.flatMap(\.bytes)
      #expect(said == expected, "cut at \(split)")
      #expect(
        session.referralSecret?.bytes == hex(vector.computed.referralSecret), "cut at \(split)")
    }
  }

  /// Does what the session wants; returns what it sends.
  private func answer(
    _ actions: [ServerAction], _ vector: KeyVector, _ session: inout ServerSession
  ) -> [UInt8] {
    var said: [UInt8] = []
    for action in actions {
      var more: [ServerAction] = []
      switch action {
      case .send(let bytes): said += bytes
      case .lookUpKeys(let keys):
        more = session.keysKnown(vector.knowsKeys == true ? Set(keys) : [], at: .zero)
      case .lookUpKey(let id):
        #expect(id == vector.key.id)
        more = session.keyFound(vector.key.secret, at: .zero)
      case .register: more = session.capabilitiesAccepted(at: .zero)
      case .find(let token, _, _) where vector.contains("REFER"):
        // The back asks for the descriptors behind ORIGIN's keys once.
        more =
          vector.sealing != nil && token.number == 1
          ? session.failed(token, .noCapabilities, at: .zero)
          : session.formElsewhere(token, vector.refer, at: .zero)
      case .find(let token, _, _):
        let payload = hex(vector.frame("FORM").payload)
        guard let digest = ShortDigest(Array(payload[2..<18])) else { fatalError("16 bytes") }
        more = session.formFound(
          token,
          FormDescription(
            alternative: 0, etag: digest, sent: digest, total: 128, width: 128, height: 8,
            codec: .identity, generation: 3, nextPollSeconds: 0), at: .zero)
      case .produce(let token, let offset, let byteCount):
        let form = hex(vector.form ?? "")
        more = session.produced(token, Array(form[offset..<offset + byteCount]), at: .zero)
      case .list(let token, _, _):
        more = session.listed(token, entries: [], isComplete: true, at: .zero)
      case .close(let end): Issue.record("closed: \(end)")
      default: break
      }
      said += answer(more, vector, &session)
    }
    return said
  }

  @Test("the device's session says the same, however frames are cut", arguments: plain)
  func device(vector: KeyVector) throws {
    var settings = DeviceSession.Settings()
    settings.usesCRC32 = vector.crc32
    settings.maxFrame = vector.maxFrame
    settings.deviceID = hex(vector.deviceID)
    if let ticket = vector.ticket { settings.fields = [.ticket(hex(ticket))] }
    let longest = vector.frames.map(\.bytes.count).max() ?? 0
    for split in 0...longest {
      var session = DeviceSession(
        settings: settings, capabilities: vector.formKeys.isEmpty ? [] : [try vector.capability],
        proofSeed: ProofSeed(key: vector.key, nonce: hex(vector.deviceNonce)))
      var said = bytes(session.connected(at: .zero))
      var hasOriginated = false
      // The request waits for the server's proof; a front's waits for ORIGIN.
      if vector.contains("LIST") {
        #expect(session.list(try ListMessage(), at: .zero).isEmpty)
      } else if vector.sealing == nil {
        #expect(session.get(vector.get, at: .zero).isEmpty)
      }
      for frame in vector.frames where frame.from == "server" {
        for piece in [frame.bytes.prefix(split), frame.bytes.dropFirst(split)] {
          let actions = session.received(Array(piece), at: .zero)
          said += bytes(actions)
          said += bytes(try goOn(actions, vector, &session, hasOriginated: &hasOriginated))
        }
      }
      let expected = vector.frames.filter { $0.from == "device" }.flatMap(\.bytes)
      #expect(said == expected, "cut at \(split)")
      #expect(!session.isClosed)
      #expect(
        session.referralSecret?.bytes == hex(vector.computed.referralSecret), "cut at \(split)")
    }
  }

  /// What the device does next.
  private func goOn(
    _ actions: [DeviceAction], _ vector: KeyVector, _ session: inout DeviceSession,
    hasOriginated: inout Bool
  ) throws -> [DeviceAction] {
    switch actions.last {
    case .listing: return session.ping(at: .zero)
    case .accepted where vector.sealing != nil:
      var more: [DeviceAction] = []
      if !hasOriginated {
        more = session.originate(
          vector.originMessage, capabilities: [try vector.capability], at: .zero)
        hasOriginated = true
      }
      return more + session.get(vector.get, at: .zero)
    case .failed(let error):
      #expect(error.code == .noCapabilities)
      return session.describe(at: .zero)
    case .referred(let refer):
      #expect(refer == vector.refer)
      return []
    default: return []
    }
  }

  @Test("the example of the specification is the registrar's transcript")
  func example() throws {
    let file = Specification.folder.appending(path: "PROTOCOL.md")
    let text = try String(contentsOf: file, encoding: .utf8).filter { !$0.isWhitespace }
    let vector = KeyVector.registrar
    for frame in vector.frames {
      let payload = frame.payload.isEmpty ? "" : "payload" + frame.payload
      let trailer = frame.trailer.isEmpty ? "" : "trailer" + frame.trailer
      #expect(text.contains(frame.message + frame.header + payload + trailer))
    }
    #expect(text.contains("key" + vector.secret))
    #expect(text.contains("deviceproof" + vector.computed.deviceProof))
    #expect(text.contains("serverproof" + vector.computed.serverProof))
  }
}
