import Testing

@testable import DeviceSim

@Suite struct UserFilesTests {
  @Test func readsUpToTheLimit() throws {
    let folder = try ScratchFolder()
    let path = try folder.write("file", [1, 2, 3])
    #expect(try readFile(path, limit: 3) == [1, 2, 3])
    #expect(
      throws: CommandFailure("\(path) has more than 2 bytes, the most that are allowed")
    ) { try readFile(path, limit: 2) }
    #expect(try readFile("/dev/null", limit: 0) == [])
    #expect(
      throws: CommandFailure("/dev/zero has more than 5 bytes, the most that are allowed")
    ) { try readFile("/dev/zero", limit: 5) }
    for path in [folder.path("missing"), folder.path("")] {
      #expect(throws: CommandFailure("\(path) cannot be read")) { try readFile(path, limit: 9) }
    }
  }

  /// A link stays what it is, and so does a device, which takes the bytes.
  @Test func writesThroughWhatIsNoRegularFile() throws {
    let folder = try ScratchFolder()
    _ = try folder.write("file", [1, 2, 3])
    try folder.link("link", to: "file")
    try folder.link("full", to: "/dev/full")
    try writeFile(folder.path("link"), [4])
    #expect(try folder.bytes("file") == [4])
    let full = folder.path("full")
    #expect(throws: CommandFailure("\(full) cannot be written")) { try writeFile(full, [1]) }
    #expect(isIrregularFile(folder.path("link")) && isIrregularFile("/dev/full"))
    #expect(!isIrregularFile(folder.path("file")) && !isIrregularFile(folder.path("missing")))
  }

  @Test func writesOrSaysThatItCannot() throws {
    let folder = try ScratchFolder()
    try writeFile(folder.path("file"), [1, 2])
    #expect(try folder.bytes("file") == [1, 2])
    let nowhere = folder.path("missing/file")
    #expect(throws: CommandFailure("\(nowhere) cannot be written")) { try writeFile(nowhere, [1]) }
  }
}
