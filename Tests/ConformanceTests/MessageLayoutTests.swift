import Capabilities
import Testing
import WireProtocol

@testable import Conformance

/// The suite's own reading of the messages against the programs': neither may change alone.
struct MessageLayoutTests {
  private static let digest = Array(repeating: UInt8(7), count: 16)

  private static func payload(
    _ type: MessageType, _ fields: [(String, FieldInput)]
  ) throws -> [UInt8] {
    try MessageLayout(type).payload(fields.map { (name: $0.0, input: $0.1) }, [:])
  }

  private static func word(_ text: String) -> FieldInput { .expression(.word(text)) }
  private static func number(_ number: UInt64) -> FieldInput { .expression(.number(number)) }

  @Test func usualFieldsAreMessages() throws {
    // What a sequence leaves out must be sendable as it is, where the message has such values.
    for type in MessageType.allCases {
      guard
        ![.get, .put, .remove, .notify, .form, .credit, .capabilities, .prove, .accepted, .error]
          .contains(type)
      else { continue }
      let payload = try Self.payload(type, [])
      let message = try Message(Frame(type: type.rawValue, request: 1, payload: payload))
      #expect(message?.payload == payload, "\(type)")
    }
  }

  @Test func hello() throws {
    let payload = try Self.payload(
      .hello,
      [
        ("minor", Self.number(3)), ("maxFrame", Self.number(500)), ("keepAlive", Self.number(9)),
        ("deviceId", Self.word("0102")),
        ("keys", .list([Self.word(String(repeating: "07", count: 16))])),
        ("tlvs", .list([.list([Self.word("0x84"), Self.word("32")])])),
      ])
    let message = try #require(try Message(Frame(type: 1, request: 0, payload: payload)))
    guard case .hello(let hello) = message else { throw Unexpected() }
    #expect(hello.minorVersion == 3 && hello.maxFrame == 500 && hello.keepAliveSeconds == 9)
    #expect(hello.deviceID == [1, 2] && hello.formKeys.map(\.bytes) == [Self.digest])
    #expect(hello.fields == [.batteryPercent(50)])
    try Self.expectRead(message, .hello, "tlvs.0.value", .bytes([50]))
    try Self.expectRead(message, .hello, "tlvs.0x84", .bytes([50]))
  }

  @Test func getAndForm() throws {
    let get = try Self.payload(
      .get,
      [("name", Self.word("lobby")), ("offset", Self.number(5)), ("credit", Self.number(64))])
    guard case .get(let message) = try Message(Frame(type: 0x10, request: 1, payload: get)) else {
      throw Unexpected()
    }
    #expect(
      message == GetMessage(reference: .name(try ImageName("lobby")), offset: 5, credit: 64))
    try Self.expectRead(.get(message), .get, "name", .bytes(Array("lobby".utf8)))
    let form = try Self.payload(
      .form,
      [("status", Self.number(2)), ("nextPoll", Self.number(12))])
    #expect(
      try Message(Frame(type: 0x11, request: 1, payload: form))
        == .form(.pending(retryAfterSeconds: 12)))
  }

  @Test func listsAreReadByTheirNumbers() throws {
    let names = try ["b", "c"].map { try ImageName($0) }
    try Self.expectRead(.watch(WatchMessage(names: names)), .watch, "names.1", .bytes([0x63]))
    try Self.expectRead(.watch(WatchMessage(names: names)), .watch, "names.count", .number(2))
  }

  @Test(arguments: MessageType.allCases.filter { $0 != .data })
  func bytesThatAreTooManyOrTooFew(type: MessageType) throws {
    let layout = MessageLayout(type)
    // Lists that reach to the end may take whatever whole elements follow.
    let isOpen = layout.fields.contains {
      switch $0.kind {
      case .keys, .texts, .typedFields, .entries: true
      default: false
      }
    }
    let fields: [(name: String, input: FieldInput)] =
      type == .get ? [(name: "name", input: Self.word("a"))] : []
    let payload = try layout.payload(fields, [:])
    if !isOpen { #expect(throws: PayloadFault.self) { try layout.read(payload + [1]) } }
    if !payload.isEmpty, !isOpen {
      #expect(throws: PayloadFault.self) { try layout.read(Array(payload.dropLast())) }
    }
  }

  private struct Unexpected: Error {}

  private static func expectRead(
    _ message: Message, _ type: MessageType, _ name: String, _ value: Value,
    sourceLocation: SourceLocation = #_sourceLocation
  ) throws {
    let fields = try MessageLayout(type).read(message.payload)
    #expect(
      fields.first { $0.name == name }?.value == value, sourceLocation: sourceLocation)
  }
}
