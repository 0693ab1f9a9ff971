import Capabilities
import Testing
import WireProtocol

@Suite("Server: handshake")
struct ServerHandshakeTests {
  @Test("a device without keys is welcomed at once")
  func noKeys() throws {
    var server = ServerHarness()
    let actions = server.receive(hello([]))
    guard case .identified(let message) = actions.first else {
      Issue.record("HELLO was not reported")
      return
    }
    #expect(message.deviceID == Array("dev1".utf8))
    #expect(
      try sent(actions) == [
        .welcome(
          WelcomeMessage(
            flags: [], maxFrame: 16_384, keepAliveSeconds: 300, unixTime: 1,
            nonce: full(0).bytes))
      ])
  }

  @Test("known keys: WELCOME waits for the look-up, and asks for nothing")
  func knownKeys() throws {
    var server = ServerHarness()
    let key = panel().formKey
    let actions = server.receive(hello([panel()]))
    #expect(actions.last == .lookUpKeys([key]))
    #expect(try sent(actions).isEmpty)
    let welcome = try sent(server.session.keysKnown([key], at: .zero))
    guard case .welcome(let message)? = welcome.first else {
      Issue.record("no WELCOME")
      return
    }
    #expect(message.flags.isEmpty)
    #expect(server.session.keysKnown([key], at: .zero).isEmpty)
  }

  @Test("one unknown key of two: CAPABILITIES, ACCEPTED, then the GET that came early")
  func capabilities() throws {
    var server = ServerHarness()
    let both = [panel(), panel(width: 400, height: 300)]
    _ = server.receive(hello(both))
    let get = GetMessage(reference: .name(name("a")), credit: 256)
    #expect(server.receive(.get(get), request: 1).isEmpty)
    let welcome = try sent(server.session.keysKnown([both[0].formKey], at: .zero))
    guard case .welcome(let message)? = welcome.first else {
      Issue.record("no WELCOME")
      return
    }
    #expect(message.flags == .needCapabilities)
    let descriptors = CapabilitiesMessage(descriptors: both.map(\.descriptor))
    #expect(server.receive(.capabilities(descriptors)) == [.register(both)])
    let actions = server.session.capabilitiesAccepted(at: .zero)
    #expect(try sent(actions) == [.accepted(AcceptedMessage(formKeys: both.map(\.formKey)))])
    let token = try requestToken(actions)
    #expect(actions.last == .find(token, get, alternatives: both.map(\.formKey)))
    #expect(token.number == 1)
  }

  /// Descriptors that do not fit the key in HELLO, and the answer.
  static let refusals: [(descriptors: [[UInt8]], code: ErrorCode, detail: String)] = [
    (
      [panel(width: 8, height: 8).descriptor], .invalidDescriptor,
      "0: key is \(panel(width: 8, height: 8).formKey), HELLO had \(panel().formKey)"
    ),
    (
      [panel().descriptor, panel().descriptor], .invalidDescriptor, "2 descriptors for 1 form keys"
    ),
    (
      [panel().descriptor + [0x0B, 0, 0]], .unsupportedField,
      "0: unknown descriptor field 0x0b at byte 13"
    ),
    (
      [hex("010004032001e0 030003010100 080001 63")], .unsupportedField,
      "0: container 99 is not known, known are 0, 1, 2, 3, 4, 5, 6, 7, 16, 17, 18, 19, 20, 21, 22, 23, "
        + "24, 25, 26, 27, 28, at byte 16"
    ),
    (
      [hex("010004ffffffff 030003010100")], .formTooLarge,
      "0: the form would have 4294836225 pixels, allowed are 67108864"
    ),
    ([[1]], .invalidDescriptor, "0: descriptor ends early: 2 bytes needed, 0 left, at byte 1"),
  ]

  @Test("descriptors that do not fit are refused, and GET has no capabilities", arguments: refusals)
  func refused(descriptors: [[UInt8]], code: ErrorCode, detail: String) throws {
    var server = ServerHarness()
    _ = server.receive(hello([panel()]))
    _ = server.session.keysKnown([], at: .zero)
    let get = GetMessage(reference: .name(name("a")), credit: 256)
    _ = server.receive(.get(get), request: 9)
    let actions = server.receive(.capabilities(CapabilitiesMessage(descriptors: descriptors)))
    #expect(
      try sent(actions) == [
        .error(ErrorMessage(code: code, detail: detail)),
        .error(ErrorMessage(code: .noCapabilities)),
      ])
    #expect(!server.session.isClosed)
  }

  @Test("a key may stand twice")
  func keyTwice() throws {
    var server = ServerHarness()
    let twice = [panel(), panel()]
    _ = server.receive(hello(twice))
    _ = server.session.keysKnown([], at: .zero)
    let message = CapabilitiesMessage(descriptors: twice.map(\.descriptor))
    #expect(server.receive(.capabilities(message)) == [.register(twice)])
    #expect(
      try sent(server.session.capabilitiesAccepted(at: .zero))
        == [.accepted(AcceptedMessage(formKeys: twice.map(\.formKey)))])
  }

  @Test("the application may refuse capabilities too")
  func refusedByApplication() throws {
    var server = ServerHarness()
    _ = server.receive(hello([panel()]))
    _ = server.session.keysKnown([], at: .zero)
    _ = server.receive(.capabilities(CapabilitiesMessage(descriptors: [panel().descriptor])))
    let actions = server.session.capabilitiesRefused(
      .unsupportedField, detail: "container", at: .zero)
    #expect(
      try sent(actions) == [.error(ErrorMessage(code: .unsupportedField, detail: "container"))])
    let get = GetMessage(reference: .name(name("a")), credit: 256)
    #expect(
      try sent(server.receive(.get(get), request: 1)) == [
        .error(ErrorMessage(code: .noCapabilities))
      ])
  }

  @Test("a refusal that may pass says when to come back")
  func refusedForNow() throws {
    var server = ServerHarness()
    _ = server.receive(hello([panel()]))
    _ = server.session.keysKnown([], at: .zero)
    _ = server.receive(.capabilities(CapabilitiesMessage(descriptors: [panel().descriptor])))
    let actions = server.session.capabilitiesRefused(
      .storeFull, retryAfterSeconds: 60, detail: "full", at: .zero)
    #expect(
      try sent(actions) == [
        .error(ErrorMessage(code: .storeFull, retryAfterSeconds: 60, detail: "full"))
      ])
  }

  /// What ends the connection before or right after HELLO.
  static let endings: [(bytes: [UInt8], code: ErrorCode)] = [
    (encoded(.ping), .unexpectedMessage),
    (
      encoded(.get(GetMessage(reference: .id(short(0)), credit: 1)), request: 1), .unexpectedMessage
    ),
    (
      encoded(
        .welcome(
          WelcomeMessage(
            flags: [], maxFrame: 8_192, keepAliveSeconds: 1, unixTime: 0, nonce: full(0).bytes))),
      .unexpectedMessage
    ),
    (encoded(hello([]), request: 1), .malformed),
    (encoded(hello([])) + encoded(hello([])), .unexpectedMessage),
    (encoded(hello([])) + encoded(.ok), .unexpectedMessage),
    (encoded(hello([])) + encoded(.data([1]), request: 1), .unexpectedMessage),
    (encoded(hello([])) + encoded(.list(ListMessageFixture.all), request: 0), .malformed),
    (
      encoded(hello([]))
        + encoded(.capabilities(CapabilitiesMessage(descriptors: [[]]))), .unexpectedMessage
    ),
    (
      encoded(hello([]))
        + encoded(.get(GetMessage(reference: .id(short(0)), credit: 0x8000_0000)), request: 1),
      .creditOverflow
    ),
    (encoded(.data(Array(repeating: 0, count: 249))), .frameTooLong),
    (hex("160301020001"), .malformed),
    (frame(0x32), .unknownType),
    (frame(0x05), .malformed),
    (frame(0x07), .unknownType),
    (encoded(hello([])) + frame(0x32), .unknownType),
    (frame(0x01, Array("FORM".utf8) + [2, 0]), .version),
  ]

  private static func frame(_ type: UInt8, _ payload: [UInt8] = []) -> [UInt8] {
    var bytes: [UInt8] = []
    FrameEncoder(usesCRC32: false).append(
      type: type, request: 1, payload: payload[...], to: &bytes)
    return bytes
  }

  @Test("what ends the connection, and with which code", arguments: endings)
  func ending(bytes: [UInt8], code: ErrorCode) throws {
    var server = ServerHarness()
    let actions = server.session.received(bytes, at: .zero)
    guard case .close(let end)? = actions.last, case .error(let error)? = try sent(actions).last
    else {
      Issue.record("not closed: \(actions)")
      return
    }
    #expect(end.code == code)
    #expect(error.code == code && error.flags.contains(.closes))
    #expect(server.session.isClosed && server.session.nextDeadline == nil)
    #expect(server.session.received(encoded(.ping), at: .zero).isEmpty)
  }

  @Test("two early requests are one too many")
  func twoEarly() throws {
    var server = ServerHarness()
    _ = server.receive(hello([panel()]))
    let get = Message.get(GetMessage(reference: .id(short(0)), credit: 1))
    #expect(server.receive(get, request: 1).isEmpty)
    guard case .close(.unexpected(.get, _))? = server.receive(get, request: 2).last else {
      Issue.record("not closed")
      return
    }
  }

  @Test("an early GET can be cancelled and given credit")
  func earlyCancel() throws {
    var server = ServerHarness()
    _ = server.receive(hello([panel()]))
    let get = Message.get(GetMessage(reference: .id(short(0)), credit: 1))
    _ = server.receive(get, request: 1)
    #expect(server.receive(.credit(CreditMessage(byteCount: 300)), request: 1).isEmpty)
    #expect(
      try sent(server.receive(.cancel, request: 1)) == [.error(ErrorMessage(code: .cancelled))])
    _ = server.receive(get, request: 2)
    _ = server.receive(.credit(CreditMessage(byteCount: 300)), request: 2)
    let token = try requestToken(server.session.keysKnown([panel().formKey], at: .zero))
    #expect(token.number == 2)
    let actions = server.session.formFound(token, form(), at: .zero)
    #expect(actions.last == .produce(token, offset: 0, byteCount: 248))
  }

  @Test(
    "keep-alive is the lower of both",
    arguments: [
      (0 as UInt16, 300 as UInt16), (10, 10), (299, 299), (301, 300), (0xFFFF, 300),
    ])
  func keepAlive(wanted: UInt16, given: UInt16) throws {
    var server = ServerHarness()
    guard
      case .welcome(let welcome)? = try sent(server.receive(hello([], keepAliveSeconds: wanted)))
        .first
    else {
      Issue.record("no WELCOME")
      return
    }
    #expect(welcome.keepAliveSeconds == given)
    let end = Duration.milliseconds(1_500 * Int(given))
    #expect(server.session.nextDeadline == end)
    #expect(server.session.deadlineReached(at: end - .nanoseconds(1)).isEmpty)
    let actions = server.session.deadlineReached(at: end)
    let goAway = GoAwayMessage(reason: .idle, holdOffSeconds: 0)
    #expect(try sent(actions) == [.goAway(goAway)])
    #expect(actions.last == .close(.goAway(goAway)))
  }

  @Test("HELLO, CAPABILITIES and a begun frame have deadlines")
  func deadlines() throws {
    var silent = ServerHarness()
    #expect(silent.session.nextDeadline == .seconds(5))
    #expect(silent.session.deadlineReached(at: .seconds(5)).last == .close(.deadline(.handshake)))

    var withoutCapabilities = ServerHarness()
    _ = withoutCapabilities.receive(hello([panel()]))
    #expect(withoutCapabilities.session.nextDeadline == nil)
    _ = withoutCapabilities.session.keysKnown([], at: .seconds(2))
    #expect(withoutCapabilities.session.nextDeadline == .seconds(7))

    var begun = ServerHarness()
    begun.open()
    _ = begun.session.received([0x40], at: .seconds(1))
    _ = begun.session.received([0x00], at: .seconds(9))
    #expect(begun.session.nextDeadline == .seconds(11))
    let actions = begun.session.deadlineReached(at: .seconds(11))
    #expect(actions.last == .close(.deadline(.frame)))
    guard case .error(let error)? = try sent(actions).last else {
      Issue.record("no ERROR")
      return
    }
    #expect(error.code == .deadline)
  }

  @Test("the CRC-32 trailer is the device's choice")
  func trailer() {
    for usesCRC32 in [false, true] {
      var server = ServerHarness(usesCRC32: usesCRC32)
      guard case .send(let bytes)? = server.receive(hello([])).last else {
        Issue.record("no WELCOME")
        return
      }
      #expect(bytes.count == 8 + 46 + (usesCRC32 ? 4 : 0))
      #expect(bytes[1] == (usesCRC32 ? 2 : 0))
    }
  }

  @Test("a full server says so")
  func refuse() throws {
    var server = ServerHarness()
    let actions = server.session.refuse(.tooManyConnections, retryAfterSeconds: 30, detail: "full")
    #expect(
      try sent(actions) == [
        .error(ErrorMessage(code: .tooManyConnections, retryAfterSeconds: 30, detail: "full"))
      ])
    #expect(actions.last == .close(.refused(.tooManyConnections, detail: "full")))
  }
}

enum ListMessageFixture {
  static let all: ListMessage = {
    do { return try ListMessage() } catch { fatalError("\(error)") }
  }()
}
