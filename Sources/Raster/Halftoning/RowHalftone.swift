/// Makes codes of a row of pixels; called for every row of the form, from the top.
///
/// Calls through this protocol happen once a row, never once a pixel.
protocol RowHalftone: Sendable {
  /// - Parameters:
  ///   - row: linear light, one plane a channel.
  ///   - samples: the halftone's own planes in `row`; their codes go to the same indices, or to the
  ///     first of them where several channels make one code.
  ///   - codes: of the row, one plane a channel.
  mutating func apply(to row: [UInt16], _ samples: Range<Int>, into codes: inout [UInt16])
}

/// Every channel by itself: gray, the channels of rgb, the inks of cmyk.
struct ChannelwiseHalftone: RowHalftone {
  private var channels: [any RowHalftone]

  init(_ channels: [any RowHalftone]) { self.channels = channels }

  mutating func apply(to row: [UInt16], _ samples: Range<Int>, into codes: inout [UInt16]) {
    let width = samples.count / channels.count
    var start = samples.lowerBound
    for index in channels.indices {
      channels[index].apply(to: row, start..<start + width, into: &codes)
      start += width
    }
  }
}

/// A code that depends on nothing but the pixel: nearest, threshold, and channels of 8 bits or more.
struct LookupHalftone: RowHalftone {
  /// A code for each linear value.
  private let table: [UInt16]

  init(codes: [UInt16]) { table = codes }

  mutating func apply(to row: [UInt16], _ samples: Range<Int>, into codes: inout [UInt16]) {
    LookupKernel.look(up: row, samples, in: table, into: &codes)
  }
}

/// Separates inks, then halftones each.
struct InkHalftone: RowHalftone {
  private let separation: InkSeparation
  private var channels: ChannelwiseHalftone
  private var inks: [UInt16] = []

  init(separation: InkSeparation, channels: ChannelwiseHalftone) {
    self.separation = separation
    self.channels = channels
  }

  mutating func apply(to row: [UInt16], _ samples: Range<Int>, into codes: inout [UInt16]) {
    if inks.isEmpty { inks = Array(repeating: 0, count: samples.count / 3 * 4) }
    separation.separate(row, into: &inks)
    channels.apply(to: inks, inks.indices, into: &codes)
  }
}
