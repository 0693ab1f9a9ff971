import Capabilities
import Testing
import WireProtocol

@Suite("Messages")
struct MessageTests {
  private static let key = FormKey((0..<16).map { 0xA0 + $0 }).map { [$0] } ?? []

  /// Every message and its payload, written by hand from the specification's tables.
  static let vectors: [(message: Message, payload: String)] = [
    (
      .hello(
        HelloMessage(
          maxFrame: 248, keepAliveSeconds: 60, deviceID: Array("dev1".utf8), formKeys: key)),
      "464f524d 01 01 00f8 003c 0464657631 01 a0a1a2a3a4a5a6a7a8a9aaabacadaeaf"
    ),
    (
      .hello(
        HelloMessage(
          minorVersion: 7, maxFrame: 0xFFFF, keepAliveSeconds: 0, deviceID: [], formKeys: [],
          fields: [
            .model("X1"), .firmware("2.0"), .batteryMillivolts(3_712), .batteryPercent(99),
            .rssi(-70), .temperature(-5), .wakeReason(3), .freeHeap(123_456), .lastError(0x8A),
            .shown(short(0)), .ticket([1, 2]), .unknown(type: 0x8C, value: [9]),
            .unknown(type: 0xB6, value: [0xFF]),
          ])),
      """
      464f524d 01 07 ffff 0000 00 00 81025831 8203322e30 83020e80 840163 8501ba 8601fb 870103 \
      88040001e240 89018a 8a10000102030405060708090a0b0c0d0e0f 8b020102 8c0109 b601ff
      """
    ),
    (
      .welcome(
        WelcomeMessage(
          flags: .needCapabilities, maxFrame: 16_384, keepAliveSeconds: 300,
          unixTime: 0x0102_0304_0506_0708, nonce: full(0).bytes)),
      """
      01 01 4000 012c 0102030405060708 \
      000102030405060708090a0b0c0d0e0f101112131415161718191a1b1c1d1e1f
      """
    ),
    (
      .capabilities(CapabilitiesMessage(descriptors: [[1, 2, 3], []])),
      "02 0003 010203 0000"
    ),
    (
      .accepted(AcceptedMessage(formKeys: key + key)),
      "a0a1a2a3a4a5a6a7a8a9aaabacadaeaf a0a1a2a3a4a5a6a7a8a9aaabacadaeaf"
    ),
    (
      .get(GetMessage(reference: .name(name("lobby/left")), credit: 256)),
      """
      01 0a6c6f6262792f6c656674 00000000000000000000000000000000 \
      00000000000000000000000000000000 00000000 00000100
      """
    ),
    (
      .get(
        GetMessage(
          reference: .id(short(0)), shown: short(16), partial: short(32), offset: 65_536,
          credit: 0x7FFF_FFFF)),
      """
      00 000102030405060708090a0b0c0d0e0f 101112131415161718191a1b1c1d1e1f \
      202122232425262728292a2b2c2d2e2f 00010000 7fffffff
      """
    ),
    (
      .form(
        FormMessage(
          status: .ok, alternative: 2, etag: short(0), sent: short(16), total: 48_000,
          offset: 1_000, length: 47_000, width: 800, height: 480, codec: .zlib(windowBits: 12),
          generation: 7, nextPollSeconds: 900)),
      """
      00 02 000102030405060708090a0b0c0d0e0f 101112131415161718191a1b1c1d1e1f 0000bb80 000003e8 \
      0000b798 0320 01e0 02 0c 00000007 00000384
      """
    ),
    (
      .form(.pending(retryAfterSeconds: 5)),
      "02 00" + String(repeating: "00", count: 32 + 12 + 4 + 2 + 4) + "00000005"
    ),
    (
      .form(
        FormMessage(
          status: .patch, alternative: 0, etag: short(0), sent: short(16), total: 48_000,
          offset: 1_000, length: 200, width: 800, height: 480, codec: .identity,
          generation: 7, nextPollSeconds: 0)),
      """
      03 00 000102030405060708090a0b0c0d0e0f 101112131415161718191a1b1c1d1e1f 0000bb80 000003e8 \
      000000c8 0320 01e0 00 00 00000007 00000000
      """
    ),
    (.data([1, 2, 3]), "010203"),
    (.data([]), ""),
    (.credit(CreditMessage(byteCount: 512)), "00000200"),
    (.cancel, ""),
    (
      .put(PutMessage(name: name("é"), length: 1_000_000, digest: full(1))),
      "02c3a9 000f4240 0102030405060708090a0b0c0d0e0f101112131415161718191a1b1c1d1e1f20"
    ),
    (
      .put(PutMessage(name: name("a"), length: 1, digest: nil)),
      "0161 00000001" + String(repeating: "00", count: 32)
    ),
    (.ready(ReadyMessage(nextOffset: 4_096, credit: 262_144)), "00001000 00040000"),
    (
      .stored(StoredMessage(imageID: short(0), generation: 3)),
      "000102030405060708090a0b0c0d0e0f 00000003"
    ),
    (.list(list("lobby/", "lobby/left")), "066c6f6262792f 0a6c6f6262792f6c656674"),
    (.list(list("", "")), "0000"),
    (.listing(ListingMessage(entries: [])), ""),
    (
      .listing(
        ListingMessage(entries: [
          .init(name: name("a"), imageID: short(0), byteCount: 5, unixTime: 6),
          .init(name: name("b"), imageID: short(1), byteCount: 7, unixTime: 0xFFFF_FFFF),
        ])),
      """
      0161 000102030405060708090a0b0c0d0e0f 00000005 00000006 \
      0162 0102030405060708090a0b0c0d0e0f10 00000007 ffffffff
      """
    ),
    (.remove(RemoveMessage(name: name("a"))), "0161"),
    (.watch(WatchMessage(names: [])), ""),
    (.watch(WatchMessage(names: [name("a"), name("é"), name("a")])), "0161 02c3a9 0161"),
    (
      .notify(NotifyMessage(name: name("a"), imageID: short(0), generation: 9)),
      "0161 000102030405060708090a0b0c0d0e0f 00000009"
    ),
    (
      .notify(NotifyMessage(name: name("é"), imageID: .none, generation: 0xFFFF_FFFF)),
      "02c3a9 00000000000000000000000000000000 ffffffff"
    ),
    (
      .prove(
        ProveMessage(keyID: presharedKey("a.B_9-").id, nonce: full(0).bytes, proof: full(32).bytes)),
      "06612e425f392d " + hexadecimal(full(0).bytes + full(32).bytes)
    ),
    (
      .proven(ProvenMessage(proof: full(32).bytes)),
      hexadecimal(full(32).bytes)
    ),
    (.ok, ""),
    (.ping, ""),
    (.pong, ""),
    (.goAway(GoAwayMessage(reason: .overloaded, holdOffSeconds: 90)), "03 0000005a"),
    (
      .refer(
        ReferMessage(ttlSeconds: 60, host: .v4([192, 0, 2, 7]), port: 3_676, ticket: [1, 2])),
      "003c 04 c0000207 0e5c 020102"
    ),
    (
      .refer(
        ReferMessage(ttlSeconds: 1, host: .v6(short(0).bytes), port: 1, ticket: full(0).bytes)),
      "0001 06 \(short(0)) 0001 20 \(hexadecimal(full(0).bytes))"
    ),
    (
      .origin(
        OriginMessage(
          flags: [.retrieve, .refer], prefix: "a/", deviceID: [7], keyID: KeyID("k-1"),
          formKeys: key,
          sealedSecret: Array(repeating: 0xEE, count: 60))),
      "05 02612f 0107 036b2d31 01 a0a1a2a3a4a5a6a7a8a9aaabacadaeaf 3c"
        + String(repeating: "ee", count: 60)
    ),
    (
      .origin(OriginMessage(flags: [], prefix: "", deviceID: [], keyID: nil, formKeys: [])),
      "00 00 00 00 00 00"
    ),
    (
      .error(ErrorMessage(code: .busy, retryAfterSeconds: 30, detail: "queue full")),
      "8a 01 001e 0a71756575652066756c6c"
    ),
    (.error(ErrorMessage(code: .notFound)), "80 00 0000 00"),
    (.error(ErrorMessage(code: .tooManyConnections)), "ca 03 0000 00"),
    (.error(ErrorMessage(code: .malformed)), "c0 02 0000 00"),
  ]

