import Capabilities
import Testing
import WireProtocol

/// A case of spec/vectors/answers: what a server says to a device, and whether the device goes on.
private struct AnswerVector {
  let title: String
  let maxFrame: Int
  let formLimit: Int?
  /// What REFER had handed out.
  let ticket: [UInt8]?
  let state: String
  let descriptors: [[UInt8]]
  /// The frame with what the device asked for.
  let request: [UInt8]?
  let before: [[UInt8]]
  let bytes: [UInt8]
  let isTaken: Bool
  /// The code that the device says when it closes, where the specification gives one.
  let code: String?

  init(_ object: [String: Any]) {
    title = text(object["title"])
    maxFrame = object["maxFrame"] as? Int ?? 0
    formLimit = object["formLimit"] as? Int
    ticket = (object["ticket"] as? String).map(hex)
    state = text(object["state"])
    descriptors = (object["descriptors"] as? [String] ?? []).map(hex)
    request = (object["request"] as? String).map(hex)
    before = (object["before"] as? [String] ?? []).map(hex)
    bytes = hex(text(object["hex"]))
    isTaken = object["taken"] as? Bool ?? false
    let closes = object["closes"] as? [String: Any]
    precondition(isTaken == (closes == nil), "\(title) has no outcome, or two")
    code = closes?["code"] as? String
  }
}

@Suite("Vectors: answers")
struct AnswerVectorTests {
  /// A device's session that has asked for what the case says.
  private func session(_ vector: AnswerVector) throws -> DeviceSession {
    var settings = DeviceSession.Settings()
    settings.maxFrame = vector.maxFrame
    settings.usesCRC32 = false
    if let limit = vector.formLimit { settings.formByteLimit = limit }
    if let ticket = vector.ticket { settings.fields = [.ticket(ticket)] }
    var session = DeviceSession(
      settings: settings,
      capabilities: try vector.descriptors.map { try Capability(descriptor: $0) })
    _ = session.connected(at: .zero)
    if vector.state != "start" {
      let welcome = WelcomeMessage(
        flags: vector.state == "capabilities" ? .needCapabilities : [], maxFrame: 8_192,
        keepAliveSeconds: 300, unixTime: 1, nonce: full(0).bytes)
      _ = session.received(encoded(.welcome(welcome)), at: .zero)
    }
    guard let request = vector.request else { return session }
    let asked = try messages(request)[0].message
    let actions =
      switch asked {
      case .get(let get): session.get(get, at: .zero)
      case .put(let put): session.put(put, at: .zero)
      case .list(let list): session.list(list, at: .zero)
      case .watch(let watch): session.watch(watch, at: .zero)
      default: [DeviceAction]()
      }
    #expect(bytes(actions) == request, "\(vector.title)")
    return session
  }

  /// Hands bytes over in these pieces, and does what the session wants.
  private func hear(_ pieces: [[UInt8]], _ session: inout DeviceSession) -> [DeviceAction] {
    var heard: [DeviceAction] = []
    for piece in pieces {
      var actions = session.received(piece, at: .zero)
      heard += actions
      while case .upload(_, let byteCount)? = actions.last {
        actions = session.uploadBytes(Array(repeating: 0, count: byteCount), at: .zero)
        heard += actions
      }
    }
    return heard
  }

  @Test(
    "a device goes on or closes as it must", arguments: Specification.vectorFileNames("answers"))
  func answers(file: String) throws {
    for vector in Specification.vectorCases("answers", file).map(AnswerVector.init) {
      var fresh = try session(vector)
      _ = hear(vector.before, &fresh)
      #expect(!fresh.isClosed, "\(vector.title): closed before")
      for pieces in [[vector.bytes], vector.bytes.map { [$0] }] {
        var session = fresh
        let actions = hear(pieces, &session)
        #expect(session.isClosed == !vector.isTaken, "\(vector.title): \(actions)")
        guard let code = vector.code else { continue }
        #expect(closingCode(actions)?.word == code, "\(vector.title): \(actions)")
      }
    }
  }
}
