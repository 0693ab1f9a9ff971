import Capabilities
import Foundation
import Testing
import WireProtocol

/// A transcript of spec/vectors/keys: what a script that shares no code with ours says is sent.
struct KeyVector: Decodable, Sendable, CustomTestStringConvertible {
  struct Frame: Decodable, Sendable {
    let from: String
    let message: String
    let header: String
    let payload: String
    let trailer: String

    var bytes: [UInt8] { hex(header + payload + trailer) }
    /// What a proof covers of it.
    var transcript: [UInt8] { hex(header + payload) }
  }

  struct Computed: Decodable, Sendable {
    let deviceProof: String
    let serverProof: String
  }

  let title: String
  let keyID: String
  let secret: String
  let deviceNonce: String
  let serverNonce: String
  let crc32: Bool
  let mustProve: Bool
  let unixTime: UInt64
  let form: String?
  let computed: Computed
  let frames: [Frame]

  var testDescription: String { title }

  static let registrar = load("registrar")
  static let panel = load("panel")

  private static func load(_ name: String) -> KeyVector {
    do {
      let file = Specification.folder.appending(path: "vectors/keys/\(name).json")
      return try JSONDecoder().decode(KeyVector.self, from: Data(contentsOf: file))
    } catch { fatalError("\(name): \(error)") }
  }

  /// The first frame of a message.
  func frame(_ message: String) -> Frame {
    guard let frame = frames.first(where: { $0.message == message }) else {
      fatalError("\(title) has no \(message)")
    }
    return frame
  }

  var key: PresharedKey {
    guard let id = KeyID(keyID), let secret = KeySecret(hex(secret)) else { fatalError("a key") }
    return PresharedKey(id: id, secret: secret)
  }
}
