import Capabilities
import Testing
import WireProtocol

@Suite("Server: PUT")
struct ServerPutTests {
  private func settings(window: Int = 256, limit: Int = 67_108_864) -> ServerSession.Settings {
    var settings = ServerSession.Settings()
    settings.uploadWindowByteCount = window
    settings.pictureByteLimit = limit
    return settings
  }

  /// A server that asks whether it holds a part of this picture.
  private func begin(
    _ put: PutMessage, window: Int = 256
  ) throws -> (server: ServerHarness, token: RequestToken) {
    var server = ServerHarness(settings: settings(window: window))
    server.open([])
    let actions = server.receive(.put(put), request: 1)
    let token = try requestToken(actions)
    #expect(actions == [.beginUpload(token, put)])
    return (server, token)
  }

  @Test("a picture in pieces: READY, bytes, credit as they are consumed, the digest, STORED")
  func whole() throws {
    let put = PutMessage(name: name("a"), length: 400, digest: full(3))
    var (server, token) = try begin(put)
    #expect(
      try sent(server.session.uploadReady(token, nextOffset: 0, at: .zero))
        == [.ready(ReadyMessage(nextOffset: 0, credit: 256))])
    let first = Array(repeating: 1 as UInt8, count: 200)
    #expect(
      server.receive(.data(first), request: 1) == [.uploadBytes(token, offset: 0, first)])
    // 56 outstanding are below what a sender waits for: everything possible is granted.
    #expect(
      try sent(server.session.uploadConsumed(token, byteCount: 200, at: .zero))
        == [.credit(CreditMessage(byteCount: 144))])
    let second = Array(repeating: 2 as UInt8, count: 200)
    #expect(
      server.receive(.data(second), flags: .last, request: 1) == [
        .uploadBytes(token, offset: 200, second), .finishUpload(token, full(3)),
      ])
    #expect(server.session.uploadConsumed(token, byteCount: 200, at: .zero).isEmpty)
    #expect(
      try sent(server.session.stored(token, imageID: short(3), generation: 9, at: .zero))
        == [.stored(StoredMessage(imageID: short(3), generation: 9))])
  }

  @Test(
    "lengths: 1 byte and the limit are taken, 0 and one past it are not",
    arguments: [
      (0 as UInt32, ErrorCode.pictureRefused as ErrorCode?), (1, nil), (67_108_864, nil),
      (67_108_865, .pictureTooLarge), (.max, .pictureTooLarge),
    ])
  func lengths(length: UInt32, code: ErrorCode?) throws {
    var server = ServerHarness(settings: settings())
    server.open([])
    let put = PutMessage(name: name("a"), length: length, digest: full(3))
    let actions = server.receive(.put(put), request: 1)
    if let code {
      guard case .error(let error)? = try sent(actions).first else {
        Issue.record("no ERROR")
        return
      }
      #expect(error.code == code && !server.session.isClosed)
    } else {
      #expect(actions == [.beginUpload(try requestToken(actions), put)])
    }
  }

  @Test("an upload goes on where the server stopped")
  func resume() throws {
    let put = PutMessage(name: name("a"), length: 400, digest: full(3))
    var (server, token) = try begin(put)
    #expect(
      try sent(server.session.uploadReady(token, nextOffset: 390, at: .zero))
        == [.ready(ReadyMessage(nextOffset: 390, credit: 10))])
    let bytes = Array(repeating: 1 as UInt8, count: 10)
    #expect(
      server.receive(.data(bytes), flags: .last, request: 1) == [
        .uploadBytes(token, offset: 390, bytes), .finishUpload(token, full(3)),
      ])
  }

  @Test("nothing is missing: an empty last DATA ends the upload")
  func nothingMissing() throws {
    let put = PutMessage(name: name("a"), length: 400, digest: full(3))
    var (server, token) = try begin(put)
    #expect(
      try sent(server.session.uploadReady(token, nextOffset: 400, at: .zero))
        == [.ready(ReadyMessage(nextOffset: 400, credit: 0))])
    #expect(server.session.nextDeadline == .seconds(60))
    #expect(
      server.receive(.data([]), flags: .last, request: 1) == [.finishUpload(token, full(3))])
  }

  @Test("a digest that follows the picture may be cut anywhere", arguments: [0, 1, 50, 81, 82])
  func trailingDigest(split: Int) throws {
    let put = PutMessage(name: name("a"), length: 50, digest: nil)
    var (server, token) = try begin(put)
    #expect(
      try sent(server.session.uploadReady(token, nextOffset: 0, at: .zero))
        == [.ready(ReadyMessage(nextOffset: 0, credit: 82))])
    let picture = Array(repeating: 1 as UInt8, count: 50)
    let stream = picture + full(7).bytes
    var actions: [ServerAction] = []
    if split > 0 {
      let isLast = split == stream.count
      actions += server.receive(
        .data(Array(stream.prefix(split))), flags: isLast ? .last : [], request: 1)
    }
    if split < stream.count {
      actions += server.receive(.data(Array(stream.dropFirst(split))), flags: .last, request: 1)
    }
    var kept: [UInt8] = []
    for case .uploadBytes(token, let offset, let bytes) in actions {
      #expect(offset == kept.count)
      kept += bytes
    }
    #expect(kept == picture)
    #expect(actions.last == .finishUpload(token, full(7)))
  }

  /// DATA for a picture of 100 bytes with 100 bytes of credit.
  @Test(
    "DATA that does not add up ends the connection",
    arguments: [
      (count: 101, isLast: true, code: ErrorCode.malformed), (100, false, .malformed),
      (99, true, .malformed), (0, false, .malformed), (0, true, .malformed),
    ])
  func wrongData(count: Int, isLast: Bool, code: ErrorCode) throws {
    let put = PutMessage(name: name("a"), length: 100, digest: full(3))
    var (server, token) = try begin(put)
    _ = server.session.uploadReady(token, nextOffset: 0, at: .zero)
    let actions = server.receive(
      .data(Array(repeating: 1, count: count)), flags: isLast ? .last : [], request: 1)
    #expect(actions.first == .abandon(token))
    guard case .close(let end)? = actions.last else {
      Issue.record("not closed")
      return
    }
    #expect(end.code == code)
  }

  @Test("DATA up to the credit is taken, one byte more is not")
  func credit() throws {
    for (count, closes) in [(256, false), (257, true)] {
      let put = PutMessage(name: name("a"), length: 1_000, digest: full(3))
      var (server, token) = try begin(put)
      _ = server.session.uploadReady(token, nextOffset: 0, at: .zero)
      let actions = server.receive(.data(Array(repeating: 1, count: count)), request: 1)
      #expect(server.session.isClosed == closes)
      if closes {
        #expect(actions.last == .close(.creditOverflow(byteCount: 257, limit: 256)))
      }
    }
  }

  @Test("a failed upload discards the DATA that was on its way, until the next request")
  func failed() throws {
    let put = PutMessage(name: name("a"), length: 1_000, digest: full(3))
    var (server, token) = try begin(put)
    _ = server.session.uploadReady(token, nextOffset: 0, at: .zero)
    #expect(
      try sent(server.session.failed(token, .storeFull, at: .zero))
        == [.error(ErrorMessage(code: .storeFull))])
    #expect(server.receive(.data([1]), request: 1).isEmpty)
    #expect(server.session.uploadConsumed(token, byteCount: 1, at: .zero).isEmpty)
    _ = server.receive(.put(put), request: 2)
    guard case .close(.unexpected(.data, _))? = server.receive(.data([1]), request: 1).last else {
      Issue.record("not closed")
      return
    }
  }

  @Test("the last flag ends the discarding, too")
  func discardedToItsEnd() throws {
    let put = PutMessage(name: name("a"), length: 1_000, digest: full(3))
    var (server, token) = try begin(put)
    _ = server.session.uploadReady(token, nextOffset: 0, at: .zero)
    _ = server.session.failed(token, .storeFull, at: .zero)
    // What is discarded need not add up: nobody counts it.
    #expect(server.receive(.data(Array(repeating: 1, count: 2_000)), request: 1).isEmpty)
    #expect(server.receive(.data([1]), flags: .last, request: 1).isEmpty)
    #expect(try isUnexpected(server.receive(.data([1]), request: 1)))
  }

  @Test("DATA of no upload in the middle is not discarded", arguments: [false, true])
  func notDiscarded(_ isComplete: Bool) throws {
    let put = PutMessage(name: name("a"), length: 10, digest: full(3))
    var (server, token) = try begin(put)
    if isComplete {
      _ = server.session.uploadReady(token, nextOffset: 0, at: .zero)
      _ = server.receive(.data(Array(repeating: 1, count: 10)), flags: .last, request: 1)
    }
    #expect(!server.session.failed(token, .pictureRefused, at: .zero).isEmpty)
    #expect(try isUnexpected(server.receive(.data([1]), request: 1)))
  }

  @Test("DATA of another number is not discarded")
  func anotherNumber() throws {
    let put = PutMessage(name: name("a"), length: 1_000, digest: full(3))
    var (server, token) = try begin(put)
    _ = server.session.uploadReady(token, nextOffset: 0, at: .zero)
    _ = server.session.failed(token, .storeFull, at: .zero)
    #expect(try isUnexpected(server.receive(.data([1]), request: 2)))
  }

  private func isUnexpected(_ actions: [ServerAction]) throws -> Bool {
    guard case .error(let error)? = try sent(actions).last else { return false }
    return error.code == .unexpectedMessage
  }

  @Test("CANCEL abandons an upload, but not one that is being stored")
  func cancel() throws {
    let put = PutMessage(name: name("a"), length: 10, digest: full(3))
    var (server, token) = try begin(put)
    _ = server.session.uploadReady(token, nextOffset: 0, at: .zero)
    let actions = server.receive(.cancel, request: 1)
    #expect(actions.first == .abandon(token))
    #expect(try sent(actions) == [.error(ErrorMessage(code: .cancelled))])
    guard case .close? = server.receive(.data([1]), request: 1).last else {
      Issue.record("DATA after CANCEL was taken")
      return
    }

    (server, token) = try begin(put)
    _ = server.session.uploadReady(token, nextOffset: 0, at: .zero)
    _ = server.receive(.data(Array(repeating: 1, count: 10)), flags: .last, request: 1)
    #expect(server.receive(.cancel, request: 1).isEmpty)
    #expect(!server.session.stored(token, imageID: short(3), generation: 1, at: .zero).isEmpty)
  }

  @Test("a device that stops sending is late, one without credit is not")
  func deadlines() throws {
    let put = PutMessage(name: name("a"), length: 1_000, digest: full(3))
    var (server, token) = try begin(put)
    _ = server.session.uploadReady(token, nextOffset: 0, at: .zero)
    #expect(server.session.nextDeadline == .seconds(60))
    server.now = .seconds(10)
    _ = server.receive(.data(Array(repeating: 1, count: 100)), request: 1)
    #expect(server.session.nextDeadline == .seconds(70))
    _ = server.receive(.data(Array(repeating: 1, count: 156)), request: 1)
    #expect(server.session.nextDeadline == nil)
    _ = server.session.uploadConsumed(token, byteCount: 256, at: .seconds(100))
    #expect(server.session.nextDeadline == .seconds(160))
    let actions = server.session.deadlineReached(at: .seconds(160))
    #expect(actions.first == .abandon(token))
    #expect(actions.last == .close(.deadline(.upload)))
  }

  @Test("the smallest window never locks up")
  func smallestWindow() throws {
    let put = PutMessage(name: name("a"), length: 1_000, digest: full(3))
    var (server, token) = try begin(put, window: 64)
    var credit = 0
    func count(_ actions: [ServerAction]) throws {
      for message in try sent(actions) {
        if case .ready(let ready) = message { credit += Int(ready.credit) }
        if case .credit(let more) = message { credit += Int(more.byteCount) }
      }
    }
    try count(server.session.uploadReady(token, nextOffset: 0, at: .zero))
    var rest = 1_000
    while rest > 0 {
      let piece = min(7, rest)
      try #require(credit >= piece, "locked up with \(rest) bytes to go")
      rest -= piece
      credit -= piece
      _ = server.receive(
        .data(Array(repeating: 1, count: piece)), flags: rest == 0 ? .last : [], request: 1)
      try count(server.session.uploadConsumed(token, byteCount: piece, at: .zero))
    }
    #expect(!server.session.isClosed)
  }
}
