import Capabilities
import Testing
import WireProtocol

@Suite("Device")
struct DeviceTests {
  private let get = GetMessage(reference: .name(name("a")), credit: 256)

  private func connected(
    _ capabilities: [Capability] = [panel()],
    settings: DeviceSession.Settings = .init()
  ) -> DeviceSession {
    var session = DeviceSession(settings: settings, capabilities: capabilities)
    _ = session.connected(at: .zero)
    return session
  }

  private func welcomed(
    _ capabilities: [Capability] = [panel()], flags: WelcomeMessage.Flags = []
  ) -> DeviceSession {
    var session = connected(capabilities)
    _ = session.received(encoded(welcome(flags)), at: .zero)
    return session
  }

  private func welcome(_ flags: WelcomeMessage.Flags = []) -> Message {
    .welcome(
      WelcomeMessage(
        flags: flags, maxFrame: 8_192, keepAliveSeconds: 100, unixTime: 0, nonce: full(0).bytes))
  }

  private func form(
    status: FormStatus = .ok, alternative: UInt8 = 0, etag: ShortDigest = short(1),
    total: UInt32 = 1_000, offset: UInt32 = 0, length: UInt32? = nil, width: UInt16 = 800,
    height: UInt16 = 480, codec: Codec = .identity
  ) -> Message {
    .form(
      FormMessage(
        status: status, alternative: alternative, etag: etag, sent: short(2), total: total,
        offset: offset, length: length ?? total, width: width, height: height, codec: codec,
        generation: 0, nextPollSeconds: 0))
  }

  private func sent(_ actions: [DeviceAction]) throws -> [Message] {
    try messages(
      actions.flatMap { action in
        if case .send(let bytes) = action { bytes } else { [UInt8]() }
      }
    ).map(\.message)
  }

  @Test("HELLO is exactly these bytes")
  func hello() {
    var settings = DeviceSession.Settings()
    settings.maxFrame = 248
    settings.keepAliveSeconds = 60
    settings.deviceID = Array("dev1".utf8)
    var session = DeviceSession(settings: settings, capabilities: [])
    // Python: zlib.crc32 over header and payload, binascii.crc_hqx over the header.
    #expect(session.connected(at: .zero) == [.send(hex(Self.helloBytes))])
  }

  private static let helloBytes =
    "0102001400009090464f524d010100f8003c046465763100111ee15f"

