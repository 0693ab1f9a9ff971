import Testing

@testable import Server

@Suite struct LogTextTests {
  @Test(arguments: [
    ("", ""),
    ("lobby/left", "lobby/left"),
    ("Küche 台所", "Küche 台所"),
    ("a\nb", "a\\nb"),
    ("a\r\n\tb", "a\\r\\n\\tb"),
    ("\u{1B}[31mred", "\\u{1B}[31mred"),
    ("\u{0}\u{7F}\u{85}", "\\0\\u{7F}\\u{0085}"),
    ("say \"hi\" \\ bye", "say \\\"hi\\\" \\\\ bye"),
    // What starts a new line, or turns the rest of the line around, in a terminal or an editor.
    ("a\u{2028}b\u{2029}c", "a\\u{2028}b\\u{2029}c"),
    ("a\u{202E}b", "a\\u{202E}b"),
  ])
  func whatCouldForgeALineIsEscaped(_ text: String, _ expected: String) {
    #expect(LogText(text).description == expected)
  }

  @Test func longTextsAreCut() {
    #expect("\(LogText(String(repeating: "x", count: 64)))" == String(repeating: "x", count: 64))
    #expect(
      "\(LogText(String(repeating: "x", count: 65)))" == String(repeating: "x", count: 64) + "…")
    // One character of a thousand scalars.
    let tower = "x" + String(repeating: "\u{301}", count: 1_000)
    #expect("\(LogText(tower))".unicodeScalars.count == 65)
  }
}
