/// Scales rows: one table of weights for the whole plan, applied to every row.
struct HorizontalResampler {
  /// Samples of an output row and channel.
  let outputCount: Int
  private let channels: Channels
  /// Source pixels that any output sample needs.
  private let neededPixels: Range<Int>
  /// For every output sample, its first source sample.
  private let starts: [Int]
  /// Groups of weights an output sample.
  private let groupCount: Int
  /// Q14, `groupCount` groups an output sample, the unused ones zero.
  private let weights: [Int16]
  /// One channel of one source row, centred, and zeros for the last groups to end in.
  private var plane: [Int16]

  /// - Parameter columns: of the whole scaled picture, in the stored frame.
  init(filter: AxisFilter, columns: Range<Int>, channels: Channels) {
    let taps = columns.map { filter.weights(at: $0) }
    let groupSize = ResamplingKernels.groupSize
    let longest = taps.reduce(1) { max($0, $1.weights.count) }
    let groupCount = (longest + groupSize - 1) / groupSize
    let padded = groupCount * groupSize
    outputCount = columns.count
    self.channels = channels
    self.groupCount = groupCount
    starts = taps.map(\.first)
    var weights: [Int16] = []
    weights.reserveCapacity(taps.count * padded)
    for tap in taps {
      weights += tap.weights
      weights += repeatElement(0, count: padded - tap.weights.count)
    }
    self.weights = weights
    neededPixels =
      taps.reduce(filter.sourceCount) {
        min($0, $1.first)
      }..<taps.reduce(0) { max($0, $1.last + 1) }
    plane = Array(repeating: 0, count: filter.sourceCount + padded)
  }

  /// Scales one row of interleaved samples into centred planes, one behind the other.
  mutating func resample(_ row: Span<UInt16>, into output: inout [Int32]) {
    for channel in 0..<channels.count {
      ResamplingKernels.separate(
        row, channel: channel, of: channels.count, pixels: neededPixels, into: &plane)
      ResamplingKernels.convolve(
        plane, starts: starts, weights: weights, groupCount: groupCount, into: &output,
        at: channel * outputCount)
    }
  }
}
