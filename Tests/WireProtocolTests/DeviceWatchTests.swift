import Capabilities
import Testing
import WireProtocol

/// A device's session after WELCOME, over which a server says what it likes.
private func welcomedDevice(_ capabilities: [Capability] = [panel()]) -> DeviceSession {
  var session = DeviceSession(settings: .init(), capabilities: capabilities)
  _ = session.connected(at: .zero)
  let welcome = WelcomeMessage(
    flags: [], maxFrame: 8_192, keepAliveSeconds: 100, unixTime: 0, nonce: full(0).bytes)
  _ = session.received(encoded(.welcome(welcome)), at: .zero)
  return session
}

@Suite("Device: PATCH")
struct DevicePatchTests {
  private let get = GetMessage(
    reference: .name(name("a")), shown: short(7), partial: short(2), offset: 500, credit: 256)

  private func patch(
    etag: ShortDigest = short(1), total: UInt32 = 1_000, offset: UInt32 = 100,
    length: UInt32 = 300, codec: Codec = .identity
  ) -> FormMessage {
    FormMessage(
      status: .patch, alternative: 0, etag: etag, sent: short(2), total: total, offset: offset,
      length: length, width: 800, height: 480, codec: codec, generation: 0, nextPollSeconds: 0)
  }

  /// What a device makes of a FORM.
  private func receive(
    _ form: FormMessage, for get: GetMessage, capabilities: [Capability] = [panel()]
  ) -> [DeviceAction] {
    var session = welcomedDevice(capabilities)
    _ = session.get(get, at: .zero)
    return session.received(encoded(.form(form), request: 1), at: .zero)
  }

  @Test("the range is given, whatever part of another transfer is held")
  func range() throws {
    var session = welcomedDevice()
    _ = session.get(get, at: .zero)
    #expect(
      session.received(encoded(.form(patch()), request: 1), at: .zero) == [.form(patch())])
    let first = Array(repeating: 1 as UInt8, count: 256)
    #expect(
      session.received(encoded(.data(first), request: 1), at: .zero) == [
        .data(offset: 100, first)
      ])
    guard case .send(let bytes)? = session.consumed(byteCount: 256, at: .zero).first else {
      Issue.record("no CREDIT")
      return
    }
    // Credit for what the patch brings, not for the form.
    #expect(try messages(bytes).map(\.message) == [.credit(CreditMessage(byteCount: 44))])
    let rest = Array(repeating: 2 as UInt8, count: 44)
    #expect(
      session.received(encoded(.data(rest), flags: .last, request: 1), at: .zero) == [
        .data(offset: 356, rest), .formComplete,
      ])
    #expect(session.isIdle)
  }

  @Test(
    "patches at the edges of a form are taken",
    arguments: [(0, 1_000), (999, 1), (0, 1)] as [(UInt32, UInt32)])
  func edges(offset: UInt32, length: UInt32) {
    let form = patch(offset: offset, length: length)
    #expect(receive(form, for: get) == [.form(form)])
  }

  @Test(
    "patches that cannot be are refused",
    arguments: [
      (1_000, 1), (0, 1_001), (999, 2), (100, 0), (0xFFFF_FFFF, 1), (1, 0xFFFF_FFFF),
    ] as [(UInt32, UInt32)])
  func wrongRange(offset: UInt32, length: UInt32) {
    expectRefusal(patch(offset: offset, length: length), for: get, field: "FORM length")
  }

  @Test("a patch of nothing, of the same form, with a codec, beyond the limit is refused")
  func wrongFields() {
    let nothingShown = GetMessage(reference: .name(name("a")), credit: 256)
    expectRefusal(patch(), for: nothingShown, field: "FORM status")
    expectRefusal(patch(etag: short(7)), for: get, field: "FORM etag")
    expectRefusal(
      patch(codec: .packBits), for: get, field: "FORM codec",
      capabilities: [panel(codecs: [.identity, .packBits])])
    expectRefusal(patch(total: 67_108_865), for: get, field: "FORM total")
  }

  @Test(
    "DATA must fit the patch",
    arguments: [(count: 101, isLast: false), (101, true), (100, false), (99, true), (0, false)])
  func wrongData(count: Int, isLast: Bool) {
    var session = welcomedDevice()
    _ = session.get(get, at: .zero)
    _ = session.received(encoded(.form(patch(length: 100)), request: 1), at: .zero)
    let data = encoded(
      .data(Array(repeating: 1, count: count)), flags: isLast ? .last : [], request: 1)
    guard case .close(.wrongData)? = session.received(data, at: .zero).last else {
      Issue.record("taken")
      return
    }
  }

  @Test("a patch that is not wanted is cancelled, its DATA dropped", arguments: [true, false])
  func cancelled(afterForm: Bool) {
    var session = welcomedDevice()
    _ = session.get(get, at: .zero)
    let form = encoded(.form(patch(length: 100)), request: 1)
    if afterForm { _ = session.received(form, at: .zero) }
    _ = session.cancel(at: .zero)
    if !afterForm { #expect(session.received(form, at: .zero).isEmpty) }
    let data = encoded(.data(Array(repeating: 1, count: 100)), flags: .last, request: 1)
    #expect(
      session.received(data, at: .zero) == [.failed(ErrorMessage(code: .cancelled))])
    #expect(session.isIdle)
  }

  private func expectRefusal(
    _ form: FormMessage, for get: GetMessage, field: String, capabilities: [Capability] = [panel()]
  ) {
    let actions = receive(form, for: get, capabilities: capabilities)
    guard case .close(.wrongAnswer(field, _))? = actions.last else {
      Issue.record("taken: \(form)")
      return
    }
  }
}

