internal import Crypto

/// What both sides of a proof compute (spec/PROTOCOL.md, section 13), written from its text: what the
/// programs under test compute is judged by another reading of it.
struct SessionKeys: Sendable {
  /// The proof of PROVEN.
  let serverProof: [UInt8]
  /// What the device proves to a server that it is referred to.
  let referralSecret: [UInt8]
  /// The MACs of frames from the device.
  let deviceToServer: DirectionKey
  /// The MACs of frames from the server.
  let serverToDevice: DirectionKey

  /// - Parameter transcript: HELLO, WELCOME and PROVE as they were sent, without trailers.
  init(secret: [UInt8], transcript: [UInt8]) {
    let second = Array(SHA256.hash(data: transcript))
    serverProof = Self.code(secret, Array("forme/1 server\0".utf8) + second)
    let extracted = Self.code(second, secret)
    deviceToServer = DirectionKey(Self.code(extracted, Array("forme/1 d2s".utf8) + [1]))
    referralSecret = Self.code(extracted, Array("forme/1 refer".utf8) + [1])
    serverToDevice = DirectionKey(Self.code(extracted, Array("forme/1 s2d".utf8) + [1]))
  }

  /// The proof of PROVE.
  /// - Parameter transcript: HELLO, WELCOME, and PROVE through its nonce.
  static func deviceProof(secret: [UInt8], transcript: [UInt8]) -> [UInt8] {
    code(secret, Array("forme/1 device\0".utf8) + SHA256.hash(data: transcript))
  }

  private static func code(_ key: [UInt8], _ message: [UInt8]) -> [UInt8] {
    Array(HMAC<SHA256>.authenticationCode(for: message, using: SymmetricKey(data: key)))
  }
}

/// The key of one direction and the number of its next frame.
struct DirectionKey: Sendable {
  static let trailerByteCount = 8

  private let key: SymmetricKey
  private var counter: UInt64 = 0

  init(_ key: [UInt8]) { self.key = SymmetricKey(data: key) }

  /// The MAC of the next frame.
  mutating func next(header: [UInt8], payload: [UInt8]) -> [UInt8] {
    defer { counter += 1 }
    let message = bigEndian(counter, byteCount: 8) + header + payload
    return Array(
      HMAC<SHA256>.authenticationCode(for: message, using: key).prefix(Self.trailerByteCount))
  }
}
