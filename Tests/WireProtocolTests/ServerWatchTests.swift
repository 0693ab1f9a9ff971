import Capabilities
import Testing
import WireProtocol

@Suite("Server: WATCH and NOTIFY")
struct ServerWatchTests {
  private static let (a, b) = (name("a"), name("b"))

  private func watch(_ names: [ImageName]) -> Message { .watch(WatchMessage(names: names)) }

  private func news(
    _ name: ImageName, _ generation: UInt32, _ imageID: ShortDigest = short(1)
  ) -> Message {
    .notify(NotifyMessage(name: name, imageID: imageID, generation: generation))
  }

  /// A session that watches these names.
  private func watching(_ names: [ImageName]) throws -> ServerHarness {
    var server = ServerHarness()
    server.open()
    let token = try requestToken(server.receive(watch(names), request: 1))
    #expect(try sent(server.session.watching(token, at: .zero)) == [.ok])
    return server
  }

  /// What is sent when a name comes to something.
  private func notify(
    _ server: inout ServerHarness, _ name: ImageName, _ generation: UInt32,
    _ imageID: ShortDigest = short(1)
  ) throws -> [Message] {
    try sent(
      server.session.notify(name, imageID: imageID, generation: generation, at: .zero))
  }

  @Test("WATCH asks for each name once, OK has its number, NOTIFY has 0")
  func exact() throws {
    var server = ServerHarness()
    server.open()
    let actions = server.receive(watch([Self.b, Self.a, Self.b]), request: 7)
    let token = try requestToken(actions)
    #expect(actions == [.watch(token, [Self.b, Self.a])])
    #expect(server.session.watching(token, at: .zero) == [.send(encoded(.ok, request: 7))])
    #expect(server.session.watching(token, at: .zero).isEmpty)
    #expect(
      server.session.notify(Self.a, imageID: short(1), generation: 3, at: .zero) == [
        .send(encoded(news(Self.a, 3), request: 0))
      ])
  }

  @Test("64 names are taken, one more closes")
  func limit() {
    let names = (0..<65).map { name("n\($0)") }
    var server = ServerHarness()
    server.open()
    guard
      case .watch(_, let asked)? = server.receive(watch(Array(names.prefix(64))), request: 1).last
    else {
      Issue.record("refused")
      return
    }
    #expect(asked == Array(names.prefix(64)))
    var other = ServerHarness()
    other.open()
    var bytes: [UInt8] = []
    FrameEncoder(maxFrame: 0xFFFF, usesCRC32: false).append(
      type: MessageType.watch.rawValue, request: 1,
      payload: names.flatMap { [UInt8($0.text.utf8.count)] + $0.text.utf8 }[...], to: &bytes)
    guard case .close(.message(.outOfRange))? = other.session.received(bytes, at: .zero).last
    else {
      Issue.record("taken")
      return
    }
  }

  @Test("a name that is none fails WATCH alone, and what was watched before goes on")
  func invalidName() throws {
    var server = try watching([Self.a])
    var bytes: [UInt8] = []
    FrameEncoder(usesCRC32: false).append(
      type: MessageType.watch.rawValue, request: 3, payload: [1, 98, 1, 10], to: &bytes)
    guard case .error(let error)? = try sent(server.session.received(bytes, at: .zero)).first
    else {
      Issue.record("no ERROR")
      return
    }
    #expect(error.code == .nameInvalid)
    #expect(try notify(&server, Self.b, 1).isEmpty)
    #expect(try notify(&server, Self.a, 1) == [news(Self.a, 1)])
  }

  @Test("WATCH with request 0 closes")
  func requestZero() {
    var server = ServerHarness()
    server.open()
    #expect(
      server.receive(watch([Self.a]), request: 0).last
        == .close(.wrongRequestNumber(.watch, request: 0)))
  }

  @Test("only news are told, and never an older state after a newer one")
  func newest() throws {
    var server = try watching([Self.a])
    #expect(try notify(&server, Self.a, 3) == [news(Self.a, 3)])
    #expect(try notify(&server, Self.a, 3).isEmpty)
    #expect(try notify(&server, Self.a, 2).isEmpty)
    #expect(try notify(&server, Self.a, 2, .none).isEmpty)
    // A removal keeps the generation; a look-up that was slower than it does not undo it.
    #expect(try notify(&server, Self.a, 3, .none) == [news(Self.a, 3, .none)])
    #expect(try notify(&server, Self.a, 3).isEmpty)
    #expect(try notify(&server, Self.a, 4) == [news(Self.a, 4)])
    #expect(try notify(&server, Self.b, 1).isEmpty)
  }

  @Test("a new WATCH replaces the list, and is told of everything again; an empty one ends it")
  func replacing() throws {
    var server = try watching([Self.a])
    #expect(try notify(&server, Self.a, 3) == [news(Self.a, 3)])
    var token = try requestToken(server.receive(watch([Self.b, Self.a]), request: 2))
    #expect(try sent(server.session.watching(token, at: .zero)) == [.ok])
    #expect(try notify(&server, Self.a, 3) == [news(Self.a, 3)])
    #expect(try notify(&server, Self.b, 1) == [news(Self.b, 1)])
    token = try requestToken(server.receive(watch([]), request: 3))
    #expect(try sent(server.session.watching(token, at: .zero)) == [.ok])
    #expect(try notify(&server, Self.a, 4).isEmpty)
    #expect(try notify(&server, Self.b, 4).isEmpty)
  }

  @Test("news that come before OK wait for it; after ERROR the old list goes on")
  func beforeOK() throws {
    var server = try watching([Self.a])
    var token = try requestToken(server.receive(watch([Self.b]), request: 2))
    #expect(try notify(&server, Self.b, 5).isEmpty)
    #expect(try notify(&server, Self.a, 6).isEmpty)
    var other = server
    #expect(try sent(server.session.watching(token, at: .zero)) == [.ok, news(Self.b, 5)])
    #expect(try notify(&server, Self.a, 7).isEmpty)

    #expect(
      try sent(other.session.failed(token, .notAllowed, at: .zero)) == [
        .error(ErrorMessage(code: .notAllowed)), news(Self.a, 6),
      ])
    // CANCEL does not undo a WATCH.
    token = try requestToken(other.receive(watch([Self.b]), request: 3))
    #expect(other.receive(.cancel, request: 3).isEmpty)
    #expect(try sent(other.session.watching(token, at: .zero)) == [.ok])
  }

  @Test("nothing is told from GET's arrival to its last DATA, then only the newest of each name")
  func heldBack() throws {
    var server = try watching([Self.a, Self.b])
    let token = try requestToken(
      server.receive(.get(GetMessage(reference: .name(Self.a), credit: 1_000)), request: 2))
    #expect(try notify(&server, Self.b, 1).isEmpty)
    let found = server.session.formFound(token, form(total: 200), at: .zero)
    #expect(try sent(found).map(\.type) == [.form])
    for generation in 2..<1_000 as Range<UInt32> {
      #expect(try notify(&server, Self.b, generation).isEmpty)
      #expect(try notify(&server, Self.a, generation).isEmpty)
    }
    let data = Array(repeating: 1 as UInt8, count: 200)
    let last = server.session.produced(token, data, at: .zero)
    #expect(try sent(last) == [.data(data), news(Self.a, 999), news(Self.b, 999)])
    #expect(try notify(&server, Self.a, 1_000) == [news(Self.a, 1_000)])
  }

  @Test("while the connection takes no output, a flood leaves one NOTIFY a name")
  func flood() throws {
    var server = try watching([Self.a, Self.b])
    #expect(server.session.outputReady(false, at: .zero).isEmpty)
    for generation in 1..<10_000 as Range<UInt32> {
      #expect(try notify(&server, Self.a, generation).isEmpty)
    }
    // Answers go on: the device asked for them.
    #expect(try sent(server.receive(.ping)) == [.pong])
    #expect(try sent(server.session.outputReady(true, at: .zero)) == [news(Self.a, 9_999)])
    #expect(server.session.outputReady(true, at: .zero).isEmpty)
  }

  @Test("WATCH may come right behind HELLO, and starts when the handshake is over")
  func early() throws {
    var server = ServerHarness()
    _ = server.receive(hello([panel()]))
    #expect(server.receive(watch([Self.a]), request: 1).isEmpty)
    #expect(try notify(&server, Self.a, 1).isEmpty)
    let actions = server.session.keysKnown([panel().formKey], at: .zero)
    let token = try requestToken(actions)
    #expect(actions.last == .watch(token, [Self.a]))
  }

  @Test("a closed session tells nothing")
  func closed() throws {
    var server = try watching([Self.a])
    _ = server.session.shutDown(at: .zero)
    #expect(try notify(&server, Self.a, 1).isEmpty)
    #expect(server.session.outputReady(true, at: .zero).isEmpty)
    var lost = try watching([Self.a])
    let token = try requestToken(lost.receive(watch([Self.b]), request: 2))
    #expect(lost.session.connectionLost() == [.abandon(token)])
    #expect(try notify(&lost, Self.a, 1).isEmpty)
    #expect(lost.session.watching(token, at: .zero).isEmpty)
  }

  @Test("GOAWAY after the request in flight leaves no NOTIFY behind it")
  func goAway() throws {
    var server = try watching([Self.a])
    let token = try requestToken(server.receive(watch([Self.a]), request: 2))
    #expect(server.session.shutDown(at: .zero).isEmpty)
    #expect(try notify(&server, Self.a, 1).isEmpty)
    #expect(try sent(server.session.watching(token, at: .zero)).map(\.type) == [.ok, .goAway])
  }

  @Test("NOTIFY does not keep a connection alive, PING does")
  func keepAlive() throws {
    var server = try watching([Self.a])
    let deadline = try #require(server.session.nextDeadline)
    _ = server.session.notify(
      Self.a, imageID: short(1), generation: 1, at: deadline - .seconds(1))
    #expect(server.session.nextDeadline == deadline)
    server.now = deadline - .seconds(1)
    _ = server.receive(.ping)
    #expect(server.session.nextDeadline == deadline * 2 - .seconds(1))
  }
}
