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
    let referralSecret: String
  }

  /// A referral secret as servers tell each other.
  struct Sealing: Decodable, Sendable {
    let keyID: String
    let referralSecret: String
    let sealed: String
  }

  let title: String
  let keyID: String
  let secret: String
  let deviceNonce: String
  let serverNonce: String
  let crc32: Bool
  let mustProve: Bool
  /// The server knows the device's form keys.
  let knowsKeys: Bool?
  let maxFrame: Int
  let deviceID: String
  let descriptor: String?
  let formKeys: [String]
  let ticket: String?
  let unixTime: UInt64
  let form: String?
  let sealing: Sealing?
  let computed: Computed
  let frames: [Frame]

  var testDescription: String { title }

  static let registrar = load("registrar")
  static let panel = load("panel")
  /// A device that is referred, and the same at the other server.
  static let referring = load("referring")
  static let referred = load("referred")
  /// What the first server had said to the other one.
  static let origin = load("origin")

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

  /// Whether there is a frame of this message.
  func contains(_ message: String) -> Bool { frames.contains { $0.message == message } }

  /// What the first frame of this message says.
  private func said(_ name: String) -> Message {
    let payload = hex(frame(name).payload)
    guard let type = MessageType.allCases.first(where: { $0.word == name }),
      let message = try? Message(
        WireProtocol.Frame(type: type.rawValue, request: 1, payload: payload))
    else { fatalError("\(title): \(name)") }
    return message
  }

  var refer: ReferMessage {
    guard case .refer(let refer) = said("REFER") else { fatalError("no REFER") }
    return refer
  }

  var get: GetMessage {
    guard case .get(let get) = said("GET") else { fatalError("no GET") }
    return get
  }

  var originMessage: OriginMessage {
    guard case .origin(let origin) = said("ORIGIN") else { fatalError("no ORIGIN") }
    return origin
  }

  var capability: Capability {
    get throws { try Capability(descriptor: hex(descriptor ?? "")) }
  }

  var key: PresharedKey {
    guard let id = KeyID(keyID), let secret = KeySecret(hex(secret)) else { fatalError("a key") }
    return PresharedKey(id: id, secret: secret)
  }
}
