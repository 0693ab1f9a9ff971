import ArgumentParser
import Capabilities
import Profiles
import Synchronization
import Testing
import Transport
import WireProtocol

@testable import DeviceSim

/// Fetching what differs from a form that an earlier fetch has left.
@Suite(.timeLimit(.minutes(1))) struct PatchTests {
  /// The form that is shown, and the one that the name stands for now: 8 bits a pixel, 8 × 8.
  private static let old = (0..<64).map { UInt8($0) }
  private static let new = old.enumerated().map { (20..<25).contains($0) ? 0xFF : $1 }
  private static let range = 20..<25

  /// Answers GET with a patch when something is shown, else with the whole form.
  private static func server(
    patch: [UInt8] = Array(new[range]), sent: ShortDigest? = nil,
    gets: Recorder<GetMessage> = Recorder()
  ) async throws -> ScriptedServer {
    try await ScriptedServer { question in
      guard case .get(let get) = question.message else {
        return question.message == .cancel
          ? [.send(.error(ErrorMessage(code: .cancelled)))] : [.close]
      }
      gets.add(get)
      guard get.shown != .none else {
        return [.send(.form(form(.ok, 0, 64, ShortDigest(of: new)))), .send(.data(new))]
      }
      let message = form(.patch, range.lowerBound, patch.count, sent ?? ShortDigest(of: patch))
      // A device that does not want it gets nothing of it.
      return [.send(.form(message))] + (get.credit > 64 ? [.send(.data(patch))] : [])
    }
  }

  private static func form(
    _ status: FormStatus, _ offset: Int, _ length: Int, _ sent: ShortDigest
  ) -> FormMessage {
    FormMessage(
      status: status, alternative: 0, etag: ShortDigest(of: new), sent: sent, total: 64,
      offset: UInt32(offset), length: UInt32(length), width: 8, height: 8, codec: .identity,
      generation: 2, nextPollSeconds: 0)
  }

  private func fetch(
    from server: ScriptedServer, base: [UInt8]?, creditBytes: Int = 1_024
  ) async throws -> FormFetcher.Outcome {
    var fetcher = FormFetcher(
      FormFetcher.Request(
        server: ServerAccess(address: server.address), name: try ImageName("a"),
        capabilities: [try grayPanel(width: 8, height: 8)], shown: ShortDigest(of: Self.old),
        base: base, maxFrame: 16_384, creditBytes: creditBytes, wantsImageID: false,
        patience: .seconds(30)),
      partial: PartialForm())
    return try await withDeviceThread { try await fetcher.fetch() }
  }

  @Test func aPatchIsLaidIn() async throws {
    let outcome = try await fetch(from: Self.server(), base: Self.old)
    #expect(outcome.form.status == .patch)
    #expect(outcome.bytes == Self.new && outcome.bytesAsSent == Self.new)
    #expect(outcome.sentByteCount == 5)
    let report = try FetchReport(outcome).text
    #expect(report.contains(#""bytesAsSent":5,"#) && report.contains(#""bytes":64,"#))
    #expect(report.contains(#""patched":true,"status":"ok""#))
  }

  @Test func withoutTheFormShownTheWholeIsFetched() async throws {
    let gets = Recorder<GetMessage>()
    let outcome = try await fetch(from: Self.server(gets: gets), base: nil, creditBytes: 64)
    #expect(outcome.form.status == .ok && outcome.bytes == Self.new)
    #expect(gets.all.map(\.shown) == [ShortDigest(of: Self.old), .none])
    #expect(try FetchReport(outcome).text.contains(#""patched":false"#))
  }

  /// The bytes are not what `sent` says, fit no form of this etag, or belong to a form of another
  /// length: nothing of that is shown.
  @Test(arguments: ["sent", "etag", "total"])
  func aPatchThatDoesNotFitIsFollowedByTheWhole(fault: String) async throws {
    let gets = Recorder<GetMessage>()
    let server =
      switch fault {
      case "sent": try await Self.server(sent: ShortDigest(of: [1]), gets: gets)
      case "etag": try await Self.server(patch: [1, 2, 3], gets: gets)
      default: try await Self.server(gets: gets)
      }
    let base = fault == "total" ? Array(Self.old.dropLast()) : Self.old
    let outcome = try await fetch(from: server, base: base)
    #expect(outcome.form.status == .ok && outcome.bytes == Self.new)
    #expect(gets.all.map(\.shown) == [ShortDigest(of: Self.old), .none])
  }

  /// The first half of a patch, then the end: the other half is not asked for, the patch is.
  @Test func aCutPatchStartsAgain() async throws {
    let gets = Recorder<GetMessage>()
    let server = try await ScriptedServer { question in
      guard case .get(let get) = question.message else { return [.close] }
      gets.add(get)
      let patch = Array(Self.new[Self.range])
      let form = Self.form(.patch, 20, 5, ShortDigest(of: patch))
      guard question.connection > 0 else {
        return [.send(.form(form)), .send(.data(Array(patch[..<2])), last: false), .close]
      }
      return [.send(.form(form)), .send(.data(patch))]
    }
    let outcome = try await fetch(from: server, base: Self.old)
    #expect(outcome.bytes == Self.new && server.connectionCount == 2)
    #expect(gets.all.allSatisfy { $0.offset == 0 && $0.partial == .none })
  }

  /// Where `fetch` finds the form shown, and what it leaves there.
  @Test(arguments: ["--output", "--as-sent", "--partial"])
  func theFormShownIsFoundWhereItWasLeft(option: String) async throws {
    let profile = try Profile.find("ssd1306-128x64").alternatives[0]
    let old = [UInt8](repeating: 0x55, count: 1_024)
    var new = old
    new.replaceSubrange(1_000..<1_010, with: repeatElement(0xF0, count: 10))
    let gets = Recorder<GetMessage>()
    let server = try await ScriptedServer { [new] question in
      guard case .get(let get) = question.message else { return [.close] }
      gets.add(get)
      let patch = Array(new[1_000..<1_010])
      let form = FormMessage(
        status: .patch, alternative: 0, etag: ShortDigest(of: new), sent: ShortDigest(of: patch),
        total: 1_024, offset: 1_000, length: 10, width: UInt16(profile.size.width),
        height: UInt16(profile.size.height), codec: .identity, generation: 2, nextPollSeconds: 0)
      return [.send(.form(form)), .send(.data(patch))]
    }
    let folder = try ScratchFolder()
    let shown = try folder.write("shown", old)
    var arguments = [
      "a", "--profile", "ssd1306-128x64", "--server", "\(server.address)", "--shown",
      "\(ShortDigest(of: old))", "--preview", folder.path("preview.png"), option, shown,
    ]
    if option != "--output" { arguments += ["--output", folder.path("output")] }
    let command = try FetchCommand.parse(arguments)
    try await withDeviceThread { try await command.run() }
    #expect(gets.all.count == 1)
    #expect(try folder.bytes(option == "--output" ? "shown" : "output") == new)
    if option == "--as-sent" { #expect(try folder.bytes("shown") == new) }
    #expect(folder.exists("preview.png"))
  }
}

/// What a server's script saw, in order.
final class Recorder<Element: Sendable>: Sendable {
  private let elements = Mutex<[Element]>([])

  var all: [Element] { elements.withLock(\.self) }

  func add(_ element: Element) { elements.withLock { $0.append(element) } }
}
