import Capabilities
import Testing
import WireProtocol

@Suite("Server: PATCH")
struct ServerPatchTests {
  private static let patch = FormPatch(range: 1_000..<1_200, sent: short(9))

  private func get(
    shown: ShortDigest = short(7), partial: ShortDigest = .none, offset: UInt32 = 0
  ) -> GetMessage {
    GetMessage(
      reference: .name(name("a")), shown: shown, partial: partial, offset: offset, credit: 150)
  }

  private func status(_ actions: [ServerAction]) throws -> FormStatus? {
    guard case .form(let form)? = try sent(actions).first else { return nil }
    return form.status
  }

  @Test("FORM announces the range, DATA brings its bytes and no others, credit counts them")
  func patch() throws {
    var server = ServerHarness()
    let token = try server.find(get())
    let found = server.session.formFound(token, form(), patch: Self.patch, at: .zero)
    #expect(
      try sent(found) == [
        .form(
          FormMessage(
            status: .patch, alternative: 0, etag: short(1), sent: short(9), total: 48_000,
            offset: 1_000, length: 200, width: 800, height: 480, codec: .identity,
            generation: 4, nextPollSeconds: 600))
      ])
    #expect(found.last == .produce(token, offset: 1_000, byteCount: 150))
    let first = server.session.produced(token, Array(repeating: 1, count: 150), at: .zero)
    #expect(try sent(first) == [.data(Array(repeating: 1, count: 150))])
    let more = server.receive(.credit(CreditMessage(byteCount: 1_000)), request: 1)
    #expect(more == [.produce(token, offset: 1_150, byteCount: 50)])
    let last = server.session.produced(token, Array(repeating: 2, count: 50), at: .zero)
    #expect(last.last == .formSent(token))
    guard case .send(let bytes)? = last.first else {
      Issue.record("no DATA")
      return
    }
    #expect(try messages(bytes).map { $0.flags.contains(.last) } == [true])
  }

  @Test("what is shown already is not patched")
  func notModified() throws {
    var server = ServerHarness()
    let token = try server.find(get(shown: short(1)))
    let found = server.session.formFound(token, form(), patch: Self.patch, at: .zero)
    #expect(try status(found) == .notModified && found.count == 1)
  }

  @Test("a device that shows nothing gets the whole form")
  func nothingShown() throws {
    var server = ServerHarness()
    let token = try server.find(get(shown: .none))
    let found = server.session.formFound(token, form(), patch: Self.patch, at: .zero)
    #expect(try status(found) == .ok)
    #expect(found.last == .produce(token, offset: 0, byteCount: 150))
  }

  @Test("a form that needs a codec is not patched")
  func codec() throws {
    var server = ServerHarness()
    let token = try server.find(get())
    let packed = FormDescription(
      alternative: 0, etag: short(1), sent: short(2), total: 48_000, width: 800, height: 480,
      codec: .packBits, generation: 4, nextPollSeconds: 0)
    let found = server.session.formFound(token, packed, patch: Self.patch, at: .zero)
    #expect(try status(found) == .ok)
  }

  @Test(
    "what is shorter travels: the patch or the rest of a cut transfer",
    arguments: [
      (47_799 as UInt32, FormStatus.patch), (47_800, .ok), (47_999, .ok), (48_000, .patch),
    ])
  func shorter(offset: UInt32, expected: FormStatus) throws {
    var server = ServerHarness()
    let token = try server.find(get(partial: short(2), offset: offset))
    let found = server.session.formFound(token, form(), patch: Self.patch, at: .zero)
    #expect(try status(found) == expected)
    let start = expected == .patch ? 1_000 : Int(offset)
    guard case .produce(_, start, _)? = found.last else {
      Issue.record("\(String(describing: found.last))")
      return
    }
  }

  @Test("a patch of all bytes saves nothing")
  func wholeRange() throws {
    var server = ServerHarness()
    let token = try server.find(get())
    let patch = FormPatch(range: 0..<48_000, sent: short(9))
    #expect(
      try status(server.session.formFound(token, form(), patch: patch, at: .zero)) == .ok)
  }
}
