import Codecs
import Foundation
import Render
import Store
import Testing

@testable import Server

@Suite(.timeLimit(.minutes(1))) struct RegistrarTests {
  /// What registering a picture of the decoders' tests ends with.
  private func register(
    _ name: String, _ verification: ServerConfiguration.Verification
  ) async throws -> (result: Result<Registration, any Error>, leftFiles: [String]) {
    let finding = try await Finding()
    let (folder, library) = (finding.folder, finding.library)
    let registrar = Registrar(
      library: library, queue: finding.queue, renderer: Renderer(), batches: finding.batches,
      advance: finding.advance, verification: verification, files: finding.files,
      logger: finding.record.logger())
    let bytes = try fixture(name)
    let upload = try await library.beginUpload(
      identity: [1], digest: Digest(of: bytes), byteCount: bytes.count)
    try await upload.write(bytes)
    let sealed = try await upload.seal()
    let result: Result<Registration, any Error>
    do {
      result = .success(try await registrar.register(sealed, as: "lobby"))
    } catch {
      result = .failure(error)
    }
    #expect(try await library.registration(of: "lobby") == (try? result.get()))
    try await finding.close()
    return (result, folder.files("data/incoming") + folder.files("data/originals"))
  }

  @Test(arguments: ["gray8.png", "color420.jpg"], ServerConfiguration.Verification.allCases)
  func aSoundPictureIsRegistered(
    _ name: String, _ verification: ServerConfiguration.Verification
  ) async throws {
    let (result, files) = try await register(name, verification)
    let registration = try result.get()
    #expect(try registration.image == ImageID(Digest(of: fixture(name))))
    #expect(registration.generation == 1)
    #expect(files.count == 1)
  }

  @Test func aDamagedPictureIsRefusedWithItsBytes() async throws {
    let (result, files) = try await register("refused-bad-adler.png", .full)
    #expect(throws: PictureError.self) { try result.get() }
    #expect(files.isEmpty)
  }

  @Test func headersAloneDoNotShowTheDamage() async throws {
    let (result, _) = try await register("refused-bad-adler.png", .headers)
    #expect(try result.get().generation == 1)
  }

  @Test(arguments: ["refused-precision12.jpg", "manifest.csv"])
  func whatTheHeadersShowIsRefusedEitherWay(_ name: String) async throws {
    for verification in ServerConfiguration.Verification.allCases {
      let (result, files) = try await register(name, verification)
      #expect(throws: PictureError.self) { try result.get() }
      #expect(files.isEmpty)
    }
  }
}