  private static func list(_ prefix: String, _ after: String) -> ListMessage {
    do { return try ListMessage(prefix: prefix, after: after) } catch { fatalError("\(error)") }
  }

  @Test("encoding gives these bytes, decoding the message", arguments: vectors)
  func exact(message: Message, payload: String) throws {
    #expect(hexadecimal(message.payload) == hexadecimal(hex(payload)))
    let frame = Frame(type: message.type.rawValue, request: 1, payload: hex(payload))
    #expect(try Message(frame) == message)
  }

  @Test("every message type has a vector")
  func allTypes() {
    #expect(Set(Self.vectors.map(\.message.type)) == Set(MessageType.allCases))
  }

  @Test("NOT_MODIFIED is 68 bytes and a trailer")
  func formSize() throws {
    let message = try #require(Self.vectors.first { $0.message.type == .form }?.message)
    #expect(encoded(message).count == 68)
  }

  @Test(
    "a prefix of a message is refused or another message; one more byte too", arguments: vectors)
  func cutAndExtended(message: Message, payload: String) throws {
    let bytes = hex(payload)
    let type = message.type.rawValue
    guard message.type != .data else { return }
    for count in 0..<bytes.count {
      let cut = Frame(type: type, request: 1, payload: Array(bytes.prefix(count)))
      do throws(MessageError) {
        let other = try Message(cut)
        #expect(other != message, "cut to \(count)")
        #expect(other?.payload == cut.payload)
      } catch {
        #expect(error.code == .malformed || error.code == .nameInvalid)
      }
    }
    // HELLO's TLVs and the lists of keys and entries may go on; one byte of them never stands alone.
    let longer = Frame(type: type, request: 1, payload: bytes + [0])
    #expect(throws: MessageError.self) { try Message(longer) }
  }

