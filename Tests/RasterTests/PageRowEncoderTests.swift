import Testing

@testable import Raster

/// The line coding of pwg and urf at its edges (spec/FORMS.md, "pwg").
@Suite struct PageRowEncoderTests {
  private func encode(_ rows: [[UInt8]], bitsPerPixel: Int = 8) -> [UInt8] {
    var encoder = PageRowEncoder(bitsPerPixel: bitsPerPixel)
    var output: [UInt8] = []
    for row in rows { encoder.append(row[...], into: &output) }
    encoder.finish(into: &output)
    #expect(
      output.count <= encoder.byteCountLimit(rowCount: rows.count, bytesPerRow: rows[0].count))
    return output
  }

  private func run(_ count: Int) -> [UInt8] { Array(repeating: 7, count: count) }
  private func stretch(_ count: Int) -> [UInt8] { (0..<count).map { UInt8($0 & 255) } }

  @Test func runs() {
    #expect(encode([run(1)]) == [0, 0, 7])
    #expect(encode([run(2)]) == [0, 1, 7])
    #expect(encode([run(128)]) == [0, 127, 7])
    #expect(encode([run(129)]) == [0, 127, 7, 0, 7])
    #expect(encode([run(130)]) == [0, 127, 7, 1, 7])
  }

  @Test func stretches() {
    #expect(encode([stretch(2)]) == [0, 255, 0, 1])
    #expect(encode([stretch(128)]) == [0, 129] + stretch(128))
    #expect(encode([stretch(129)]) == [0, 129] + stretch(128) + [0, 128])
    #expect(encode([stretch(130)]) == [0, 129] + stretch(128) + [255, 128, 129])
    // The last value of a stretch that a run follows belongs to the run.
    #expect(encode([[1, 2, 2]]) == [0, 0, 1, 1, 2])
    #expect(encode([[1, 2, 3, 3]]) == [0, 255, 1, 2, 1, 3])
    #expect(encode([[1, 1, 2]]) == [0, 1, 1, 0, 2])
  }

  @Test func rows() {
    #expect(encode(Array(repeating: [5], count: 2)) == [1, 0, 5])
    #expect(encode(Array(repeating: [5], count: 256)) == [255, 0, 5])
    #expect(encode(Array(repeating: [5], count: 257)) == [255, 0, 5, 0, 0, 5])
    #expect(encode([[5], [6], [6]]) == [0, 0, 5, 1, 0, 6])
  }

  @Test func valuesOfSeveralBytes() {
    let rgb: [UInt8] = [1, 1, 1, 1, 1, 2, 1, 1, 2, 9, 9, 9]
    #expect(
      encode([rgb], bitsPerPixel: 24) == [0, 0, 1, 1, 1, 1, 1, 1, 2, 0, 9, 9, 9])
    #expect(encode([[1, 2, 1, 2]], bitsPerPixel: 1) == [0, 253, 1, 2, 1, 2])
    #expect(encode([[1, 2, 3, 4, 1, 2, 3, 4]], bitsPerPixel: 32) == [0, 1, 1, 2, 3, 4])
  }

  /// What costs most: one value alone between two equal ones.
  @Test(arguments: 1...400) func theLimitHolds(valueCount: Int) {
    let row = (0..<valueCount).map { index -> UInt8 in
      let pair = (index + 1) / 3 % 100
      return UInt8(index % 3 == 0 ? 2 * pair + 1 : 2 * pair)
    }
    _ = encode([row])
    _ = encode([stretch(256 + valueCount)])
  }
}
