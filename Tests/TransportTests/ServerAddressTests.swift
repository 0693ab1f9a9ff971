import Testing
import Transport

@Suite struct ServerAddressTests {
  @Test(arguments: [
    ("127.0.0.1:3676", "127.0.0.1", 3_676),
    ("localhost:1", "localhost", 1),
    ("a:65535", "a", 65_535),
    ("[::1]:80", "::1", 80),
    ("[fe80::1%eth0]:80", "fe80::1%eth0", 80),
  ])
  func hostAndPortAreRead(_ text: String, _ host: String, _ port: Int) {
    #expect(ServerAddress(text) == ServerAddress(host: host, port: port))
    #expect(ServerAddress.split(text) == ServerAddress(host: host, port: port))
    #expect(ServerAddress(text)?.description == text)
  }

  @Test(arguments: [
    "", ":", ":80", "a", "a:", "a:65536", "a:99999999999999999999", "a:-1", "a:+1", "a: 1", "a:1 ",
    "a:0x10", "a:八", "::1:80", "::1", "[::1]", "[::1]80", "[]:80", "[:80", "]:80", "[::1:80",
    "::1]:80", "[[::1]]:80",
  ])
  func everythingElseIsRefused(_ text: String) {
    #expect(ServerAddress(text) == nil)
    #expect(ServerAddress.split(text) == nil)
  }

  @Test func portZeroIsForListening() {
    #expect(ServerAddress("127.0.0.1:0") == nil)
    #expect(ServerAddress.split("127.0.0.1:0") == ServerAddress(host: "127.0.0.1", port: 0))
  }

  @Test func bracketsAreNotNeededWhereThereIsNoColon() {
    #expect(ServerAddress("[localhost]:80")?.description == "localhost:80")
  }
}