  @Test("CAPABILITIES follow when the server asks, and ACCEPTED must bring the same keys")
  func capabilities() throws {
    var session = connected()
    let actions = session.received(encoded(welcome(.needCapabilities)), at: .zero)
    #expect(
      try sent(actions) == [
        .capabilities(CapabilitiesMessage(descriptors: [panel().descriptor]))
      ])
    var other = session
    let accepted = AcceptedMessage(formKeys: [panel().formKey])
    #expect(session.received(encoded(.accepted(accepted)), at: .zero) == [.accepted])
    let wrong = AcceptedMessage(formKeys: [panel(width: 8, height: 8).formKey])
    guard
      case .close(.wrongAnswer(field: "ACCEPTED", _))? =
        other.received(encoded(.accepted(wrong)), at: .zero).last
    else {
      Issue.record("a wrong key was taken")
      return
    }
  }

  @Test("refused capabilities leave the connection open")
  func refused() {
    var session = connected()
    _ = session.received(encoded(welcome(.needCapabilities)), at: .zero)
    let error = ErrorMessage(code: .unsupportedField)
    #expect(session.received(encoded(.error(error)), at: .zero) == [.capabilitiesRefused(error)])
    #expect(session.isIdle)
  }

  @Test("a server that wants a proof is left")
  func authentication() throws {
    var session = connected()
    let actions = session.received(encoded(welcome(.mustAuthenticate)), at: .zero)
    #expect(actions.last == .close(.authenticationRequired))
    guard case .error(let error)? = try sent(actions).first else {
      Issue.record("no ERROR")
      return
    }
    #expect(error.code == .notProven)
  }

  @Test("a form arrives; credit returns as it is consumed")
  func receive() throws {
    var session = welcomed()
    _ = session.get(get, at: .zero)
    #expect(!session.isIdle)
    guard case .form(let message) = form() else { return }
    #expect(session.received(encoded(form(), request: 1), at: .zero) == [.form(message)])
    let piece = Array(repeating: 5 as UInt8, count: 200)
    #expect(
      session.received(encoded(.data(piece), request: 1), at: .zero) == [
        .data(offset: 0, piece)
      ])
    #expect(
      try sent(session.consumed(byteCount: 200, at: .zero))
        == [.credit(CreditMessage(byteCount: 200))])
    #expect(
      session.received(encoded(.data(piece + [1]), request: 1), at: .zero) == [
        .data(offset: 200, piece + [1])
      ])
  }

  /// FORMs that a server must not send for a GET without `shown` and `partial`.
  @Test(
    "a FORM that lies is refused",
    arguments: [
      "alternative", "codec", "size", "total", "offset", "length", "etag", "too large", "pending",
    ])
  func lies(what: String) {
    let lie: Message =
      switch what {
      case "alternative": form(alternative: 1)
      case "codec": form(codec: .packBits)
      case "size": form(height: 481)
      case "total": form(total: 0)
      case "offset": form(offset: 1, length: 999)
      case "length": form(length: 999)
      case "etag": form(status: .notModified, length: 0)
      case "too large": form(total: 67_108_865)
      default: form(status: .pending)
      }
    var session = welcomed()
    _ = session.get(get, at: .zero)
    guard case .close(.wrongAnswer)? = session.received(encoded(lie, request: 1), at: .zero).last
    else {
      Issue.record("taken: \(lie)")
      return
    }
  }

  @Test("NOT_MODIFIED and PENDING end the request")
  func withoutData() throws {
    var session = welcomed()
    let shown = GetMessage(reference: .id(short(0)), shown: short(1), credit: 64)
    _ = session.get(shown, at: .zero)
    let notModified = form(status: .notModified, length: 0)
    guard case .form(let message) = notModified else { return }
    #expect(session.received(encoded(notModified, request: 1), at: .zero) == [.form(message)])
    #expect(session.isIdle)
    _ = session.get(get, at: .zero)
    let pending = FormMessage.pending(retryAfterSeconds: 9)
    #expect(session.received(encoded(.form(pending), request: 2), at: .zero) == [.form(pending)])
    #expect(session.isIdle)
  }

  @Test(
    "DATA must fit FORM and credit",
    arguments: [
      (count: 257, isLast: false, code: ErrorCode.creditOverflow), (0, false, .malformed),
      (10, true, .malformed), (1_001, true, .malformed),
    ])
  func wrongData(count: Int, isLast: Bool, code: ErrorCode) {
    var session = welcomed()
    _ = session.get(get, at: .zero)
    _ = session.received(encoded(form(), request: 1), at: .zero)
    let data = encoded(
      .data(Array(repeating: 1, count: count)), flags: isLast ? .last : [], request: 1)
    guard case .close(let end)? = session.received(data, at: .zero).last else {
      Issue.record("taken")
      return
    }
    #expect(end.code == code)
  }

  @Test(
    "answers to nobody's request close",
    arguments: [
      Message.ok, .data([1]), .credit(CreditMessage(byteCount: 1)),
      .hello(
        HelloMessage(
          maxFrame: 248, keepAliveSeconds: 0, deviceID: [], formKeys: [])), .cancel,
      .error(ErrorMessage(code: .busy)), .listing(ListingMessage(entries: [])),
    ])
  func unexpected(message: Message) {
    var session = welcomed()
    let request: UInt16 = message.type == .hello ? 0 : 1
    guard
      case .close(.unexpected)? = session.received(encoded(message, request: request), at: .zero)
        .last
    else {
      Issue.record("taken: \(message)")
      return
    }
  }

  @Test("CANCEL drops what is on its way, up to the request's end")
  func cancel() throws {
    var session = welcomed()
    _ = session.get(get, at: .zero)
    #expect(try sent(session.cancel(at: .zero)) == [.cancel])
    #expect(session.cancel(at: .zero).isEmpty)
    #expect(session.received(encoded(form(), request: 1), at: .zero).isEmpty)
    #expect(session.received(encoded(.data([1]), request: 1), at: .zero).isEmpty)
    let cancelled = ErrorMessage(code: .cancelled)
    #expect(
      session.received(encoded(.error(cancelled), request: 1), at: .zero) == [.failed(cancelled)])
    #expect(session.isIdle)
  }

  @Test("an upload obeys the server's credit and frame limit")
  func upload() throws {
    var session = welcomed([])
    let put = PutMessage(name: name("a"), length: 20_000, digest: full(5))
    _ = session.put(put, at: .zero)
    let ready = ReadyMessage(nextOffset: 1_000, credit: 10_000)
    #expect(
      session.received(encoded(.ready(ready), request: 1), at: .zero) == [
        .upload(offset: 1_000, byteCount: 10_000)
      ])
    let actions = session.uploadBytes(Array(repeating: 1, count: 10_000), at: .zero)
    // 8,192 less the CRC-32.
    #expect(try sent(actions).map(\.payload.count) == [8_188, 1_812])
    let more = CreditMessage(byteCount: 0x7FFF_FFFF)
    #expect(
      session.received(encoded(.credit(more), request: 1), at: .zero) == [
        .upload(offset: 11_000, byteCount: 9_000)
      ])
    _ = session.uploadBytes(Array(repeating: 1, count: 9_000), at: .zero)
    let stored = StoredMessage(imageID: short(5), generation: 1)
    #expect(
      session.received(encoded(.stored(stored), request: 1), at: .zero) == [.stored(stored)])
  }

  @Test("an image id that is not the picture's is refused")
  func wrongID() {
    var session = welcomed([])
    _ = session.put(PutMessage(name: name("a"), length: 1, digest: full(5)), at: .zero)
    _ = session.received(
      encoded(.ready(ReadyMessage(nextOffset: 1, credit: 0)), request: 1), at: .zero)
    let stored = StoredMessage(imageID: short(6), generation: 1)
    guard
      case .close(.wrongAnswer)? =
        session.received(encoded(.stored(stored), request: 1), at: .zero).last
    else {
      Issue.record("taken")
      return
    }
  }

  @Test(
    "READY past the end, or for an upload that cannot be resumed, is refused",
    arguments: [
      (full(5) as PictureDigest?, 101 as UInt32), (nil, 1),
    ])
  func wrongReady(digest: PictureDigest?, nextOffset: UInt32) {
    var session = welcomed([])
    _ = session.put(PutMessage(name: name("a"), length: 100, digest: digest), at: .zero)
    let ready = ReadyMessage(nextOffset: nextOffset, credit: 0)
    guard
      case .close(.wrongAnswer)? =
        session.received(encoded(.ready(ready), request: 1), at: .zero).last
    else {
      Issue.record("taken")
      return
    }
  }

  @Test(
    "a LISTING out of order, without the prefix, or empty and not the last is refused",
    arguments: [
      ["b", "a"], ["p/a"], ["q"], [],
    ])
  func wrongListing(names: [String]) throws {
    var session = welcomed([])
    let list =
      names == ["b", "a"] ? try ListMessage() : try ListMessage(prefix: "p/", after: "p/a")
    _ = session.list(list, at: .zero)
    let entries = names.map {
      ListingMessage.Entry(name: name($0), imageID: short(0), byteCount: 1, unixTime: 1)
    }
    let listing = encoded(.listing(ListingMessage(entries: entries)), request: 1)
    guard case .close(.wrongAnswer)? = session.received(listing, at: .zero).last else {
      Issue.record("taken")
      return
    }
  }

  @Test("deadlines: the handshake, answers, and a PING before the server gives up")
  func deadlines() throws {
    var session = connected()
    #expect(session.nextDeadline == .seconds(15))
    #expect(session.deadlineReached(at: .seconds(15)).last == .close(.deadline(.handshake)))

    session = welcomed()
    #expect(session.nextDeadline == .seconds(100))
    #expect(try sent(session.deadlineReached(at: .seconds(100))) == [.ping])
    #expect(session.nextDeadline == .seconds(160))
    #expect(session.received(encoded(.pong), at: .seconds(101)) == [.ponged])
    #expect(session.nextDeadline == .seconds(200))
    _ = session.get(get, at: .seconds(150))
    #expect(session.nextDeadline == .seconds(210))
    #expect(session.deadlineReached(at: .seconds(209)).isEmpty)
    #expect(session.deadlineReached(at: .seconds(210)).last == .close(.deadline(.answer)))
  }

  @Test("GOAWAY and closing errors end the session with what the server said")
  func goAway() {
    var session = welcomed()
    let goAway = GoAwayMessage(reason: .moved, holdOffSeconds: 1)
    #expect(session.received(encoded(.goAway(goAway)), at: .zero) == [.close(.goAway(goAway))])
    session = welcomed()
    let error = ErrorMessage(code: .tooManyConnections, retryAfterSeconds: 4)
    #expect(session.received(encoded(.error(error)), at: .zero) == [.close(.peerError(error))])
  }

  @Test("grease: the server sees the same messages, whatever the seed")
  func grease() throws {
    var sawFrame = false
    var sawFlags = false
    var sawField = false
    for seed in 0..<100 as Range<UInt64> {
      var settings = DeviceSession.Settings()
      settings.greaseSeed = seed
      settings.maxFrame = 248
      settings.fields = [.model(String(repeating: "m", count: 100))]
      var session = DeviceSession(settings: settings, capabilities: [panel()])
      var server = ServerHarness()
      for case .send(let bytes) in session.connected(at: .zero) {
        #expect(bytes.count <= 256)
        sawFlags = sawFlags || bytes[1] & 0xF0 != 0
        let actions = server.session.received(bytes, at: .zero)
        guard case .identified(let hello)? = actions.first else {
          Issue.record("HELLO was refused: \(actions)")
          return
        }
        sawField = sawField || hello.fields.count > 1
        #expect(hello.fields.first == settings.fields.first)
      }
      for case .send(let bytes) in server.session.keysKnown([panel().formKey], at: .zero) {
        _ = session.received(bytes, at: .zero)
      }
      for case .send(let bytes) in session.get(get, at: .zero) {
        sawFrame = sawFrame || Grease.types.contains(bytes[0])
        let actions = server.session.received(bytes, at: .zero)
        #expect(
          actions == [
            .find(try requestToken(actions), get, alternatives: [panel().formKey])
          ])
      }
    }
    #expect(sawFrame && sawFlags && sawField)
  }
}
