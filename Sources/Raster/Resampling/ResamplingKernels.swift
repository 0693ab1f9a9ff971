/// The inner loops of the resampler, all in 32-bit integers.
///
/// Samples are centred, value − 32,768, so that a source sample fits 16 signed bits and the compiler
/// can multiply in pairs. Since weights sum to 16,384, centring changes no result. The sum of the
/// weights' magnitudes is below 1.6 (Lanczos-3 halfway between two samples: 1.55), so a horizontal
/// sum stays below 1.6·2^29, a vertical one below 1.6²·2^29 < 2^31.
enum ResamplingKernels {
  /// What centring takes away.
  static let center: Int32 = 32_768
  /// Weights are handled in groups of this many, the last one filled up with zeros.
  static let groupSize = 8

  /// Takes one channel out of interleaved samples, centred.
  /// - Parameters:
  ///   - row: interleaved samples, `channelCount` a pixel.
  ///   - pixels: which ones; they go to the same indices of `plane`.
  static func separate(
    _ row: Span<UInt16>, channel: Int, of channelCount: Int, pixels: Range<Int>,
    into samples: inout [Int16]
  ) {
    precondition(pixels.lowerBound >= 0 && pixels.upperBound <= samples.count)
    precondition(pixels.upperBound * channelCount <= row.count && channel < channelCount)
    var plane = samples.mutableSpan
    guard channelCount > 1 else {
      for pixel in pixels {
        unsafe plane[unchecked: pixel] = Int16(bitPattern: row[unchecked: pixel] ^ 0x8000)
      }
      return
    }
    var index = pixels.lowerBound * channelCount + channel
    for pixel in pixels {
      unsafe plane[unchecked: pixel] = Int16(bitPattern: row[unchecked: index] ^ 0x8000)
      index &+= channelCount
    }
  }

  /// Takes some columns of interleaved samples as planes, one behind the other, unchanged.
  static func separate(
    _ row: Span<UInt16>, channelCount: Int, _ columns: Range<Int>, into planes: inout [UInt16]
  ) {
    precondition(columns.lowerBound >= 0 && columns.upperBound * channelCount <= row.count)
    precondition(columns.count * channelCount <= planes.count)
    var planes = planes.mutableSpan
    var target = 0
    for channel in 0..<channelCount {
      var index = columns.lowerBound * channelCount + channel
      for _ in columns {
        unsafe planes[unchecked: target] = row[unchecked: index]
        target += 1
        index += channelCount
      }
    }
  }

  /// Σ weight·sample for every output sample, rounded half up to whole units.
  /// - Parameters:
  ///   - plane: centred samples, at least `groupCount` groups from every start on.
  ///   - starts: index of the first sample of each output sample.
  ///   - weights: `groupCount` groups for each output sample.
  ///   - sums: receives `starts.count` samples from `position` on.
  static func convolve(
    _ plane: [Int16], starts: [Int], weights: [Int16], groupCount: Int,
    into sums: inout [Int32], at position: Int
  ) {
    let bytesPerOutput = groupCount * groupSize * 2
    precondition(weights.count * 2 == starts.count * bytesPerOutput)
    precondition(position >= 0 && position + starts.count <= sums.count)
    let samples = unsafe plane.span.bytes
    let factors = unsafe weights.span.bytes
    let starts = starts.span
    var output = sums.mutableSpan
    var factorOffset = 0
    for index in 0..<starts.count {
      var sampleOffset = starts[index] * 2
      precondition(sampleOffset >= 0 && sampleOffset + bytesPerOutput <= samples.byteCount)
      var sum = SIMD4<Int32>(repeating: 0)
      for _ in 0..<groupCount {
        let sample = unsafe samples.unsafeLoadUnaligned(
          fromUncheckedByteOffset: sampleOffset, as: SIMD8<Int16>.self)
        let factor = unsafe factors.unsafeLoadUnaligned(
          fromUncheckedByteOffset: factorOffset, as: SIMD8<Int16>.self)
        let product =
          SIMD8<Int32>(truncatingIfNeeded: sample) &* SIMD8<Int32>(truncatingIfNeeded: factor)
        sum &+= product.evenHalf &+ product.oddHalf
        sampleOffset &+= groupSize * 2
        factorOffset &+= groupSize * 2
      }
      unsafe output[unchecked: position &+ index] = (sum.wrappedSum() &+ 8_192) >> 14
    }
  }

  /// Splits every number n of at most 18 bits into low + 65,536·high, low in 16 signed bits: two
  /// factors of 16 bits are multiplied several times quicker than those of 32.
  /// - Returns: false when all high parts are 0; they are not written then.
  static func split(_ numbers: [Int32], low: inout [Int16], high: inout [Int16]) -> Bool {
    precondition(low.count == numbers.count && high.count == numbers.count)
    let numbers = numbers.span
    var lows = low.mutableSpan
    var seen: Int32 = 0
    for index in 0..<numbers.count {
      let number = unsafe numbers[unchecked: index]
      unsafe lows[unchecked: index] = Int16(truncatingIfNeeded: number)
      seen |= (number &+ center) >> 16
    }
    guard seen != 0 else { return false }
    var highs = high.mutableSpan
    for index in 0..<numbers.count {
      let part = unsafe (numbers[unchecked: index] &+ center) >> 16
      unsafe highs[unchecked: index] = Int16(truncatingIfNeeded: part)
    }
    return true
  }

  /// allSums[sumsStart + i] += weight·numbers[i], and where `isHigh` 65,536 times that.
  static func accumulate(
    _ numbers: [Int16], isHigh: Bool = false, weight: Int32, into allSums: inout [Int32],
    from sumsStart: Int
  ) {
    precondition(sumsStart >= 0 && sumsStart + numbers.count <= allSums.count)
    let numbers = numbers.span
    var sums = allSums.mutableSpan
    let factor = Int16(truncatingIfNeeded: weight)
    for index in 0..<numbers.count {
      let product = unsafe Int32(factor) &* Int32(numbers[unchecked: index])
      unsafe sums[unchecked: sumsStart &+ index] &+= isHigh ? product &<< 16 : product
    }
  }

  /// allSums[sumsStart + i] += weight·rows[rowStart + i] for `count` samples.
  static func accumulate(
    _ rows: [Int32], from rowStart: Int, weight: Int32, count: Int,
    into allSums: inout [Int32], from sumsStart: Int
  ) {
    precondition(rowStart >= 0 && rowStart + count <= rows.count)
    precondition(sumsStart >= 0 && sumsStart + count <= allSums.count)
    let row = rows.span
    var sums = allSums.mutableSpan
    for index in 0..<count {
      unsafe sums[unchecked: sumsStart &+ index] &+= weight &* row[unchecked: rowStart &+ index]
    }
  }

  /// Rounds sums half up, takes the centring back and clamps to 0…65,535; clears the sums.
  static func settle(
    _ allSums: inout [Int32], from start: Int, into samples: inout [UInt16]
  ) {
    precondition(start >= 0 && start + samples.count <= allSums.count)
    var sums = allSums.mutableSpan
    var row = samples.mutableSpan
    for index in 0..<row.count {
      let value = unsafe ((sums[unchecked: start &+ index] &+ 8_192) >> 14) &+ center
      unsafe row[unchecked: index] = UInt16(truncatingIfNeeded: min(max(value, 0), 65_535))
      unsafe sums[unchecked: start &+ index] = 0
    }
  }
}