@Suite("Device: WATCH and NOTIFY")
struct DeviceWatchTests {
  private static let news = NotifyMessage(name: name("a"), imageID: short(1), generation: 2)

  private func notify(
    _ session: inout DeviceSession, _ news: NotifyMessage = Self.news, request: UInt16 = 0
  ) -> [DeviceAction] {
    session.received(encoded(.notify(news), request: request), at: .zero)
  }

  private func watching(_ names: [ImageName]) -> DeviceSession {
    var session = welcomedDevice()
    _ = session.watch(WatchMessage(names: names), at: .zero)
    _ = session.received(encoded(.ok, request: 1), at: .zero)
    return session
  }

  private func expectEnd(_ actions: [DeviceAction], _ code: ErrorCode) {
    guard case .close(let end)? = actions.last else {
      Issue.record("taken: \(actions)")
      return
    }
    #expect(end.code == code)
  }

  @Test("WATCH, OK, NOTIFY")
  func exact() throws {
    var session = welcomedDevice()
    let watch = WatchMessage(names: [name("a")])
    guard case .send(let bytes)? = session.watch(watch, at: .zero).first else {
      Issue.record("no WATCH")
      return
    }
    #expect(try messages(bytes).map(\.message) == [.watch(watch)])
    #expect(session.received(encoded(.ok, request: 1), at: .zero) == [.watching])
    #expect(session.isIdle)
    #expect(notify(&session) == [.notified(Self.news)])
    let removal = NotifyMessage(name: name("a"), imageID: .none, generation: 2)
    #expect(notify(&session, removal) == [.notified(removal)])
    #expect(session.isIdle)
  }

  @Test("NOTIFY that was not asked for closes")
  func unasked() {
    var session = welcomedDevice()
    expectEnd(notify(&session), .malformed)
    session = watching([name("b")])
    expectEnd(notify(&session), .malformed)
    session = watching([name("a")])
    expectEnd(notify(&session, request: 1), .malformed)
    session = DeviceSession(settings: .init(), capabilities: [])
    _ = session.connected(at: .zero)
    expectEnd(notify(&session), .unexpectedMessage)
  }

