/// The inner loops of ``RowPyramid``. The largest sum is 64 · 65,535 and a half of 64, below 2^23.
enum BoxKernels {
  /// Copies a row.
  static func copy(_ row: Span<UInt16>, into copy: inout [UInt16]) {
    precondition(copy.count == row.count)
    var copy = copy.mutableSpan
    for index in 0..<row.count { unsafe copy[unchecked: index] = row[unchecked: index] }
  }

  /// Sums of boxes of 2 × 2 samples of two rows. Boxes beyond the rows' end are filled up with their
  /// last pixel.
  /// - Parameters:
  ///   - upperRow: interleaved samples.
  ///   - lower: as many samples.
  ///   - sums: receives all its pixels, at least half as many as the rows have, rounded up.
  static func fold(
    _ upperRow: [UInt16], _ lower: Span<UInt16>, channelCount: Int, into sums: inout [UInt32]
  ) {
    let upper = upperRow.span
    let pairCount = upper.count / channelCount / 2
    precondition(upper.count == lower.count && sums.count >= pairCount * channelCount)
    switch channelCount {
    case 1: foldGray(upper, lower, pairCount, into: &sums)
    default: foldColor(upper, lower, pairCount, into: &sums)
    }
    let last = upper.count - channelCount
    for index in pairCount * channelCount..<sums.count {
      let sample = last + index % channelCount
      sums[index] = 2 * (UInt32(upper[sample]) + UInt32(lower[sample]))
    }
  }

  private static func foldGray(
    _ upper: Span<UInt16>, _ lower: Span<UInt16>, _ pairCount: Int, into allSums: inout [UInt32]
  ) {
    let above = unsafe upper.bytes
    let below = unsafe lower.bytes
    var sums = allSums.mutableSpan
    // A pair of samples is loaded as one number; which of them is its low half does not matter.
    let low = SIMD8<UInt32>(repeating: 0xFFFF)
    var index = 0
    while index + 8 <= pairCount {
      let pairs = unsafe (
        above.unsafeLoadUnaligned(fromUncheckedByteOffset: 4 * index, as: SIMD8<UInt32>.self),
        below.unsafeLoadUnaligned(fromUncheckedByteOffset: 4 * index, as: SIMD8<UInt32>.self)
      )
      let eight = (pairs.0 & low) &+ (pairs.0 &>> 16) &+ (pairs.1 & low) &+ (pairs.1 &>> 16)
      for lane in 0..<8 { unsafe sums[unchecked: index + lane] = eight[lane] }
      index += 8
    }
    while index < pairCount {
      sums[index] =
        UInt32(upper[2 * index]) + UInt32(upper[2 * index + 1]) + UInt32(lower[2 * index])
        + UInt32(lower[2 * index + 1])
      index += 1
    }
  }

  private static func foldColor(
    _ upper: Span<UInt16>, _ lower: Span<UInt16>, _ pairCount: Int, into allSums: inout [UInt32]
  ) {
    precondition(upper.count >= 6 * pairCount && allSums.count >= 3 * pairCount)
    var sums = allSums.mutableSpan
    for pair in 0..<pairCount {
      for channel in 0..<3 {
        let left = 6 &* pair &+ channel
        let above = unsafe UInt32(upper[unchecked: left]) &+ UInt32(upper[unchecked: left &+ 3])
        let below = unsafe UInt32(lower[unchecked: left]) &+ UInt32(lower[unchecked: left &+ 3])
        unsafe sums[unchecked: 3 &* pair &+ channel] = above &+ below
      }
    }
  }

  /// Sums of boxes of 2 × 2 sums of two rows.
  static func fold(
    _ upperSums: [UInt32], _ lowerSums: [UInt32], channelCount: Int, into allSums: inout [UInt32]
  ) {
    let upper = upperSums.span
    let lower = lowerSums.span
    let pairCount = allSums.count / channelCount
    precondition(upper.count == 2 * allSums.count && lower.count == upper.count)
    var sums = allSums.mutableSpan
    for pair in 0..<pairCount {
      for channel in 0..<channelCount {
        let left = 2 &* pair &* channelCount &+ channel
        let right = left &+ channelCount
        unsafe sums[unchecked: pair &* channelCount &+ channel] =
          upper[unchecked: left] &+ upper[unchecked: right] &+ lower[unchecked: left]
          &+ lower[unchecked: right]
      }
    }
  }

  /// Divides sums by 2^shift, rounded half up.
  /// - Parameter row: receives the first of them.
  static func round(_ allSums: [UInt32], shift: Int, into samples: inout [UInt16]) {
    precondition(samples.count <= allSums.count)
    let sums = allSums.span
    var row = samples.mutableSpan
    let half = UInt32(1) << UInt32(shift - 1)
    for index in 0..<row.count {
      unsafe row[unchecked: index] = UInt16(
        truncatingIfNeeded: (sums[unchecked: index] &+ half) &>> UInt32(shift))
    }
  }
}
