import Capabilities
import Testing
import WireProtocol

@testable import DeviceSim

/// What a cut transfer leaves in its files, and what the next one makes of it.
@Suite struct PartialFormTests {
  private let folder: ScratchFolder
  private let path: String

  init() throws {
    folder = try ScratchFolder()
    path = folder.path("part")
  }

  @Test func goesOnWhereItStopped() throws {
    let first = PartialForm(path: path)
    #expect(first.resumeOffset == 0 && first.sent == .none)
    try first.begin(form("a", total: 9))
    try first.append([1, 2, 3])
    try first.append([4, 5])
    #expect(try folder.bytes("part") == [1, 2, 3, 4, 5])

    let second = PartialForm(path: path)
    #expect(second.bytes == [1, 2, 3, 4, 5] && second.resumeOffset == 5)
    try second.begin(form("a", total: 9, offset: 5))
    try second.append([6])
    #expect(try folder.bytes("part") == [1, 2, 3, 4, 5, 6])
    try second.begin(form("a", total: 9, offset: 2))
    try second.append([7])
    #expect(second.bytes == [1, 2, 7])
    #expect(try folder.bytes("part") == [1, 2, 7])

    second.remove()
    #expect(second.bytes == [] && second.sent == .none && second.resumeOffset == 0)
    #expect(!folder.exists("part") && !folder.exists("part.json"))
    try second.begin(form("b", total: 2))
    try second.append([8])
    #expect(try folder.bytes("part") == [8])
  }

  /// A reconnection writes nothing of what stands there already; it mends what was cut off.
  @Test func rewritesNothing() throws {
    let partial = PartialForm(path: path)
    try partial.begin(form("a", total: 9))
    try partial.append([1, 2, 3])
    _ = try folder.write("part", [9, 9, 9])
    try partial.begin(form("a", total: 9, offset: 3))
    #expect(try folder.bytes("part") == [9, 9, 9])
    let again = PartialForm(path: path)
    _ = try folder.write("part", [9])
    try again.begin(form("a", total: 9, offset: 3))
    #expect(try folder.bytes("part") == [9, 9, 9])
  }

  /// Another form: its bytes never stand beside the digest of the old one, whenever it is cut.
  @Test func theOldBytesGoFirst() throws {
    let first = PartialForm(path: path)
    try first.begin(form("a", total: 9))
    try first.append([1, 2, 3])
    let json = try folder.bytes("part.json")
    let second = PartialForm(path: path)
    first.remove()
    _ = try folder.write("part", [1, 2, 3])
    try folder.makeFolder("part.json")
    #expect(throws: CommandFailure("\(path).json cannot be written")) {
      try second.begin(form("b", total: 9))
    }
    #expect(try folder.bytes("part") == [])
    try folder.remove("part.json")
    _ = try folder.write("part.json", json)
    #expect(PartialForm(path: path).resumeOffset == 0)
  }

  /// Of a whole form, kept since its output could not be written, the last byte is asked for again.
  @Test func aWholeFormIsNotLost() throws {
    let first = PartialForm(path: path)
    try first.begin(form("a", total: 3))
    try first.append([1, 2, 3])
    let second = PartialForm(path: path)
    #expect(second.resumeOffset == 2 && second.sent == digest("a"))
    try second.begin(form("a", total: 3, offset: 2))
    try second.append([3])
    #expect(second.bytes == [1, 2, 3])
    #expect(try folder.bytes("part") == [1, 2, 3])
  }

  @Test(arguments: [
    #"{"sent":"\#(String(repeating: "ab", count: 16))","total":67108865}"#,
    #"{"sent":"\#(String(repeating: "ab", count: 16))","total":9223372036854775807}"#,
    #"{"sent":"\#(String(repeating: "ab", count: 16))","total":-5}"#,
    #"{"sent":"\#(String(repeating: "ab", count: 16))","total":0}"#,
    #"{"sent":"\#(String(repeating: "ab", count: 16))","total":2}"#,
    #"{"sent":"\#(String(repeating: "ab", count: 15))","total":4}"#,
    #"{"sent":"\#(String(repeating: "ab", count: 16))"}"#, "[", "",
    String(repeating: " ", count: 2_000),
  ])
  func whatCannotBeIsIgnored(json: String) throws {
    _ = try folder.write("part", [1, 2, 3])
    _ = try folder.write("part.json", json.utf8)
    let partial = PartialForm(path: path)
    #expect(partial.resumeOffset == 0 && partial.sent == .none)
    try partial.begin(form("b", total: 4))
    try partial.append([7])
    #expect(PartialForm(path: path).bytes == [7])
  }

  @Test func aFileThatIsTooLongIsIgnored() throws {
    _ = try folder.write("part", [UInt8](repeating: 0, count: FormSize.byteLimit + 1))
    let sent = String(repeating: "ab", count: 16)
    _ = try folder.write("part.json", #"{"sent":"\#(sent)","total":\#(FormSize.byteLimit)}"#.utf8)
    #expect(PartialForm(path: path).bytes.isEmpty)
    _ = try folder.write("part", [UInt8](repeating: 0, count: FormSize.byteLimit))
    #expect(Int(PartialForm(path: path).resumeOffset) == FormSize.byteLimit - 1)
  }

  @Test func whatCannotBeWrittenIsSaid() throws {
    let nowhere = folder.path("missing/part")
    #expect(throws: CommandFailure("\(nowhere) cannot be written")) {
      try PartialForm(path: nowhere).begin(form("a", total: 1))
    }
    try folder.makeFolder("folder")
    let directory = folder.path("folder")
    #expect(throws: CommandFailure("\(directory) is no regular file")) {
      try PartialForm(path: directory).begin(form("a", total: 1))
    }
    #expect(throws: CommandFailure("/dev/full is no regular file")) {
      try PartialForm(path: "/dev/full").begin(form("a", total: 1))
    }
  }

  @Test func memoryOnly() throws {
    let partial = PartialForm()
    try partial.begin(form("a", total: 3))
    try partial.append([1, 2])
    #expect(partial.resumeOffset == 2 && partial.sent == digest("a"))
    partial.remove()
    #expect(partial.bytes == [])
  }

  private func digest(_ letter: String) -> ShortDigest {
    ShortDigest(Array(repeating: letter.utf8.first ?? 0, count: 16)) ?? .none
  }

  private func form(_ letter: String, total: UInt32, offset: UInt32 = 0) -> FormMessage {
    FormMessage(
      status: .ok, alternative: 0, etag: digest(letter), sent: digest(letter), total: total,
      offset: offset, length: total - offset, width: 1, height: UInt16(total), codec: .identity,
      generation: 1, nextPollSeconds: 0)
  }
}
