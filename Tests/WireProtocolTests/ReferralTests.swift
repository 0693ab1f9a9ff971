import Capabilities
import Testing
import WireProtocol

/// REFER and tickets as both sides' sessions treat them.
@Suite("Referrals")
struct ReferralTests {
  private func hello(minor: UInt8 = 1, ticket: [UInt8]? = nil) -> Message {
    .hello(
      HelloMessage(
        minorVersion: minor, maxFrame: 248, keepAliveSeconds: 0, deviceID: Array("dev1".utf8),
        formKeys: [panel().formKey], fields: ticket.map { [.ticket($0)] } ?? []))
  }

  /// A server that takes tickets.
  private func referredServer() -> ServerHarness {
    var settings = ServerSession.Settings()
    settings.takesTickets = true
    return ServerHarness(settings: settings)
  }

  @Test("REFER ends the GET, and another request may follow")
  func refers() throws {
    var harness = ServerHarness()
    let get = GetMessage(reference: .name(name("a")), credit: 64)
    let token = try harness.find(get)
    #expect(harness.session.takesReferrals)
    let sent = try messages(bytes(harness.session.formElsewhere(token, refer(), at: .zero)))
    #expect(sent.map(\.message) == [.refer(refer())])
    #expect(sent.first?.request == 1)
    #expect(harness.session.formElsewhere(token, refer(), at: .zero).isEmpty, "only once")
    _ = try requestToken(harness.receive(.get(get), request: 2))
  }

  @Test("a GET that was cancelled is not referred")
  func cancelled() throws {
    var harness = ServerHarness()
    let token = try harness.find(GetMessage(reference: .name(name("a")), credit: 64))
    _ = harness.receive(.cancel, request: 1)
    #expect(harness.session.formElsewhere(token, refer(), at: .zero).isEmpty)
  }

  @Test("who is of minor version 0, or came with a ticket, is not referred")
  func notReferred() {
    for minor in [UInt8(0), 1, 2, 255] {
      var harness = ServerHarness()
      _ = harness.receive(hello(minor: minor))
      #expect(harness.session.takesReferrals == (minor > 0))
    }
    var harness = referredServer()
    _ = harness.receive(hello(ticket: [1]))
    #expect(!harness.session.takesReferrals)
    #expect(!ServerHarness().session.takesReferrals, "before HELLO")
  }

  @Test("a ticket is refused at once where none is taken")
  func ticketRefused() throws {
    var harness = ServerHarness()
    let actions = harness.receive(hello(ticket: [1, 2, 3]))
    #expect(closingCode(actions) == .notProven)
    #expect(try sent(actions).map(\.type) == [.error])
    #expect(actions.count == 2, "nobody is told of the device")
  }

  @Test("a ticket is told where tickets are taken, and may be refused before WELCOME")
  func ticketTold() throws {
    let harness = referredServer()
    var taking = harness
    let actions = taking.receive(hello(ticket: [1, 2, 3]))
    guard case .identified(let told)? = actions.first else {
      Issue.record("\(actions)")
      return
    }
    #expect(told.ticket == [1, 2, 3])
    var refusing = taking
    #expect(try sent(refusing.session.refuse(.notProven)).map(\.type) == [.error])
    #expect(refusing.session.isClosed)
    taking.session.demandProof()
    let said = try sent(taking.session.keysKnown([panel().formKey], at: .zero))
    guard case .welcome(let welcome)? = said.first else {
      Issue.record("\(said)")
      return
    }
    #expect(welcome.flags.contains(.mustAuthenticate))
    #expect(
      closingCode(
        taking.receive(.get(GetMessage(reference: .name(name("a")), credit: 64)), request: 1))
        == .notProven)
  }

  @Test("a device is told where to go, and not by a server that it was referred to")
  func device() throws {
    for ticket in [false, true] {
      var settings = DeviceSession.Settings()
      settings.usesCRC32 = false
      if ticket { settings.fields = [.ticket([9])] }
      var session = DeviceSession(settings: settings, capabilities: [panel()])
      let hello = try messages(bytes(session.connected(at: .zero)))
      guard case .hello(let said)? = hello.first?.message else {
        Issue.record("no HELLO")
        return
      }
      #expect(said.minorVersion == 1 && said.ticket == (ticket ? [9] : nil))
      let welcome = WelcomeMessage(
        flags: [], maxFrame: 8_192, keepAliveSeconds: 100, unixTime: 0, nonce: full(0).bytes)
      _ = session.received(encoded(.welcome(welcome)), at: .zero)
      _ = session.get(GetMessage(reference: .name(name("a")), credit: 64), at: .zero)
      let actions = session.received(encoded(.refer(refer()), request: 1), at: .zero)
      if ticket {
        #expect(closingCode(actions) == .malformed)
      } else {
        #expect(actions == [.referred(refer())])
        #expect(session.isIdle)
      }
    }
  }
}

/// ORIGIN as a back's session takes it: what a front says, over connections that prove a key.
@Suite("Origins")
struct OriginTests {
  /// A front and a back after the proof.
  private func pair(takesOrigins: Bool = true, fields: [HelloField] = []) -> ProofPair {
    var settings = ServerSession.Settings()
    settings.takesOrigins = takesOrigins
    var pair = ProofPair()
    pair.server = ServerSession(
      settings: settings, mustProve: true, nonce: full(0).bytes, unixTime: 1, now: .zero)
    _ = pair.server.received(pair.hello, at: .zero)
    _ = pair.server.received(pair.prove, at: .zero)
    let proven = pair.server.keyFound(presharedKey().secret, at: .zero)
    _ = pair.device.received(bytes(proven), at: .zero)
    return pair
  }

