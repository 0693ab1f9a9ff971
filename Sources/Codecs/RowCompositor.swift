/// Lays the pixels of a row over an opaque background, in linear light.
struct RowCompositor {
  /// What lets the background through.
  enum Transparency: Equatable {
    /// The last sample of each pixel: 0 is all background, the largest is none.
    case alpha
    /// Pixels whose samples are exactly these, as stored.
    case color([UInt16])
  }

  let transparency: Transparency
  /// 8 or 16 bits a sample.
  let format: SampleFormat
  /// One value or three, as in the rows.
  let background: [UInt16]

  /// Composes one row in place.
  /// - Parameter packed: the samples the row was made of.
  func compose(_ row: inout MutableSpan<UInt16>, packed: Span<UInt8>) {
    let width = row.count / background.count
    precondition(packed.count >= format.bytesPerRow(width: width))
    switch transparency {
    case .alpha: composeAlpha(&row, packed, width)
    case .color(let color): replace(color, in: &row, packed, width)
    }
  }

  private func sample(_ packed: Span<UInt8>, _ index: Int) -> UInt16 {
    format.bitDepth == 8
      ? UInt16(packed[index]) : UInt16(packed[2 * index]) << 8 | UInt16(packed[2 * index + 1])
  }

  private func composeAlpha(_ row: inout MutableSpan<UInt16>, _ packed: Span<UInt8>, _ width: Int) {
    let full = UInt32(format.levelCount - 1)
    let stride = format.sampleCount
    for x in 0..<width {
      let alpha = UInt32(sample(packed, x * stride + stride - 1))
      if alpha == full { continue }
      for channel in background.indices {
        let index = x * background.count + channel
        // At most 65535², and half of 65535 still fits.
        let sum = UInt32(row[index]) * alpha + UInt32(background[channel]) * (full - alpha)
        row[index] = UInt16((sum + full / 2) / full)
      }
    }
  }

  private func replace(
    _ color: [UInt16], in row: inout MutableSpan<UInt16>, _ packed: Span<UInt8>, _ width: Int
  ) {
    let stride = format.sampleCount
    for x in 0..<width {
      let isTransparent = color.indices.allSatisfy { channel in
        sample(packed, x * stride + channel) == color[channel]
      }
      guard isTransparent else { continue }
      for channel in background.indices {
        row[x * background.count + channel] = background[channel]
      }
    }
  }
}
