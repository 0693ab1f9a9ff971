import Testing

@testable import Conformance

struct CommandTemplateTests {
  private static let names: Set<String> = ["host", "port", "key", "shown"]

  @Test func wordsAreFilled() throws {
    let template = try CommandTemplate(
      ["client", "{host}:{port}", "[", "--key", "{key}", "]", "[", "--shown={shown}", "]", "-v"],
      names: Self.names)
    #expect(template.required == ["host", "port"])
    #expect(template.names == Self.names)
    let address = ["host": "::1", "port": "9"]
    #expect(template.words(address) == ["client", "::1:9", "-v"])
    #expect(
      template.words(address.merging(["shown": "00"]) { $1 })
        == ["client", "::1:9", "--shown=00", "-v"])
    #expect(
      template.words(address.merging(["key": "a b"]) { $1 })
        == ["client", "::1:9", "--key", "a b", "-v"])
  }

  @Test(arguments: [["[", "a"], ["a", "]"], ["[", "[", "a", "]", "]"], ["{home}"]])
  func mistakes(words: [String]) {
    #expect(throws: SequenceError.self) { try CommandTemplate(words, names: Self.names) }
  }
}