  @Test("until OK of a new WATCH the old names are told of, from then on the new ones")
  func replacing() {
    var session = watching([name("a")])
    _ = session.watch(WatchMessage(names: [name("b")]), at: .zero)
    #expect(notify(&session) == [.notified(Self.news)])
    var early = session
    let other = NotifyMessage(name: name("b"), imageID: short(1), generation: 1)
    expectEnd(notify(&early, other), .malformed)
    #expect(session.received(encoded(.ok, request: 2), at: .zero) == [.watching])
    #expect(notify(&session, other) == [.notified(other)])
    expectEnd(notify(&session), .malformed)
  }

  @Test("a WATCH that failed, and one without names")
  func failedAndEmpty() {
    var session = watching([name("a")])
    _ = session.watch(WatchMessage(names: [name("b")]), at: .zero)
    let error = ErrorMessage(code: .notAllowed)
    #expect(session.received(encoded(.error(error), request: 2), at: .zero) == [.failed(error)])
    #expect(notify(&session) == [.notified(Self.news)])
    _ = session.watch(WatchMessage(names: []), at: .zero)
    #expect(session.received(encoded(.ok, request: 3), at: .zero) == [.watching])
    expectEnd(notify(&session), .malformed)
  }

  @Test("CANCEL cannot undo a WATCH")
  func cancel() {
    var session = welcomedDevice()
    _ = session.watch(WatchMessage(names: [name("a")]), at: .zero)
    _ = session.cancel(at: .zero)
    #expect(session.received(encoded(.ok, request: 1), at: .zero) == [.watching])
    #expect(notify(&session) == [.notified(Self.news)])
  }

  @Test("NOTIFY may come ahead of a request's answer, and not in the middle of it")
  func betweenRequests() throws {
    let get = GetMessage(reference: .name(name("a")), credit: 256)
    let put = PutMessage(name: name("b"), length: 100, digest: full(1))
    var session = watching([name("a")])
    var next = session
    _ = next.list(try ListMessage(), at: .zero)
    #expect(notify(&next) == [.notified(Self.news)])
    next = session
    _ = next.remove(name("b"), at: .zero)
    #expect(notify(&next) == [.notified(Self.news)])

    next = session
    _ = next.put(put, at: .zero)
    #expect(notify(&next) == [.notified(Self.news)])
    let ready = ReadyMessage(nextOffset: 0, credit: 100)
    _ = next.received(encoded(.ready(ready), request: 2), at: .zero)
    var storing = next
    expectEnd(notify(&next), .unexpectedMessage)
    _ = storing.uploadBytes(Array(repeating: 1, count: 100), at: .zero)
    expectEnd(notify(&storing), .unexpectedMessage)

    _ = session.get(get, at: .zero)
    #expect(notify(&session) == [.notified(Self.news)])
    let form = FormMessage(
      status: .ok, alternative: 0, etag: short(1), sent: short(2), total: 100, offset: 0,
      length: 100, width: 800, height: 480, codec: .identity, generation: 0, nextPollSeconds: 0)
    _ = session.received(encoded(.form(form), request: 2), at: .zero)
    var cut = session
    expectEnd(notify(&cut), .unexpectedMessage)
    cut = session
    _ = cut.cancel(at: .zero)
    expectEnd(notify(&cut), .unexpectedMessage)
    let data = encoded(.data(Array(repeating: 1, count: 100)), flags: .last, request: 2)
    #expect(session.received(data, at: .zero).last == .formComplete)
    #expect(notify(&session) == [.notified(Self.news)])
  }

  @Test("a watching device sends PING when it was silent for the time agreed")
  func keepAlive() throws {
    var session = watching([name("a")])
    #expect(session.nextDeadline == .seconds(100))
    _ = session.received(encoded(.notify(Self.news)), at: .seconds(99))
    #expect(session.nextDeadline == .seconds(100))
    guard case .send(let bytes)? = session.deadlineReached(at: .seconds(100)).first else {
      Issue.record("no PING")
      return
    }
    #expect(try messages(bytes).map(\.message) == [.ping])
  }
}
