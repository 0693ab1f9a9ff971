import Testing
import WireProtocol

@testable import Transport

/// REFER's address as text and as bytes.
@Suite struct ReferredAddressTests {
  @Test(
    arguments: [
      ("192.0.2.1", [192, 0, 2, 1]), ("0.0.0.0", [0, 0, 0, 0]),
      ("255.255.255.255", [255, 255, 255, 255]),
      ("::", Array(repeating: 0, count: 16)), ("::1", Array(repeating: 0, count: 15) + [1]),
      (
        "2001:db8::8:800:200c:417a",
        [0x20, 0x01, 0x0D, 0xB8, 0, 0, 0, 0, 0, 8, 8, 0, 0x20, 0x0C, 0x41, 0x7A]
      ),
      ("fe80::", [0xFE, 0x80] + Array(repeating: 0, count: 14)),
      ("::ffff:192.0.2.128", Array(repeating: 0, count: 10) + [255, 255, 192, 0, 2, 128]),
      ("1:2:3:4:5:6:7:8", [0, 1, 0, 2, 0, 3, 0, 4, 0, 5, 0, 6, 0, 7, 0, 8]),
      ("1:2:3:4:5:6:7::", [0, 1, 0, 2, 0, 3, 0, 4, 0, 5, 0, 6, 0, 7, 0, 0]),
    ] as [(String, [UInt8])])
  func textsBecomeBytesAndTextsAgain(_ text: String, _ bytes: [UInt8]) throws {
    let host = try #require(ReferMessage.Host(text))
    #expect(host.bytes == bytes)
    let refer = ReferMessage(ttlSeconds: 1, host: host, port: 7, ticket: [1])
    let address = ServerAddress(refer)
    #expect(address.port == 7)
    // The system's text for the same address may be another one.
    #expect(ReferMessage.Host(address.host) == host)
  }

  @Test(arguments: [
    "", "1.2.3", "1.2.3.4.5", "1.2.3.256", "1.2.3.-4", "1.2.3.+4", "a.b.c.d", "host", ":", ":::",
    "1:2:3:4:5:6:7", "1:2:3:4:5:6:7:8:9", "1::2::3", "12345::", "g::", "::1.2.3", "1.2.3.4::",
    "1:2:3:4:5:6:7:1.2.3.4", "::+1", "fe80::1%eth0",
  ])
  func otherTextsAreNoAddress(_ text: String) {
    #expect(ReferMessage.Host(text) == nil)
  }
}