  /// Payloads that are refused, and the whole error.
  static let refusals: [(type: MessageType, payload: String, error: MessageError)] = [
    (.hello, "464f524e", .wrongMagic(Array("FORN".utf8))),
    (.hello, "464f524d 02", .wrongVersion(2)),
    (
      .hello, "464f524d 01 00 00f7 003c 00 00",
      .outOfRange(field: "HELLO maxFrame", value: 247, allowed: "248…65535", offset: 6)
    ),
    (
      .hello, "464f524d 01 00 00f8 003c 21",
      .outOfRange(field: "HELLO deviceId length", value: 33, allowed: "0…32", offset: 10)
    ),
    (
      .hello, "464f524d 01 00 00f8 003c 00 05",
      .outOfRange(field: "HELLO key count", value: 5, allowed: "0…4", offset: 11)
    ),
    (
      .hello, "464f524d 01 00 00f8 003c 00 00 830100",
      .wrongLength(field: "HELLO TLV batteryMillivolts", declared: 1, expected: 2...2, offset: 14)
    ),
    (
      .hello, "464f524d 01 00 00f8 003c 00 00 8b00",
      .wrongLength(field: "HELLO TLV ticket", declared: 0, expected: 1...64, offset: 14)
    ),
    (
      .refer, "0000 04 c0000207 0e5c 0161",
      .outOfRange(field: "REFER ttl", value: 0, allowed: "1…65535", offset: 0)
    ),
    (
      .refer, "003c 05 c0000207 0e5c 0161",
      .outOfRange(field: "REFER family", value: 5, allowed: "4 (IPv4), 6 (IPv6)", offset: 2)
    ),
    (
      .refer, "003c 04 c0000207 0000 0161",
      .outOfRange(field: "REFER port", value: 0, allowed: "1…65535", offset: 7)
    ),
    (
      .refer, "003c 04 c0000207 0e5c 00",
      .outOfRange(field: "REFER ticket length", value: 0, allowed: "1…64", offset: 9)
    ),
    (
      .hello, "464f524d 01 00 00f8 003c 00 00 840165",
      .outOfRange(
        field: "HELLO TLV batteryPercent", value: 101, allowed: "0…100", offset: 14)
    ),
    (
      .hello, "464f524d 01 00 00f8 003c 00 00 8101ff",
      .notUTF8(field: "HELLO TLV model", offset: 14)
    ),
    (
      .hello, "464f524d 01 00 00f8 003c 00 00 870101 870101",
      .outOfRange(
        field: "HELLO TLV type", value: 0x87, allowed: "each known type once", offset: 15)
    ),
    (
      .hello, "464f524d 01 00 00f8 003c 00 00 97 05 00",
      .truncated(field: "HELLO TLV value", needed: 5, available: 1, offset: 14)
    ),
    (
      .welcome, "00 00 1fff",
      .outOfRange(field: "WELCOME maxFrame", value: 8_191, allowed: "8192…65535", offset: 2)
    ),
    (
      .welcome, "00 00 2000 0000",
      .outOfRange(field: "WELCOME keepAlive", value: 0, allowed: "1…65535", offset: 4)
    ),
    (
      .capabilities, "00",
      .outOfRange(field: "CAPABILITIES count", value: 0, allowed: "1…4", offset: 0)
    ),
    (
      .capabilities, "05",
      .outOfRange(field: "CAPABILITIES count", value: 5, allowed: "1…4", offset: 0)
    ),
    (
      .capabilities, "01 0002 01",
      .truncated(field: "CAPABILITIES descriptor", needed: 2, available: 1, offset: 3)
    ),
    (
      .accepted, "",
      .truncated(field: "ACCEPTED form key", needed: 16, available: 0, offset: 0)
    ),
    (
      .get, "02",
      .outOfRange(
        field: "GET reference kind", value: 2, allowed: "0 (id), 1 (name)", offset: 0)
    ),
    (.get, "01 00", .nameInvalid(field: "GET name", fault: .empty, offset: 1)),
    (.get, "01 01ff", .notUTF8(field: "GET name", offset: 2)),
    (
      .put, "02610a",
      .nameInvalid(
        field: "PUT name", fault: .controlCharacter(scalar: 10, offset: 1), offset: 0)
    ),
    (
      .remove, "03 61c285",
      .nameInvalid(
        field: "REMOVE name", fault: .controlCharacter(scalar: 0x85, offset: 1), offset: 0)
    ),
    (
      .remove, "81" + String(repeating: "61", count: 129),
      .nameInvalid(
        field: "REMOVE name", fault: .tooLong(byteCount: 129, limit: 128), offset: 0)
    ),
    (
      .watch, "0161 00", .nameInvalid(field: "WATCH name", fault: .empty, offset: 2)
    ),
    (
      .watch, "0161 026100",
      .nameInvalid(
        field: "WATCH name", fault: .controlCharacter(scalar: 0, offset: 1), offset: 2)
    ),
    (.watch, "0161 0261", .truncated(field: "WATCH name", needed: 2, available: 1, offset: 3)),
    (.watch, "01ff", .notUTF8(field: "WATCH name", offset: 1)),
    (
      .watch, String(repeating: "0161", count: 65),
      .outOfRange(field: "WATCH name count", value: 65, allowed: "0…64", offset: 128)
    ),
    (
      .notify, "00" + String(repeating: "00", count: 20),
      .nameInvalid(field: "NOTIFY name", fault: .empty, offset: 0)
    ),
    (
      .list, "017f 00",
      .nameInvalid(
        field: "LIST prefix", fault: .controlCharacter(scalar: 0x7F, offset: 0), offset: 0)
    ),
    (
      .form, "04", .outOfRange(field: "FORM status", value: 4, allowed: "0…3", offset: 0)
    ),
    (
      .form, "00 04", .outOfRange(field: "FORM alternative", value: 4, allowed: "0…3", offset: 1)
    ),
    (
      .form, "00 00" + String(repeating: "00", count: 32 + 12 + 4) + "0208",
      .outOfRange(
        field: "FORM codec", value: 0x208, allowed: "0x0000, 0x0100, 0x0209…0x020f", offset: 50)
    ),
    (
      .credit, "00000000",
      .outOfRange(field: "CREDIT bytes", value: 0, allowed: "1…4294967295", offset: 0)
    ),
    (.ping, "00", .trailing(byteCount: 1, offset: 0)),
    (
      .error, "80 00 0000 79" + String(repeating: "61", count: 121),
      .outOfRange(field: "ERROR detail length", value: 121, allowed: "0…120", offset: 4)
    ),
  ]

