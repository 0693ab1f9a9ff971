internal import ArgumentParser
internal import Capabilities
internal import Crypto
internal import Foundation
internal import Transport
internal import WireProtocol

/// Registers a picture under a name.
struct RegisterCommand: AsyncParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "register", abstract: "Register a JPEG or PNG picture under a name.")

  @OptionGroup var server: ServerOption
  @OptionGroup var retry: RetryOption

  @Argument(help: "The picture.", completion: .file())
  var file: String

  @Option(
    help: "The name that devices ask for, 1 to 128 bytes.", transform: ImageName.init(argument:))
  var name: ImageName

  func run() async throws {
    let access = try server.access()
    let picture = try readFile(file, limit: WireConstants.pictureByteLimit)
    let put = PutMessage(
      name: name, length: UInt32(picture.count),
      digest: PictureDigest(Array(SHA256.hash(data: picture))))
    let stored = try await register(put, picture, access)
    print("\(hexadecimal(stored.imageID.bytes))  generation \(stored.generation)  \(name)")
  }

  /// Goes on after a lost connection from wherever the server stands, also where an earlier run of
  /// this command stopped.
  private func register(
    _ put: PutMessage, _ picture: [UInt8], _ access: ServerAccess
  ) async throws -> StoredMessage {
    let progress = ProgressLine("registering \(name)")
    defer { progress.clear() }
    var patience = Patience(.seconds(retry.seconds))
    var furthest = 0
    var hasStartedOver = false
    while true {
      let before = furthest
      var isResumed = true
      do {
        return try await access.withConnection { client in
          try await client.put(put) { offset, byteCount in
            if offset == 0 { isResumed = false }
            furthest = max(furthest, offset)
            progress.show(offset + byteCount, of: picture.count)
            return Array(picture[offset..<offset + byteCount])
          }
        }
      } catch DeviceClientError.refused(let message)
        where message.code == .digestMismatch && isResumed && !hasStartedOver
      {
        // A power cut may have torn the part that the server held. It has thrown that away now.
        hasStartedOver = true
        furthest = 0
      } catch let error as DeviceClientError where error.isRetryable {
        if furthest > before { patience.restart() }
        guard try await patience.wait(error.retryAfter) else { throw error }
      }
    }
  }
}
