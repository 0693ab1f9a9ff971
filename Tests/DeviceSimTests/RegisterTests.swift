import ArgumentParser
import Crypto
import Testing
import WireProtocol

@testable import DeviceSim

/// `register` against servers that hold a part of the picture.
@Suite(.timeLimit(.minutes(1))) struct RegisterTests {
  private static let picture = Array("a picture".utf8)

  /// The server's part was torn by a power cut: it says so once and has thrown it away.
  @Test(arguments: [4, 9] as [UInt32])
  func aTornPartIsSentAnew(heldByteCount: UInt32) async throws {
    let server = try await ScriptedServer { question in
      switch question.message {
      case .put:
        let offset = question.connection == 0 ? heldByteCount : 0
        return [.send(.ready(ReadyMessage(nextOffset: offset, credit: 1_000)))]
      case .data(let bytes):
        guard question.connection > 0 else {
          return [.send(.error(ErrorMessage(code: .digestMismatch)))]
        }
        #expect(bytes == Self.picture)
        return [.send(.stored(Self.stored))]
      default: return [.close]
      }
    }
    try await register(at: server)
    #expect(server.connectionCount == 2)
  }

  /// A picture that was sent from its first byte is not sent again.
  @Test(arguments: [(0, 1), (4, 2)] as [(UInt32, Int)])
  func aMismatchIsFinal(heldByteCount: UInt32, connectionCount: Int) async throws {
    let server = try await ScriptedServer { question in
      switch question.message {
      case .put: [.send(.ready(ReadyMessage(nextOffset: heldByteCount, credit: 1_000)))]
      case .data: [.send(.error(ErrorMessage(code: .digestMismatch)))]
      default: [.close]
      }
    }
    await #expect(throws: (any Error).self) { try await register(at: server) }
    #expect(server.connectionCount == connectionCount)
  }

  private static var stored: StoredMessage {
    guard let digest = PictureDigest(Array(SHA256.hash(data: picture))) else {
      preconditionFailure("a SHA-256 has 32 bytes")
    }
    return StoredMessage(imageID: digest.imageID, generation: 1)
  }

  private func register(at server: ScriptedServer) async throws {
    let folder = try ScratchFolder()
    let file = try folder.write("picture", Self.picture)
    let command = try RegisterCommand.parse([
      file, "--name", "a", "--server", "\(server.address)", "--retry", "0",
    ])
    try await withDeviceThread { try await command.run() }
  }
}
