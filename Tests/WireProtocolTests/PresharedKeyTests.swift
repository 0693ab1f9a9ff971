import Capabilities
import Testing
import WireProtocol

@Suite("Keys: texts")
struct PresharedKeyTests {
  private static let digits = hexadecimal(full(200).bytes)

  @Test(
    "ids of 1 to 16 of the characters allowed, and no others",
    arguments: [
      ("a", true), ("Az09._-", true), ("sixteen-bytes-16", true), ("seventeen-bytes17", false),
      ("", false), ("a b", false), ("a/b", false), ("é", false), ("a\n", false), ("\0", false),
    ])
  func ids(text: String, isAllowed: Bool) {
    #expect(KeyID(text)?.description == (isAllowed ? text : nil))
    #expect((KeyID(Array(text.utf8)) != nil) == isAllowed)
  }

  @Test(
    "a key's text reads as it was written",
    arguments: [
      "shelf-7 \(digits)\n", "shelf-7 \(digits)", "shelf-7 \(digits)\r\n",
      "  shelf-7\t\(digits.uppercased())  \n\n",
    ])
  func reads(text: String) throws {
    let key = try PresharedKey(fileText: text)
    #expect(key.id == presharedKey().id)
    #expect(key.secret.bytes == presharedKey().secret.bytes)
    #expect(key.fileText == "shelf-7 \(Self.digits)\n")
  }

  @Test(
    "what is no key says what it has, and never the secret",
    arguments: [
      ("", PresharedKey.TextFault.notTwoWords(lineCount: 0, wordCount: 0)),
      ("shelf-7", .notTwoWords(lineCount: 1, wordCount: 1)),
      ("shelf 7 \(digits)", .notTwoWords(lineCount: 1, wordCount: 3)),
      ("shelf-7 \(digits)\nshelf-8 \(digits)", .notTwoWords(lineCount: 2, wordCount: 4)),
      ("shelf-7-much-longer \(digits)", .badID(byteCount: 19)),
      ("shelf-7 \(digits)0", .badSecret(byteCount: 65)),
      ("shelf-7 \(digits.dropLast(2))", .badSecret(byteCount: 62)),
      ("shelf-7 \(digits.dropLast())g", .badSecret(byteCount: 64)),
    ])
  func refuses(text: String, fault: PresharedKey.TextFault) {
    #expect(throws: fault) { try PresharedKey(fileText: text) }
    #expect(!"\(fault)".contains(Self.digits.prefix(8)))
  }

  @Test("a secret is 32 bytes, of the generator's, and shows itself to no log")
  func secrets() {
    #expect(KeySecret(Array(repeating: 1, count: 31)) == nil)
    #expect(KeySecret(Array(repeating: 1, count: 33)) == nil)
    var generator = SeededGenerator(seed: 1)
    let secret = KeySecret(using: &generator)
    let other = KeySecret(using: &generator)
    #expect(secret.bytes.count == 32 && secret.bytes != other.bytes)
    #expect("\(presharedKey())".contains("32 secret bytes"))
    #expect(!"\(presharedKey())".contains("200"))
  }
}
