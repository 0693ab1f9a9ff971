import Testing

@testable import Raster

struct PackBitsTests {
  /// The example of Apple's Technical Note TN1023.
  @Test func unpacksAsApplesExample() {
    let packed: [UInt8] = [
      0xFE, 0xAA, 0x02, 0x80, 0x00, 0x2A, 0xFD, 0xAA, 0x03, 0x80, 0x00, 0x2A, 0x22, 0xF7, 0xAA,
    ]
    let bytes: [UInt8] = [
      0xAA, 0xAA, 0xAA, 0x80, 0x00, 0x2A, 0xAA, 0xAA, 0xAA, 0xAA, 0x80, 0x00, 0x2A, 0x22, 0xAA,
      0xAA, 0xAA, 0xAA, 0xAA, 0xAA, 0xAA, 0xAA, 0xAA, 0xAA,
    ]
    #expect(pack(bytes) == packed)
    #expect(unpack(packed) == bytes)
  }

  @Test(
    arguments: [
      ([], []), ([7], [0, 7]), ([7, 7], [0xFF, 7]), ([1, 7, 7], [2, 1, 7, 7]),
      ([1, 7, 7, 7], [0, 1, 0xFE, 7]), ([7, 7, 1], [0xFF, 7, 0, 1]),
      ([7, 7, 1, 1], [0xFF, 7, 0xFF, 1]),
    ] as [([UInt8], [UInt8])])
  func packsGreedily(bytes: [UInt8], packed: [UInt8]) {
    #expect(pack(bytes) == packed)
  }

  @Test(arguments: [127, 128, 129, 130, 131, 255, 256, 257, 300])
  func splitsAt128(count: Int) {
    let equal = Array(repeating: UInt8(5), count: count)
    let distinct = (0..<count).map { UInt8($0 & 255) }
    #expect(unpack(pack(equal)) == equal)
    #expect(unpack(pack(distinct)) == distinct)
    #expect(pack(equal).count <= 2 * ((count + 127) / 128))
    #expect(pack(distinct).count == count + (count + 127) / 128)
  }

  @Test func everySplitOfTheInputGivesTheSameBytes() {
    var random = Random(9)
    for _ in 0..<60 {
      let bytes = (0..<Int.random(in: 0...700, using: &random)).map { _ in
        UInt8.random(in: 0...2, using: &random)
      }
      let whole = pack(bytes)
      #expect(unpack(whole) == bytes)
      #expect(whole.count <= bytes.count + (bytes.count + 127) / 128)
      let cut = bytes.count / 3
      var encoder = PackBitsEncoder()
      var output: [UInt8] = []
      encoder.append(bytes.span.extracting(0..<cut), into: &output)
      encoder.append(bytes.span.extracting(cut..<bytes.count), into: &output)
      encoder.finish(into: &output)
      #expect(output == whole)
    }
  }

  private func pack(_ bytes: [UInt8]) -> [UInt8] {
    var encoder = PackBitsEncoder()
    var output: [UInt8] = []
    encoder.append(bytes.span, into: &output)
    encoder.finish(into: &output)
    return output
  }

  /// TIFF 6.0, page 42; −128 must not be there.
  private func unpack(_ packed: [UInt8]) -> [UInt8] {
    var bytes: [UInt8] = []
    var index = 0
    while index < packed.count {
      let header = Int(Int8(bitPattern: packed[index]))
      #expect(header != -128)
      if header >= 0 {
        bytes += packed[index + 1...index + 1 + header]
        index += header + 2
      } else {
        bytes += repeatElement(packed[index + 1], count: 1 - header)
        index += 2
      }
    }
    return bytes
  }
}