  private let get = GetMessage(reference: .name(name("a")), credit: 64)

  /// The front says ORIGIN and asks for a form.
  private func ask(
    _ pair: inout ProofPair, for capabilities: [Capability], flags: OriginMessage.Flags = .retrieve
  ) -> [ServerAction] {
    let said = pair.device.originate(
      origin(capabilities, flags: flags), capabilities: capabilities, at: .zero)
    return pair.server.received(bytes(said + pair.device.get(get, at: .zero)), at: .zero)
  }

  @Test("a form is found for the keys of the last ORIGIN")
  func keys() throws {
    var pair = pair()
    for capabilities in [[panel()], [panel(width: 8), panel(width: 16)]] {
      let actions = ask(&pair, for: capabilities)
      #expect(actions.first == .originated(origin(capabilities, flags: .retrieve)))
      guard case .find(let token, get, let alternatives)? = actions.last else {
        Issue.record("\(actions)")
        return
      }
      #expect(alternatives == capabilities.map(\.formKey))
      let failed = pair.server.failed(token, .notFound, at: .zero)
      _ = pair.device.received(bytes(failed), at: .zero)
    }
  }

  @Test("without keys GET fails, and there is nothing to describe")
  func noKeys() throws {
    var pair = pair()
    let answer = ask(&pair, for: [])
    let heard = pair.device.received(bytes(answer), at: .zero)
    guard case .failed(let error)? = heard.last else {
      Issue.record("\(heard)")
      return
    }
    #expect(error.code == .noCapabilities)
    // A front that describes a device all the same.
    let said = pair.device.originate(origin([panel()]), capabilities: [panel()], at: .zero)
    let described = pair.device.describe(at: .zero)
    _ = pair.server.received(bytes(said), at: .zero)
    #expect(pair.server.received(bytes(described), at: .zero) == [.register([panel()])])
  }

  @Test("descriptors may be told again and again, and are refused alone")
  func described() throws {
    var pair = pair()
    let said = pair.device.originate(origin([panel()]), capabilities: [panel()], at: .zero)
    _ = pair.server.received(bytes(said), at: .zero)
    for isKept in [true, false, true] {
      let actions = pair.server.received(bytes(pair.device.describe(at: .zero)), at: .zero)
      #expect(actions == [.register([panel()])])
      let answer =
        isKept
        ? pair.server.capabilitiesAccepted(at: .zero)
        : pair.server.capabilitiesRefused(.busy, detail: "later", at: .zero)
      let heard = pair.device.received(bytes(answer), at: .zero)
      if isKept {
        #expect(heard == [.accepted])
      } else {
        guard case .capabilitiesRefused? = heard.last else {
          Issue.record("\(heard)")
          return
        }
      }
      #expect(pair.device.isIdle && pair.device.isOpen)
    }
  }

  @Test("a back refers a front's device only when it is asked to", arguments: [false, true])
  func refers(isWanted: Bool) throws {
    var pair = pair()
    let actions = ask(&pair, for: [panel()], flags: isWanted ? [.retrieve, .refer] : .retrieve)
    #expect(pair.server.takesReferrals == isWanted)
    guard isWanted else { return }
    let answer = pair.server.formElsewhere(try requestToken(actions), refer(), at: .zero)
    #expect(pair.device.received(bytes(answer), at: .zero) == [.referred(refer())])
  }

  @Test("what is watched stays watched")
  func watched() throws {
    var pair = pair()
    let watch = pair.device.watch(WatchMessage(names: [name("w")]), at: .zero)
    let token = try requestToken(pair.server.received(bytes(watch), at: .zero))
    _ = pair.device.received(bytes(pair.server.watching(token, at: .zero)), at: .zero)
    let said = pair.device.originate(origin([panel()]), capabilities: [panel()], at: .zero)
    _ = pair.server.received(bytes(said), at: .zero)
    let told = pair.server.notify(name("w"), imageID: short(1), generation: 2, at: .zero)
    let news = NotifyMessage(name: name("w"), imageID: short(1), generation: 2)
    // It crosses the descriptors; what comes while these are kept waits.
    let described = pair.device.describe(at: .zero)
    #expect(pair.device.received(bytes(told), at: .zero) == [.notified(news)])
    _ = pair.server.received(bytes(described), at: .zero)
    #expect(
      pair.server.notify(name("w"), imageID: short(2), generation: 3, at: .zero).isEmpty)
    let answer = bytes(pair.server.capabilitiesAccepted(at: .zero))
    let later = NotifyMessage(name: name("w"), imageID: short(2), generation: 3)
    #expect(pair.device.received(answer, at: .zero) == [.accepted, .notified(later)])
  }

  @Test("a device's listener takes no ORIGIN, whatever was proven")
  func deviceListener() {
    var pair = pair(takesOrigins: false)
    #expect(closingCode(ask(&pair, for: [panel()])) == .unexpectedMessage)
  }

  @Test("a stranger's ORIGIN is not taken at a front's listener either")
  func stranger() {
    var settings = ServerSession.Settings()
    settings.takesOrigins = true
    var harness = ServerHarness(settings: settings)
    harness.open([])
    #expect(closingCode(harness.receive(.origin(origin([panel()])))) == .unexpectedMessage)
  }
}