  @Test("what is refused, and why", arguments: refusals)
  func refused(type: MessageType, payload: String, error: MessageError) {
    let frame = Frame(type: type.rawValue, request: 1, payload: hex(payload))
    #expect(throws: error) { try Message(frame) }
    #expect(!"\(error)".isEmpty)
  }

  @Test("unknown types are skipped by their high bit, and grease types are unknown")
  func unknownTypes() throws {
    for type in UInt8.min...UInt8.max where MessageType(rawValue: type) == nil {
      let frame = Frame(type: type, request: 1, payload: [1, 2, 3])
      if type & 0x80 != 0 {
        #expect(try Message(frame) == nil)
      } else {
        #expect(throws: MessageError.unknownType(type)) { try Message(frame) }
      }
    }
    for type in Grease.types {
      #expect(MessageType.isSkippable(type) && MessageType(rawValue: type) == nil)
      #expect(HelloFieldType(rawValue: type) == nil)
    }
    for peer in ForeignPeer.allCases { #expect(MessageType(rawValue: peer.rawValue) == nil) }
  }

  @Test("names compare by their bytes, not by canonical equivalence")
  func names() throws {
    #expect("é" == "e\u{301}")
    #expect(name("é") != name("e\u{301}"))
    #expect(name("e\u{301}") < name("é"))
    #expect(name("Z") < name("a"))
    #expect(name(String(repeating: "a", count: 128)).text.utf8.count == 128)
    #expect(throws: ImageName.Fault.tooLong(byteCount: 129, limit: 128)) {
      try ImageName(String(repeating: "a", count: 129))
    }
  }

  @Test("an ERROR's flags and scope follow from its code, its detail is cut at a character")
  func errors() {
    for code in ErrorCode.allCases {
      let message = ErrorMessage(code: code)
      #expect(message.flags.contains(.closes) == (code.rawValue >= 0xC0))
      #expect((code.scope == .connection) == (code.rawValue >= 0xC0))
      #expect(message.flags.contains(.retry) == [0x8A, 0x8B, 0x8E, 0xCA].contains(code.rawValue))
    }
    #expect(
      ErrorMessage(code: .busy, detail: String(repeating: "é", count: 61)).detail.utf8.count == 120)
    #expect(
      ErrorMessage(code: .busy, detail: "a" + String(repeating: "é", count: 60)).detail.utf8.count
        == 119)
    #expect(ErrorCode.allCases.count == 26)
  }
}
