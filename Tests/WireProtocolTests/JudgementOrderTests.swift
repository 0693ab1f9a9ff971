import Capabilities
import Testing
import WireProtocol

/// Frames with two faults: the one that spec/PROTOCOL.md, "The order of judgement", names first
/// decides.
@Suite("Order of judgement")
struct JudgementOrderTests {
  enum State: String, Sendable {
    case awaitingHello, awaitingProof, awaitingCapabilities, idle, busy
  }

  struct Case: Sendable, CustomTestStringConvertible {
    let testDescription: String
    let state: State
    let frame: [UInt8]
    let code: ErrorCode

    init(_ name: String, _ state: State, _ frame: [UInt8], _ code: ErrorCode) {
      testDescription = name
      self.state = state
      self.frame = frame
      self.code = code
    }
  }

  /// A frame with any bytes as its payload.
  private static func frame(_ type: UInt8, _ payload: String = "", request: UInt16) -> [UInt8] {
    var output: [UInt8] = []
    FrameEncoder(usesCRC32: false).append(
      type: type, request: request, payload: hex(payload)[...], to: &output)
    return output
  }

  private static let remove = MessageType.remove.rawValue
  private static let zeros = String(repeating: "00", count: 32)

  /// GET of an id.
  private static let tooMuchCredit = "00 \(zeros) \(zeros.prefix(32)) 00000000 80000000"

  static let cases: [Case] = [
    Case("type, then HELLO", .awaitingHello, frame(0x46, request: 1), .unknownType),
    Case("type, then proof", .awaitingProof, frame(0x46, request: 1), .unknownType),
    Case("layout, then HELLO", .awaitingHello, frame(0x40, "00", request: 0), .malformed),
    Case("layout, then proof", .awaitingProof, frame(remove, "05", request: 1), .malformed),
    Case("layout, then number", .idle, frame(remove, "05", request: 0), .malformed),
    Case("version, then number", .idle, frame(0x01, "464f524d02", request: 1), .version),
    Case(
      "HELLO, then number", .awaitingHello, frame(remove, "0161", request: 0), .unexpectedMessage),
    Case("HELLO, then name", .awaitingHello, frame(remove, "00", request: 1), .unexpectedMessage),
    Case("proof, then number", .awaitingProof, frame(remove, "0161", request: 0), .notProven),
    Case("proof, then name", .awaitingProof, frame(remove, "00", request: 1), .notProven),
    Case(
      "proof, then side", .awaitingProof, frame(0x22, "\(zeros.prefix(40))", request: 1), .notProven
    ),
    Case("number, then state", .busy, frame(remove, "0161", request: 0), .malformed),
    Case("number, then name", .idle, frame(remove, "00", request: 0), .malformed),
    Case("number, then side", .idle, frame(0x06, zeros, request: 1), .malformed),
    Case(
      "number, then state of the handshake", .idle,
      encoded(.capabilities(CapabilitiesMessage(descriptors: [panel().descriptor])), request: 1),
      .malformed),
    Case("number of a second HELLO", .idle, encoded(hello([]), request: 1), .malformed),
    Case("number of the first HELLO", .awaitingHello, encoded(hello([]), request: 1), .malformed),
    Case("state, then name", .busy, frame(remove, "00", request: 2), .unexpectedMessage),
    Case(
      "state, then credit", .busy,
      frame(0x10, tooMuchCredit, request: 2),
      .unexpectedMessage),
    Case(
      "number, then credit", .idle,
      frame(0x10, tooMuchCredit, request: 0), .malformed),
    Case("name, then what follows it", .idle, frame(0x10, "01 00", request: 2), .nameInvalid),
    Case(
      "a name in a held request's way", .awaitingCapabilities, frame(remove, "00", request: 1),
      .nameInvalid),
  ]

  @Test("The first fault decides", arguments: cases)
  func order(_ item: Case) throws {
    var harness = try self.harness(in: item.state)
    let actions = harness.session.received(item.frame, at: harness.now)
    let messages = try sent(actions)
    guard messages.count == 1, case .error(let error) = messages[0] else {
      Issue.record("\(messages)")
      return
    }
    #expect(error.code == item.code)
    #expect(harness.session.isClosed == (item.code.scope == .connection))
  }

  /// Nothing of a HELLO with a fault is used, its CRC-32 neither (FORME-2.5-3).
  @Test func aHelloThatIsRefusedAsksForNoTrailer() throws {
    var harness = ServerHarness(usesCRC32: true)
    let actions = harness.receive(hello([panel()]), request: 7)
    guard case .send(let bytes)? = actions.first else {
      Issue.record("\(actions)")
      return
    }
    #expect(bytes[1] == 0)
  }

  private func harness(in state: State) throws -> ServerHarness {
    var harness = ServerHarness()
    switch state {
    case .awaitingHello: break
    case .awaitingProof:
      harness.session = ServerSession(
        settings: .init(), mustProve: true, nonce: full(0).bytes, unixTime: 1, now: .zero)
      _ = harness.receive(hello([]))
    case .awaitingCapabilities:
      _ = harness.receive(hello([panel()]))
      _ = harness.session.keysKnown([], at: harness.now)
    case .idle: harness.open()
    case .busy:
      harness.open()
      _ = harness.receive(.list(try ListMessage()), request: 1)
    }
    return harness
  }
}
