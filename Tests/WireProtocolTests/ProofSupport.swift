import Capabilities
import Testing
import WireProtocol

/// A key that is known to be one.
func presharedKey(_ id: String = "shelf-7", first: UInt8 = 200) -> PresharedKey {
  guard let id = KeyID(id), let secret = KeySecret(full(first).bytes) else { fatalError("a key") }
  return PresharedKey(id: id, secret: secret)
}

/// The bytes that these actions send.
func bytes(_ actions: [DeviceAction]) -> [UInt8] {
  actions.flatMap { if case .send(let bytes) = $0 { bytes } else { [UInt8]() } }
}

/// The bytes that these actions send.
func bytes(_ actions: [ServerAction]) -> [UInt8] {
  actions.flatMap { if case .send(let bytes) = $0 { bytes } else { [UInt8]() } }
}

/// The code with which the actions close the connection; `nil` when they do not.
func closingCode(_ actions: [ServerAction]) -> ErrorCode? {
  if case .close(let end)? = actions.last { end.code } else { nil }
}

/// The code with which the actions close the connection; `nil` when they do not.
func closingCode(_ actions: [DeviceAction]) -> ErrorCode? {
  if case .close(let end)? = actions.last { end.code } else { nil }
}

/// The same bytes with another bit, and a header check that is right for them.
func flipped(_ frame: [UInt8], bit: Int, mendsCheck: Bool = false) -> [UInt8] {
  var frame = frame
  frame[bit / 8] ^= 1 << (bit % 8)
  guard mendsCheck else { return frame }
  let check = CRC16.checksum(frame[..<6])
  frame[6] = UInt8(check >> 8)
  frame[7] = UInt8(check & 0xFF)
  return frame
}

/// A registrar and a server, either at the beginning of a proof or after it.
struct ProofPair {
  var device: DeviceSession
  var server: ServerSession
  var hello: [UInt8] = []
  var welcome: [UInt8] = []
  var prove: [UInt8] = []
  var proven: [UInt8] = []

  /// HELLO, WELCOME and PROVE, which the server has not seen yet.
  init(
    key: PresharedKey = presharedKey(), mustProve: Bool = true, usesCRC32: Bool = false,
    deviceNonce: UInt8 = 100, serverNonce: UInt8 = 0
  ) {
    var settings = DeviceSession.Settings()
    settings.usesCRC32 = usesCRC32
    device = DeviceSession(
      settings: settings, capabilities: [],
      proofSeed: ProofSeed(key: key, nonce: full(deviceNonce).bytes))
    server = ServerSession(
      settings: .init(), mustProve: mustProve, nonce: full(serverNonce).bytes, unixTime: 1,
      now: .zero)
    hello = bytes(device.connected(at: .zero))
    welcome = bytes(server.received(hello, at: .zero))
    prove = bytes(device.received(welcome, at: .zero))
  }

  /// A pair after its proof.
  static func afterProof(mustProve: Bool = true, usesCRC32: Bool = false) throws -> ProofPair {
    var pair = ProofPair(mustProve: mustProve, usesCRC32: usesCRC32)
    #expect(pair.server.received(pair.prove, at: .zero) == [.lookUpKey(presharedKey().id)])
    let actions = pair.server.keyFound(presharedKey().secret, at: .zero)
    #expect(actions.first == .proven(presharedKey().id))
    pair.proven = bytes(actions)
    let welcomed = pair.device.received(pair.proven, at: .zero)
    #expect(welcomed.last == .accepted)
    return pair
  }
}
