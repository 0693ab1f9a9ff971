import Capabilities
import Testing

@testable import Conformance

struct ExpressionTests {
  private static let variables: [String: Value] = [
    "nine": .bytes(Array("123456789".utf8)), "five": .number(5), "name": .bytes(Array("a".utf8)),
  ]

  /// Known values: FIPS 180-4's "abc", the checks of CRC-32, RFC 4231's second case.
  @Test(arguments: [
    (
      Expression.call(.sha256, [.text("abc")]),
      "ba7816bf8f01cfea414140de5dae2223b00361a396177a9cb410ff61f20015ad"
    ),
    (.call(.digest, [.text("abc")]), "ba7816bf8f01cfea414140de5dae2223"),
    (
      .call(.hmac, [.text("Jefe"), .text("what do ya want for nothing?")]),
      "5bdcc146bf60754e6a042426089575c75a003f089d2739839dec58b964ec3843"
    ),
    (.call(.u32, [.call(.crc32, [.variable("nine")])]), "cbf43926"),
    (.call(.concat, [.word("00 ff"), .text("{name}b{five}")]), "00ff616235"),
    (.call(.repeat, [.word("0102"), .number(3)]), "010201020102"),
    (.call(.repeat, [.word("0102"), .number(0)]), ""),
    (.call(.slice, [.variable("nine"), .number(7)]), "3839"),
    (.call(.slice, [.variable("nine"), .number(1), .number(2)]), "3233"),
    (.call(.slice, [.variable("nine"), .number(9)]), ""),
    (.call(.flip, [.word("0000"), .number(15)]), "0001"),
    (.call(.u16, [.call(.add, [.variable("five"), .word("0x1000")])]), "1005"),
    (.call(.u8, [.call(.subtract, [.number(5), .number(3)])]), "02"),
    (.call(.u8, [.call(.length, [.variable("nine")])]), "09"),
    (.call(.u8, [.word("MALFORMED")]), "c0"),
  ])
  func values(expression: Expression, digits: String) throws {
    #expect(try expression.value(Self.variables).bytes.map { hexadecimal($0) } == digits)
  }

  @Test func stringsMeanWhatTheirPlaceSays() throws {
    #expect(try Expression.word("6162").value([:]) == .bytes([0x61, 0x62]))
    #expect(try Expression.word("6162").value([:], as: .text) == .bytes(Array("6162".utf8)))
    #expect(try Expression.word("0x10").value([:]) == .number(16))
    #expect(try Expression.word("0x10").value([:], as: .text) == .bytes(Array("0x10".utf8)))
  }

  @Test(arguments: [
    Expression.word("abc"), .word("0xg"), .word("hello"), .variable("none"), .text("{none}"),
    .call(.slice, [.word("00"), .number(2)]), .call(.slice, [.word("00"), .number(0), .number(2)]),
    .call(.sha256, [.number(1)]), .call(.sha256, []), .call(.u8, [.word("00")]),
    .call(.flip, [.word("00"), .number(8)]), .call(.random, [.number(1 << 40)]),
    .call(.repeat, [.word("00000000"), .number(1 << 26)]),
  ])
  func mistakes(expression: Expression) {
    #expect(throws: SequenceError.self) { try expression.value([:]) }
  }

  @Test func formKey() throws {
    // The key of the descriptor that DESCRIPTOR.md's text defines.
    let descriptor = try #require(bytes(hexadecimal: "01000400200020030003010800"))
    let capability = try Capability(descriptor: descriptor)
    let expression = Expression.call(.formKey, [.word(hexadecimal(descriptor))])
    #expect(try expression.value([:]) == .bytes(capability.formKey.bytes))
  }
}
