import Testing

@testable import Codecs

@Suite struct ExifOrientationTests {
  /// A big-endian TIFF with one entry, the tag of orientation.
  private func tiff(type: UInt8 = 3, count: UInt8 = 1, value: UInt8) -> [UInt8] {
    [0x4D, 0x4D, 0, 42, 0, 0, 0, 8, 0, 1, 1, 0x12, 0, type, 0, 0, 0, count, 0, value, 0, 0]
      + [0, 0, 0, 0]
  }

  @Test func everyValue() {
    for value in UInt8.min...UInt8.max {
      let expected = (1...8).contains(value) ? Int(value) : 1
      #expect(ExifOrientation(tiff: tiff(value: value)).value == expected)
    }
  }

  @Test func otherTypesAndCountsSayNothing() {
    #expect(ExifOrientation(tiff: tiff(type: 4, value: 6)).value == 1)
    #expect(ExifOrientation(tiff: tiff(count: 2, value: 6)).value == 1)
  }

  @Test func everyPrefixIsHarmless() {
    let bytes = tiff(value: 6)
    for count in 0...bytes.count {
      // The value's two bytes end at 20; what follows them is not asked for.
      #expect(ExifOrientation(tiff: Array(bytes.prefix(count))).value == (count < 20 ? 1 : 6))
    }
  }

  @Test func everyOffsetIsHarmless() {
    for place in 0..<20 {
      for value in [0, 1, 0x7F, 0x80, 0xFF] as [UInt8] {
        var bytes = tiff(value: 6)
        for index in place..<min(place + 4, bytes.count) { bytes[index] = value }
        #expect((1...8).contains(ExifOrientation(tiff: bytes).value))
      }
    }
  }
}
