import Capabilities
import Testing
import WireProtocol

@Suite("Server: GET, LIST, REMOVE")
struct ServerGetTests {
  private let byName = GetMessage(reference: .name(name("a")), credit: 1_000_000)

  @Test("a form goes out in full frames, the last one marked")
  func whole() throws {
    var server = ServerHarness()
    let token = try server.find(byName)
    let bytes = (0..<1_000).map { UInt8(truncatingIfNeeded: $0) }
    let found = server.session.formFound(token, form(total: 1_000), at: .zero)
    #expect(
      try sent(found) == [
        .form(
          FormMessage(
            status: .ok, alternative: 0, etag: short(1), sent: short(2), total: 1_000, offset: 0,
            length: 1_000, width: 800, height: 480, codec: .identity, generation: 4,
            nextPollSeconds: 600))
      ])
    #expect(found.last == .produce(token, offset: 0, byteCount: 1_000))
    let actions = server.session.produced(token, bytes, at: .zero)
    #expect(actions.last == .formSent(token))
    guard case .send(let output)? = actions.first else {
      Issue.record("nothing sent")
      return
    }
    let frames = try messages(output)
    // Without trailer a frame of 248 carries 248.
    #expect(frames.map(\.message.payload.count) == [248, 248, 248, 248, 8])
    #expect(frames.map { $0.flags.contains(.last) } == [false, false, false, false, true])
    #expect(frames.flatMap(\.message.payload) == bytes)
    #expect(frames.allSatisfy { $0.request == 1 })
  }

  @Test("shown is the etag: NOT_MODIFIED, and no byte is asked for")
  func notModified() throws {
    var server = ServerHarness()
    let get = GetMessage(reference: .id(short(9)), shown: short(1), credit: 256)
    let token = try server.find(get)
    let actions = server.session.formFound(token, form(), at: .zero)
    #expect(
      try sent(actions) == [
        .form(
          FormMessage(
            status: .notModified, alternative: 0, etag: short(1), sent: short(2), total: 48_000,
            offset: 0, length: 0, width: 800, height: 480, codec: .identity, generation: 4,
            nextPollSeconds: 600))
      ])
    #expect(actions.count == 1)
    // The next request may follow.
    #expect(try requestToken(server.receive(.get(byName), request: 2)).number == 2)
  }

  @Test(
    "a cut transfer goes on exactly when the digest is the same and the offset below the total",
    arguments: [
      (partial: short(2), offset: 0 as UInt32, start: 0), (short(2), 1, 1),
      (short(2), 47_999, 47_999),
      (short(2), 48_000, 0), (short(2), .max, 0), (short(1), 100, 0), (.none, 100, 0),
    ])
  func resume(partial: ShortDigest, offset: UInt32, start: Int) throws {
    var server = ServerHarness()
    let get = GetMessage(
      reference: .name(name("a")), partial: partial, offset: offset, credit: 48_000)
    let token = try server.find(get)
    let actions = server.session.formFound(token, form(), at: .zero)
    guard case .form(let message)? = try sent(actions).first else {
      Issue.record("no FORM")
      return
    }
    #expect(message.offset == start && Int(message.length) == 48_000 - start)
    #expect(actions.last == .produce(token, offset: start, byteCount: 48_000 - start))
  }

  @Test("a digest of zeros is none, even if a form had it")
  func noneIsNone() throws {
    var server = ServerHarness()
    let token = try server.find(GetMessage(reference: .id(short(0)), offset: 5, credit: 256))
    let actions = server.session.formFound(
      token, form(etag: .none, sent: .none), at: .zero)
    guard case .form(let message)? = try sent(actions).first else {
      Issue.record("no FORM")
      return
    }
    #expect(message.status == .ok && message.offset == 0)
  }

  /// Credit, bytes of the form, and what may be asked for at once with frames of 248.
  @Test(
    "credit allows whole frames, then at least 64 bytes or the rest",
    arguments: [
      (credit: 0 as UInt32, total: 48_000, asked: nil as Int?), (63, 48_000, nil), (64, 48_000, 64),
      (63, 63, 63), (62, 63, nil), (247, 48_000, 247), (248, 48_000, 248), (311, 48_000, 248),
      (312, 48_000, 312), (1_000_000, 65_472, 65_472), (1_000_000, 65_473, 65_472),
      (0x7FFF_FFFF, 67_108_864, 65_472),
    ])
  func credit(credit: UInt32, total: Int, asked: Int?) throws {
    var server = ServerHarness()
    let token = try server.find(GetMessage(reference: .id(short(0)), credit: credit))
    let actions = server.session.formFound(token, form(total: total), at: .zero)
    if let asked {
      #expect(actions.last == .produce(token, offset: 0, byteCount: asked))
      #expect(server.session.nextDeadline == nil)
    } else {
      #expect(actions.count == 1)
      #expect(server.session.nextDeadline == .seconds(60))
    }
  }

  @Test("a form of 64 MiB is the largest")
  func tooLarge() throws {
    var server = ServerHarness()
    let token = try server.find(byName)
    let actions = server.session.formFound(token, form(total: 67_108_865), at: .zero)
    guard case .error(let error)? = try sent(actions).first else {
      Issue.record("no ERROR")
      return
    }
    #expect(error.code == .formTooLarge)
  }

  @Test("CREDIT lets a transfer go on; without it the request ends after 60 s, not the connection")
  func creditTimeout() throws {
    var server = ServerHarness()
    let token = try server.find(GetMessage(reference: .id(short(0)), credit: 64))
    _ = server.session.formFound(token, form(), at: .zero)
    let bytes = Array(repeating: 7 as UInt8, count: 64)
    #expect(server.session.produced(token, bytes, at: .seconds(1)).count == 1)
    #expect(server.session.nextDeadline == .seconds(61))
    // Too little to send anything does not buy time.
    server.now = .seconds(30)
    #expect(server.receive(.credit(CreditMessage(byteCount: 63)), request: 1).isEmpty)
    #expect(server.session.nextDeadline == .seconds(61))
    #expect(
      server.receive(.credit(CreditMessage(byteCount: 1)), request: 1)
        == [.produce(token, offset: 64, byteCount: 64)])
    _ = server.session.produced(token, bytes, at: .seconds(31))
    let actions = server.session.deadlineReached(at: .seconds(91))
    #expect(actions.first == .abandon(token))
    #expect(
      try sent(actions) == [
        .error(ErrorMessage(code: .creditTimeout, detail: "no CREDIT for 60 s"))
      ])
    #expect(!server.session.isClosed)
    // Credit that comes too late is nobody's.
    #expect(server.receive(.credit(CreditMessage(byteCount: 64)), request: 1).isEmpty)
  }

  @Test("outstanding credit of 2³¹−1 is taken, one more is not")
  func creditOverflow() throws {
    for (more, closes) in [(0x7FFF_FFFF - 64 as UInt32, false), (0x7FFF_FFFF - 63, true)] {
      var server = ServerHarness()
      _ = try server.find(GetMessage(reference: .id(short(0)), credit: 64))
      let actions = server.receive(.credit(CreditMessage(byteCount: more)), request: 1)
      #expect(server.session.isClosed == closes)
      if closes {
        #expect(actions.first == .abandon(RequestTokenFixture.token(of: actions)))
        #expect(
          actions.last == .close(.creditOverflow(byteCount: 0x8000_0000, limit: 0x7FFF_FFFF)))
      }
    }
  }

  @Test("CANCEL: nothing follows ERROR, and late answers are ignored")
  func cancel() throws {
    var server = ServerHarness()
    let token = try server.find(byName)
    #expect(server.receive(.cancel, request: 2).isEmpty)
    let actions = server.receive(.cancel, request: 1)
    #expect(actions.first == .abandon(token))
    #expect(try sent(actions) == [.error(ErrorMessage(code: .cancelled))])
    #expect(server.session.formFound(token, form(), at: .zero).isEmpty)
    #expect(server.receive(.cancel, request: 1).isEmpty)
    // The same number again is another request.
    let next = try requestToken(server.receive(.get(byName), request: 1))
    #expect(server.session.formFound(token, form(), at: .zero).isEmpty)
    #expect(server.session.produced(token, [1], at: .zero).isEmpty)
    #expect(!server.session.formFound(next, form(), at: .zero).isEmpty)
  }

  @Test("CANCEL in the middle of DATA")
  func cancelSending() throws {
    var server = ServerHarness()
    let token = try server.find(byName)
    _ = server.session.formFound(token, form(), at: .zero)
    #expect(
      try sent(server.receive(.cancel, request: 1)) == [.error(ErrorMessage(code: .cancelled))])
    #expect(server.session.produced(token, [1], at: .zero).isEmpty)
  }

  @Test("a second request is one too many")
  func second() throws {
    var server = ServerHarness()
    let token = try server.find(byName)
    let actions = server.receive(.list(ListMessageFixture.all), request: 2)
    #expect(actions.first == .abandon(token))
    guard case .close(.unexpected(.list, _))? = actions.last else {
      Issue.record("not closed")
      return
    }
  }

  @Test("PING may come at any time after HELLO")
  func ping() throws {
    var server = ServerHarness()
    _ = try server.find(byName)
    let frames = server.receive(.ping, request: 77)
    guard case .send(let bytes)? = frames.first else {
      Issue.record("no PONG")
      return
    }
    #expect(bytes == encoded(.pong, request: 77))
  }

  @Test("PENDING and failures end the request with their numbers")
  func failures() throws {
    var server = ServerHarness()
    var token = try server.find(byName)
    #expect(
      try sent(server.session.formPending(token, retryAfterSeconds: 5, at: .zero))
        == [.form(.pending(retryAfterSeconds: 5))])
    token = try requestToken(server.receive(.get(byName), request: 2))
    #expect(
      try sent(server.session.failed(token, .busy, retryAfterSeconds: 9, detail: "x", at: .zero))
        == [.error(ErrorMessage(code: .busy, retryAfterSeconds: 9, detail: "x"))])
    #expect(server.session.failed(token, .busy, at: .zero).isEmpty)
  }

  @Test("a name that is none fails alone")
  func invalidName() throws {
    var server = ServerHarness()
    server.open()
    var bytes: [UInt8] = []
    FrameEncoder(usesCRC32: false).append(
      type: MessageType.remove.rawValue, request: 3, payload: [1, 10], to: &bytes)
    let actions = server.session.received(bytes, at: .zero)
    guard case .error(let error)? = try sent(actions).first else {
      Issue.record("no ERROR")
      return
    }
    #expect(error.code == .nameInvalid && !server.session.isClosed)
    _ = server.receive(.get(byName), request: 4)
    guard case .close(.unexpected(.remove, _))? = server.session.received(bytes, at: .zero).last
    else {
      Issue.record("a second request, even a wrong one, closes")
      return
    }
  }

  @Test("REMOVE: OK; CANCEL cannot undo it")
  func remove() throws {
    var server = ServerHarness()
    server.open()
    let actions = server.receive(.remove(RemoveMessage(name: name("a"))), request: 5)
    let token = try requestToken(actions)
    #expect(actions == [.remove(token, name("a"))])
    #expect(server.receive(.cancel, request: 5).isEmpty)
    #expect(try sent(server.session.removed(token, at: .zero)) == [.ok])
  }

  @Test("LIST: a page is one frame; the last flag says that nothing follows")
  func list() throws {
    var server = ServerHarness()
    server.open()
    let entries = (0..<20).map {
      ListingMessage.Entry(
        name: name("n\($0 + 10)"), imageID: short(0), byteCount: 1, unixTime: 2)
    }
    for (isComplete, count, isLast) in [
      (true, 20, false), (true, 8, true), (false, 8, false), (true, 9, false), (true, 0, true),
    ] {
      let actions = server.receive(.list(ListMessageFixture.all), request: 5)
      let token = try requestToken(actions)
      #expect(actions == [.list(token, ListMessageFixture.all, limit: 9)])
      let page = server.session.listed(
        token, entries: Array(entries.prefix(count)), isComplete: isComplete, at: .zero)
      guard case .send(let bytes)? = page.first else {
        Issue.record("no LISTING")
        return
      }
      let frames = try messages(bytes)
      // 28 bytes an entry: 8 fit into 248.
      #expect(
        frames.map(\.message) == [
          .listing(ListingMessage(entries: Array(entries.prefix(min(count, 8)))))
        ])
      #expect(frames.map { $0.flags.contains(.last) } == [isLast])
    }
  }

  @Test("GOAWAY waits for the request in flight")
  func shutDown() throws {
    let goAway = GoAwayMessage(reason: .shuttingDown, holdOffSeconds: 3)
    var idle = ServerHarness()
    idle.open()
    #expect(
      try sent(idle.session.shutDown(holdOffSeconds: 3, at: .zero)) == [.goAway(goAway)])
    #expect(idle.session.isClosed)

    var busy = ServerHarness()
    let token = try busy.find(byName)
    #expect(busy.session.shutDown(holdOffSeconds: 3, at: .zero).isEmpty)
    _ = busy.session.formFound(token, form(total: 10), at: .zero)
    let actions = busy.session.produced(token, Array(repeating: 1, count: 10), at: .zero)
    #expect(try sent(actions) == [.data(Array(repeating: 1, count: 10)), .goAway(goAway)])
    #expect(actions.last == .close(.goAway(goAway)))
  }

  @Test("a lost connection abandons what is in flight")
  func lost() throws {
    var server = ServerHarness()
    let token = try server.find(byName)
    #expect(server.session.connectionLost() == [.abandon(token)])
    #expect(server.session.connectionLost().isEmpty)
    #expect(server.session.formFound(token, form(), at: .zero).isEmpty)
  }

}

enum RequestTokenFixture {
  static func token(of actions: [ServerAction]) -> RequestToken {
    for case .abandon(let token) in actions { return token }
    fatalError("nothing was abandoned")
  }
}
