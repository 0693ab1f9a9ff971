/// Turns packed rows of one picture into rows of linear light, without regard to transparency.
///
/// The kernels are the inner loops of every decode, so they run over unsafe buffers whose sizes
/// they check once a row.
protocol RowKernel {
  /// Converts one row.
  /// - Parameters:
  ///   - packed: the samples as the decoder delivers them.
  ///   - row: the row's pixels, all of them written.
  mutating func convert(_ packed: Span<UInt8>, into row: inout MutableSpan<UInt16>)
}

/// How the samples of a row are stored.
struct SampleFormat: Equatable {
  /// What the samples of a pixel mean, but for alpha.
  enum Space: Equatable {
    case gray, rgb, cmyk
  }

  var space: Space
  /// Bits a sample: 1, 2, 4, 8 or 16; below 8 only for one sample a pixel. Big-endian.
  var bitDepth: Int
  /// A sample of alpha follows those of the colour.
  var hasAlpha: Bool

  /// Samples a pixel without alpha.
  var colorSampleCount: Int {
    switch space {
    case .gray: 1
    case .rgb: 3
    case .cmyk: 4
    }
  }

  /// Samples a pixel.
  var sampleCount: Int { colorSampleCount + (hasAlpha ? 1 : 0) }

  /// Different values of a sample.
  var levelCount: Int { 1 << bitDepth }

  /// Bytes of a packed row.
  func bytesPerRow(width: Int) -> Int { (width * sampleCount * bitDepth + 7) / 8 }
}
