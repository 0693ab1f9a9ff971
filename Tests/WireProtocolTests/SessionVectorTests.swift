import Capabilities
import Testing
import WireProtocol

@Suite("Vectors: what sessions answer")
struct SessionVectorTests {
  /// A server's session in the state that a case names.
  private func server(_ state: String) throws -> ServerSession {
    var harness = ServerHarness()
    switch state {
    case "start": break
    case "open": harness.open([])
    case "capabilities":
      _ = harness.receive(hello([panel()]))
      _ = harness.session.keysKnown([], at: .zero)
    case "proof":
      harness.session = ServerSession(
        settings: .init(), mustProve: true, nonce: full(0).bytes, unixTime: 1, now: .zero)
      _ = harness.receive(hello([]))
    default: throw NoSuchState(state: state)
    }
    #expect(!harness.session.isClosed)
    return harness.session
  }

  /// A device's session in the state that a case names.
  private func device(_ state: String, maxFrame: Int) throws -> DeviceSession {
    var settings = DeviceSession.Settings()
    settings.maxFrame = maxFrame
    settings.usesCRC32 = false
    let proofSeed = ProofSeed(key: presharedKey(), nonce: full(100).bytes)
    var session = DeviceSession(
      settings: settings, capabilities: state == "capabilities" ? [panel()] : [],
      proofSeed: state == "proof" ? proofSeed : nil)
    _ = session.connected(at: .zero)
    let flags: WelcomeMessage.Flags
    switch state {
    case "start": return session
    case "open": flags = []
    case "capabilities": flags = .needCapabilities
    case "proof": flags = .mustAuthenticate
    default: throw NoSuchState(state: state)
    }
    let welcome = WelcomeMessage(
      flags: flags, maxFrame: 8_192, keepAliveSeconds: 300, unixTime: 1, nonce: full(0).bytes)
    _ = session.received(encoded(.welcome(welcome)), at: .zero)
    #expect(!session.isClosed)
    return session
  }

  private struct NoSuchState: Error {
    let state: String
  }

  @Test(
    "devices hear the code, and the connection closes if it must",
    arguments: WireVectorFile.messages)
  func servers(file: WireVectorFile) throws {
    for vector in file.cases where vector.isFromDevice {
      guard let state = vector.state else { continue }
      let fresh = try server(state)
      for pieces in [[vector.bytes], vector.bytes.map { [$0] }] {
        var session = fresh
        let actions = pieces.flatMap { session.received($0, at: .zero) }
        let errors = try messages(bytes(actions)).compactMap { message, request, _ in
          if case .error(let error) = message { (error, request) } else { nil }
        }
        guard let refusal = vector.refusal else {
          #expect(errors.allSatisfy { $0.0.code == .noCapabilities }, "\(vector.title): \(errors)")
          #expect(!session.isClosed, "\(vector.title)")
          if vector.isSkipped { #expect(actions.isEmpty, "\(vector.title)") }
          continue
        }
        let (error, request) = try #require(errors.first, "\(vector.title)")
        #expect(errors.count == 1 && error.code?.word == refusal.codes[0], "\(vector.title)")
        let closes = error.code?.scope == .connection
        #expect(session.isClosed == closes, "\(vector.title)")
        #expect(error.flags.contains(.closes) == closes, "\(vector.title)")
        let number = UInt16(vector.bytes[4]) << 8 | UInt16(vector.bytes[5])
        #expect(request == (closes ? 0 : number), "\(vector.title)")
      }
    }
  }

  @Test("servers hear the code of what closes the connection", arguments: WireVectorFile.messages)
  func devices(file: WireVectorFile) throws {
    for vector in file.cases where !vector.isFromDevice {
      guard let state = vector.state else { continue }
      let fresh = try device(state, maxFrame: vector.maxFrame)
      for pieces in [[vector.bytes], vector.bytes.map { [$0] }] {
        var session = fresh
        let actions = pieces.flatMap { session.received($0, at: .zero) }
        guard let refusal = vector.refusal else {
          #expect(closingCode(actions) == nil, "\(vector.title)")
          if vector.isSkipped { #expect(actions.isEmpty, "\(vector.title)") }
          continue
        }
        #expect(closingCode(actions)?.word == refusal.codes[0], "\(vector.title)")
        #expect(session.isClosed, "\(vector.title)")
      }
    }
  }

  @Test(
    "descriptors are accepted or refused with their code, and the connection stays open",
    arguments: Specification.vectorFileNames("descriptors"))
  func descriptors(file: String) throws {
    for object in Specification.vectorCases("descriptors", file) {
      let title = text(object["title"])
      let keyText = object["key"] as? String ?? String(repeating: "0", count: 32)
      let key = try #require(FormKey(hex(keyText)))
      var harness = ServerHarness()
      let hello = HelloMessage(maxFrame: 248, keepAliveSeconds: 0, deviceID: [], formKeys: [key])
      _ = harness.receive(.hello(hello))
      _ = harness.session.keysKnown([], at: .zero)
      let actions = harness.receive(
        .capabilities(CapabilitiesMessage(descriptors: [hex(text(object["hex"]))])))
      #expect(!harness.session.isClosed, "\(title)")
      if let error = object["error"] as? [String: Any] {
        let answer = try #require(try messages(bytes(actions)).first, "\(title)")
        guard case .error(let refusal) = answer.message else {
          Issue.record("\(title): \(answer)")
          continue
        }
        #expect(refusal.code?.word == text(error["code"]), "\(title): \(refusal)")
        #expect(answer.request == 0, "\(title)")
      } else {
        guard case .register(let capabilities)? = actions.first else {
          Issue.record("\(title): \(actions)")
          continue
        }
        #expect(capabilities.map(\.formKey) == [key], "\(title)")
      }
    }
  }
}
