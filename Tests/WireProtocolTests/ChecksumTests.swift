import Testing
import WireProtocol

@Suite("Checksums")
struct ChecksumTests {
  @Test("CRC-16/IBM-3740 of the catalogue's and the specification's vectors")
  func crc16() {
    #expect(CRC16.checksum("123456789".utf8) == 0x29B1)
    #expect(CRC16.checksum(hex("400000000001")) == 0x7421)
    #expect(CRC16.checksum([]) == 0xFFFF)
  }

  @Test("CRC-32 equals zlib's, whatever the pieces")
  func crc32() {
    let bytes = (0..<1_000).map { UInt8(truncatingIfNeeded: $0 * 7 + 3) }
    #expect(checksum(Array("123456789".utf8)) == 0xCBF4_3926)
    #expect(checksum([]) == 0)
    #expect(checksum(bytes) == crc32Of1000)
    for split in 0...bytes.count {
      var crc = CRC32()
      crc.update(bytes[..<split])
      crc.update(bytes[split...])
      #expect(crc.checksum == crc32Of1000)
    }
  }

  /// `zlib.crc32(bytes((i * 7 + 3) & 255 for i in range(1000)))`
  private let crc32Of1000: UInt32 = 0x17BC_2A46

  private func checksum(_ bytes: [UInt8]) -> UInt32 {
    var crc = CRC32()
    crc.update(bytes[...])
    return crc.checksum
  }
}
