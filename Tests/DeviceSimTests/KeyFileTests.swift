import ArgumentParser
import Foundation
import Synchronization
import Testing
import WireProtocol

@testable import DeviceSim

/// `--key FILE`.
@Suite(.timeLimit(.minutes(1))) struct KeyFileTests {
  private static let digits = String(repeating: "0f", count: 32)

  @Test(arguments: [0o600, 0o400, 0o640, 0o604])
  func aKeyIsReadAndAnOpenFileWarnedOf(mode: Int) throws {
    let folder = try ScratchFolder()
    let path = try folder.write("key", "shelf-7 \(Self.digits)\n".utf8)
    try FileManager.default.setAttributes([.posixPermissions: mode], ofItemAtPath: path)
    var warnings: [String] = []
    let key = try readKey(path) { warnings.append($0) }
    #expect(key.id.description == "shelf-7")
    #expect(key.secret.bytes == Array(repeating: 0x0F, count: 32))
    let text = String(mode, radix: 8)
    let warning = "\(path) is open to others (mode \(text)); a key's file should be 600"
    #expect(warnings == (mode & 0o077 == 0 ? [] : [warning]))
  }

  @Test(arguments: [
    ("", "holds no key: it has 0 lines and 0 words, allowed is one line: ID HEX"),
    ("shelf-7", "holds no key: it has 1 lines and 1 words, allowed is one line: ID HEX"),
    (
      "a/b \(digits)",
      "holds no key: it has an id of 3 bytes, allowed are 1…16 of A–Z a–z 0–9 . _ -"
    ),
    (
      "shelf-7 \(digits)0",
      "holds no key: it has a secret of 65 bytes, allowed are 64 hexadecimal digits"
    ),
    (String(repeating: " ", count: 257), "has more than 256 bytes, the most that are allowed"),
  ])
  func whatIsNoKeyIsSaidInOneLine(text: String, reason: String) throws {
    let folder = try ScratchFolder()
    let path = try folder.write("key", text.utf8)
    let failure = #expect(throws: CommandFailure.self) { try readKey(path) { _ in } }
    #expect(failure?.description == "\(path) \(reason)")
  }

  @Test func bytesThatAreNoTextAndAMissingFileAreSaidToo() throws {
    let folder = try ScratchFolder()
    let path = try folder.write("key", [0xFF, 0x20])
    #expect(throws: CommandFailure("\(path) holds no key: it is not UTF-8")) {
      try readKey(path) { _ in }
    }
    let missing = folder.path("missing")
    #expect(throws: CommandFailure("\(missing) cannot be read")) { try readKey(missing) { _ in } }
  }

  /// Every command that talks proves the key, and says nothing else to a server that has another.
  @Test(arguments: [
    ["list"], ["remove", "a"], ["register", "FILE", "--name", "a", "--retry", "0"],
    ["fetch", "a", "--profile", "epaper-mono-black1", "--retry", "0"],
    ["watch", "a", "--profile", "epaper-mono-black1", "--preview", "FILE.png", "--retry", "0"],
  ])
  func everyCommandProvesTheKey(arguments: [String]) async throws {
    let folder = try ScratchFolder()
    let key = try folder.write("key", "shelf-7 \(Self.digits)\n".utf8)
    try FileManager.default.setAttributes([.posixPermissions: 0o600], ofItemAtPath: key)
    let picture = try folder.write("picture", "a picture".utf8)
    let said = Mutex<[MessageType]>([])
    let server = try await ScriptedServer { question in
      said.withLock { $0.append(question.message.type) }
      guard case .prove(let prove) = question.message else { return [] }
      #expect(prove.keyID.description == "shelf-7")
      return [.sayUnasked(.proven(ProvenMessage(proof: prove.proof)))]
    }
    let named = arguments.map { $0.replacing("FILE", with: picture) }
    var command = try FormeDevice.parseAsRoot(
      named + ["--server", "\(server.address)", "--key", key])
    let error = await #expect(throws: (any Error).self) {
      if var asynchronous = command as? any AsyncParsableCommand {
        try await withDeviceThread { try await asynchronous.run() }
      } else {
        try command.run()
      }
    }
    #expect(
      error.map { "\($0)" } == "connection ended: the server's proof is wrong")
    #expect(said.withLock { $0.filter { $0 != .error } } == [.prove])
  }
}
