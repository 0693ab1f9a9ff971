import Capabilities
import Testing
import WireProtocol

@testable import Conformance

struct WireTests {
  private static func unhexed(_ digits: String) throws -> [UInt8] {
    try #require(bytes(hexadecimal: digits.filter { !$0.isWhitespace }))
  }

  /// The example of PROTOCOL.md, section 13.3.
  @Test func keysOfTheSpecification() throws {
    let secret = (0..<32).map { UInt8($0) }
    let hello = try Self.unhexed("0100000c00003ed1 464f524d010000f800000000")
    let welcome = try Self.unhexed(
      """
      0200002e00001897 00024000012c000000006b49d200808182838485868788898a8b8c8d8e8f9091
      92939495969798999a9b9c9d9e9f
      """)
    let head = try Self.unhexed(
      """
      050000480000f91d 0770726573732d31404142434445464748494a4b4c4d4e4f5051525354555657
      58595a5b5c5d5e5f
      """)
    let proof = SessionKeys.deviceProof(secret: secret, transcript: hello + welcome + head)
    #expect(
      hexadecimal(proof) == "7c2daea4a5bb22761d6bfce9f13cb805b76479858941b3308829cadb4acb6cb4")
    let keys = SessionKeys(secret: secret, transcript: hello + welcome + head + proof)
    #expect(
      hexadecimal(keys.serverProof)
        == "85242c0fd18e149ca0d285dfbafe95a766ad11581f7990b4de64a963f2613b01")
    var sent: DirectionKey? = keys.deviceToServer
    var list = OutgoingFrame(type: MessageType.list.rawValue)
    list.request = .number(1)
    let ping = OutgoingFrame(type: MessageType.ping.rawValue)
    let first = try list.bytes([:], usesCRC: false, key: &sent).bytes
    #expect(hexadecimal(first) == "2304000a0001ab1e00004cb14f59da76d809")
    let second = try ping.bytes([:], usesCRC: true, key: &sent).bytes
    #expect(hexadecimal(second) == "40040008000044a72e2548e62f649d8b")
    var received: DirectionKey? = keys.deviceToServer
    let frame = try WireFrame.first(in: first, limit: 248, key: &received)
    #expect(frame?.payload == [0, 0])
    #expect(throws: FrameFault.self) {
      try WireFrame.first(in: first, limit: 248, key: &received)
    }
  }

  @Test func framesAreThoseOfTheEncoder() throws {
    for usesCRC in [false, true] {
      var frame = OutgoingFrame(type: MessageType.remove.rawValue)
      frame.fields = [("name", .expression(.word("lobby")))]
      frame.request = .number(0x1234)
      var none: DirectionKey?
      let bytes = try frame.bytes([:], usesCRC: usesCRC, key: &none).bytes
      let encoder = FrameEncoder(maxFrame: 248, usesCRC32: usesCRC)
      let message = Message.remove(RemoveMessage(name: try ImageName("lobby")))
      #expect(bytes == encoder.encode(message, request: 0x1234))
      let read = try WireFrame.first(in: bytes, limit: 248, key: &none)
      #expect(read?.request == 0x1234 && read?.bytes == bytes)
    }
  }

  @Test func faultsAreFound() throws {
    let encoder = FrameEncoder(maxFrame: 248, usesCRC32: true)
    let bytes = encoder.encode(.data([1, 2, 3]), request: 1)
    var none: DirectionKey?
    for count in bytes.indices {
      #expect(try WireFrame.first(in: Array(bytes[..<count]), limit: 248, key: &none) == nil)
    }
    for bit in 0..<bytes.count * 8 {
      var changed = bytes
      try flipBit(bit, in: &changed)
      #expect(throws: FrameFault.self) {
        try WireFrame.first(in: changed, limit: 248, key: &none)
      }
    }
    #expect(throws: FrameFault.self) { try WireFrame.first(in: bytes, limit: 6, key: &none) }
  }

  @Test func framesCanBeWrong() throws {
    var none: DirectionKey?
    func bytes(_ change: (inout OutgoingFrame) -> Void) throws -> String {
      var frame = OutgoingFrame(type: MessageType.ping.rawValue)
      frame.request = .number(1)
      change(&frame)
      return hexadecimal(try frame.bytes([:], usesCRC: false, key: &none).bytes)
    }
    #expect(try bytes { _ in } == "4000000000017421")
    #expect(try bytes { $0.check = .number(0) } == "4000000000010000")
    #expect(try bytes { $0.flip = .number(63) } == "4000000000017420")
    #expect(try bytes { $0.only = 3 } == "400000")
    #expect(try bytes { $0.length = .number(5) }.hasPrefix("400000050001"))
    #expect(try bytes { $0.append = .word("aa") }.hasSuffix("aa"))
    #expect(try bytes { $0.flags = .word("0xf0") }.hasPrefix("40f0"))
    #expect(throws: SequenceError.self) { try bytes { $0.drop = 1 } }
    #expect(throws: SequenceError.self) { try bytes { $0.length = .number(65_536) } }
  }
}
