import Testing

@testable import Raster

struct RowPyramidTests {
  /// The rule of spec/FORMS.md, "Reduction", box by box.
  private func reduced(
    _ rows: [[UInt16]], channelCount: Int, shrink: Int
  ) -> [[UInt16]] {
    let (width, height) = (rows[0].count / channelCount, rows.count)
    return (0..<(height + shrink - 1) / shrink).map { boxY in
      (0..<(width + shrink - 1) / shrink).flatMap { boxX in
        (0..<channelCount).map { channel in
          var sum = 0
          for y in boxY * shrink..<(boxY + 1) * shrink {
            for x in boxX * shrink..<(boxX + 1) * shrink {
              sum += Int(rows[min(y, height - 1)][min(x, width - 1) * channelCount + channel])
            }
          }
          return UInt16((sum + shrink * shrink / 2) / (shrink * shrink))
        }
      }
    }
  }

  /// The levels' rows, and after which row of the picture each of them came.
  private func pyramid(
    _ rows: [[UInt16]], channels: Channels, shrinks: [Int]
  ) -> [Int: [(after: Int, row: [UInt16])]] {
    var pyramid = RowPyramid(
      width: rows[0].count / channels.count, rowCount: rows.count, channels: channels,
      shrinks: shrinks)
    var levels: [Int: [(after: Int, row: [UInt16])]] = [:]
    for (y, row) in rows.enumerated() {
      pyramid.push(row.span)
      for shrink in shrinks where shrink > 1 {
        if let made = pyramid.completedRow(shrink: shrink) {
          levels[shrink, default: []].append((y, made))
        }
      }
    }
    return levels
  }

  private static let sides = Array(1...19) + [31, 32, 33]

  @Test(arguments: [Channels.gray, .rgb])
  func everySizeAgreesWithTheRule(_ channels: Channels) {
    var random = Random(20)
    for width in Self.sides {
      for height in Self.sides {
        let rows = (0..<height).map { _ in random.samples(width * channels.count) }
        let levels = pyramid(rows, channels: channels, shrinks: [1, 2, 4, 8])
        for shrink in [2, 4, 8] {
          let expected = reduced(rows, channelCount: channels.count, shrink: shrink)
          #expect(levels[shrink]?.map(\.row) == expected, "\(width) × \(height) by \(shrink)")
          // A row comes as soon as its last box is whole.
          let whole = expected.indices.map { min(($0 + 1) * shrink, height) - 1 }
          #expect(levels[shrink]?.map(\.after) == whole)
        }
      }
    }
  }

  @Test func aLevelIsTheSameWhateverElseIsWanted() {
    var random = Random(21)
    for (width, height) in [(1, 1), (7, 9), (8, 8), (13, 6), (41, 23)] {
      let rows = (0..<height).map { _ in random.samples(width * 3) }
      let all = pyramid(rows, channels: .rgb, shrinks: [8, 4, 2, 1])
      for wanted in [[2], [4], [8], [2, 8], [4, 8], [2, 4], [1, 4]] {
        let some = pyramid(rows, channels: .rgb, shrinks: wanted)
        for shrink in wanted where shrink > 1 {
          #expect(some[shrink]?.map(\.row) == all[shrink]?.map(\.row))
        }
      }
    }
  }

  /// 64 times full light must neither overflow nor lose anything.
  @Test(arguments: [0, 1, 32_768, 65_534, 65_535] as [UInt16])
  func flatFieldsStayFlat(_ value: UInt16) {
    let rows = Array(repeating: Array(repeating: value, count: 21), count: 19)
    for (_, level) in pyramid(rows, channels: .gray, shrinks: [2, 4, 8]) {
      #expect(level.allSatisfy { $0.row.allSatisfy { $0 == value } })
    }
  }

  @Test func aMeanIsRoundedOnceAndHalfUp() {
    // 4 · 1 + 4 · 2 + 8 · 0 = 12 of 16: 0.75. Rounded twice it would be (1 + 2 + 0 + 0) / 4 = 0.75,
    // and of halves: means 1, 0, 0, 1 of sums 2, 1, 1, 2 are one half, but the sum is 6 of 16.
    let rows: [[UInt16]] = [[1, 0, 1, 0], [1, 0, 0, 0], [1, 0, 1, 0], [0, 0, 1, 0]]
    let levels = pyramid(rows, channels: .gray, shrinks: [2, 4])
    #expect(levels[2]?.map(\.row) == [[1, 0], [0, 1]])
    #expect(levels[4]?.map(\.row) == [[0]])
  }
}
