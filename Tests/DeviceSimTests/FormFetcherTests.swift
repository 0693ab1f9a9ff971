import Capabilities
import Crypto
import Testing
import Transport
import WireProtocol

@testable import DeviceSim

/// Fetching from servers that change their mind, and over lines that damage.
@Suite(.timeLimit(.minutes(1))) struct FormFetcherTests {
  /// A picture, and the 64 bytes that the panel gets of it.
  private struct Picture {
    let fill: UInt8

    var id: ShortDigest { ShortDigest(Array(repeating: fill, count: 16)) ?? .none }
    var form: [UInt8] { (0..<64).map { $0 &+ fill } }
    var etag: ShortDigest { ShortDigest(Array(SHA256.hash(data: form).prefix(16))) ?? .none }

    func listing(time: UInt32) throws -> Message {
      .listing(
        ListingMessage(entries: [
          .init(name: try ImageName("a"), imageID: id, byteCount: 1, unixTime: time)
        ]))
    }

    /// FORM and DATA as GET asks for them.
    func answer(_ get: GetMessage) -> [ScriptedServer.Step] {
      let offset = get.startOffset(sent: etag, total: form.count)
      let message = FormMessage(
        status: .ok, alternative: 0, etag: etag, sent: etag, total: 64, offset: UInt32(offset),
        length: UInt32(64 - offset), width: 8, height: 8, codec: .identity, generation: 1,
        nextPollSeconds: 0)
      return [.send(.form(message)), .send(.data(Array(form[offset...])))]
    }
  }

  private static let (old, new) = (Picture(fill: 1), Picture(fill: 2))

  /// The name comes to stand for another image between LIST and GET: the id told is that of the
  /// form, and the form is not sent twice for that.
  @Test func theIDIsOfTheFormFetched() async throws {
    let lists = Counter()
    let server = try await ScriptedServer { question in
      switch question.message {
      case .list:
        let picture = lists.next() == 0 ? Self.old : Self.new
        return (try? picture.listing(time: 7)).map { [.send($0)] } ?? [.close]
      case .get(let get): return Self.new.answer(get)
      default: return [.close]
      }
    }
    let outcome = try await fetch(from: server, wantsImageID: true)
    #expect(outcome.imageID == Self.new.id)
    #expect(outcome.bytes == Self.new.form)
    #expect(outcome.form.length == 1)
    #expect(lists.count == 3)
  }

  /// The same image again, but registered anew in between: which form came is not known.
  @Test func anImageThatCameBackIsNoProof() async throws {
    let lists = Counter()
    let gets = Counter()
    let server = try await ScriptedServer { question in
      switch question.message {
      case .list:
        let time: UInt32 = lists.next() == 0 ? 7 : 8
        return (try? Self.old.listing(time: time)).map { [.send($0)] } ?? [.close]
      case .get(let get): return (gets.next() == 0 ? Self.new : Self.old).answer(get)
      default: return [.close]
      }
    }
    let outcome = try await fetch(from: server, wantsImageID: true)
    #expect(outcome.imageID == Self.old.id && outcome.bytes == Self.old.form)
  }

  @Test func aNameThatNeverRestsIsAFailure() async throws {
    let lists = Counter()
    let server = try await ScriptedServer { question in
      switch question.message {
      case .list:
        let time = UInt32(lists.next())
        return (try? Self.old.listing(time: time)).map { [.send($0)] } ?? [.close]
      case .get(let get): return Self.old.answer(get)
      default: return [.close]
      }
    }
    await #expect(
      throws: CommandFailure("a is registered anew faster than it can be fetched")
    ) { try await fetch(from: server, wantsImageID: true) }
    #expect(lists.count == 9)
  }

  /// Half of the form comes, then a frame with one bit turned: the rest is asked for anew.
  @Test func damageIsMendedByANewConnection() async throws {
    let server = try await ScriptedServer { question in
      guard case .get(let get) = question.message else { return [.close] }
      guard question.connection == 0 else {
        #expect(get.offset == 32)
        return Self.old.answer(get)
      }
      let half = Array(Self.old.form[..<32])
      var damaged = FrameEncoder(maxFrame: 0xFFFF, usesCRC32: true).encode(
        .data(Array(Self.old.form[32...])), flags: .last, request: 1)
      damaged[20] ^= 0x10
      return [Self.old.answer(get)[0], .send(.data(half), last: false), .sendBytes(damaged)]
    }
    let outcome = try await fetch(from: server, wantsImageID: false)
    #expect(outcome.bytes == Self.old.form && outcome.form.offset == 32)
    #expect(server.connectionCount == 2)
  }

  /// The part from an earlier run is not what its digest says: everything is fetched again.
  @Test func aWrongPartIsDropped() async throws {
    let folder = try ScratchFolder()
    _ = try folder.write("part", [UInt8](repeating: 0, count: 5))
    _ = try folder.write(
      "part.json", #"{"sent":"\#(hexadecimal(Self.old.etag.bytes))","total":64}"#.utf8)
    let server = try await ScriptedServer { question in
      guard case .get(let get) = question.message else { return [.close] }
      #expect(get.offset == (question.connection == 0 ? 5 : 0))
      return Self.old.answer(get)
    }
    let partial = PartialForm(path: folder.path("part"))
    let outcome = try await fetch(from: server, wantsImageID: false, partial: partial)
    #expect(outcome.bytes == Self.old.form)
    #expect(server.connectionCount == 2)
    // Kept until the caller has used it.
    #expect(try folder.bytes("part") == Self.old.form)
  }

  private func fetch(
    from server: ScriptedServer, wantsImageID: Bool, partial: PartialForm = PartialForm()
  ) async throws -> FormFetcher.Outcome {
    var fetcher = FormFetcher(
      FormFetcher.Request(
        server: ServerAccess(address: server.address), name: try ImageName("a"),
        capabilities: [try grayPanel(width: 8, height: 8)], shown: .none, maxFrame: 16_384,
        creditBytes: 1_024, wantsImageID: wantsImageID, patience: .seconds(30)),
      partial: partial)
    return try await withDeviceThread { try await fetcher.fetch() }
  }
}
