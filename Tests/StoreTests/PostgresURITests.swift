import Testing

@testable import Store

@Suite("Connection URIs")
struct PostgresURITests {
  @Test(arguments: [
    ("postgres://u:hidden@h:5432/d", "postgres://u:***@h:5432/d"),
    ("postgresql://u:hidden@h/d", "postgresql://u:***@h/d"),
    ("postgres://u:hid:den@h/d", "postgres://u:***@h/d"),
    ("postgres://u:hid%40den@h/d", "postgres://u:***@h/d"),
    // Not as it should be, and nevertheless hidden.
    ("postgres://u:hid@den@h/d", "postgres://u:***@h/d"),
    ("postgres://u:hid/den@h/d", "postgres://u:***@h/d"),
    ("postgres://u:hid?den@h/d", "postgres://u:***@h/d"),
    ("postgres://u@h/d?password=hidden", "postgres://u@h/d?password=***"),
    (
      "postgres://u@h/d?sslmode=require&sslpassword=hidden&x=1",
      "postgres://u@h/d?sslmode=require&sslpassword=***&x=1"
    ),
    ("postgres://u@h/d?p%61ssword=hidden", "postgres://u@h/d?p%61ssword=***"),
    ("postgres://u@h/d?host=/run", "postgres://u@h/d?host=/run"),
    ("postgres:///d", "postgres:///d"), ("embedded", "embedded"), ("", ""),
  ])
  func aPasswordDoesNotShow(text: String, shown: String) {
    #expect(PostgresURI.masking(text) == shown)
    guard let uri = PostgresURI(text) else { return }
    var dumped = ""
    dump([uri], to: &dumped)
    for described in ["\(uri)", "\([uri])", String(reflecting: uri), dumped] {
      #expect(!described.contains("hid"))
    }
  }

  @Test(arguments: [
    ("postgres://", true), ("postgresql://u:p@[::1]:1,h2:2/d?sslmode=require", true),
    ("postgres://h:port/d", true), ("postgres://h/d?unknown=1", false),
    ("postgres://u:p%@h/d", false), ("http://h/d", false), ("host=h password=p", false),
    ("postgres://h/\0", false), ("", false),
  ])
  func whatLibpqTakesIsTaken(text: String, isTaken: Bool) {
    #expect((PostgresURI(text) != nil) == isTaken)
  }

  @Test func whatTheDatabaseSaysIsMaskedToo() throws {
    let uri = try #require(PostgresURI("postgres://u:s%2Fecret@h/d"))
    #expect(uri.masking(message: "no s/ecret, s/ecret!") == "no ***, ***!")
    let open = try #require(PostgresURI("postgres://u@h/d"))
    #expect(open.masking(message: "as it is") == "as it is")
  }
}
