/// rgb or CMYK through lcms2, for profiles that are more than curves and a matrix.
struct TransformRowKernel: RowKernel {
  private let format: SampleFormat
  private let channels: LinearChannels
  private let transform: ColorTransform
  private var samples: [UInt16]
  private var rgb: [UInt16]

  /// Creates the kernel for rows of `width` pixels.
  init(format: SampleFormat, channels: LinearChannels, transform: ColorTransform, width: Int) {
    precondition(transform.channelCount == format.colorSampleCount && format.bitDepth >= 8)
    self.format = format
    self.channels = channels
    self.transform = transform
    samples = Array(repeating: 0, count: width * format.colorSampleCount)
    rgb = Array(repeating: 0, count: width * 3)
  }

  mutating func convert(_ packed: Span<UInt8>, into row: inout MutableSpan<UInt16>) {
    let width = rgb.count / 3
    precondition(row.count == width * channels.count)
    precondition(packed.count >= format.bytesPerRow(width: width))
    let colorSampleCount = format.colorSampleCount
    for x in 0..<width {
      for channel in 0..<colorSampleCount {
        let index = x * format.sampleCount + channel
        samples[x * colorSampleCount + channel] =
          format.bitDepth == 8
          ? UInt16(packed[index]) * 257
          : UInt16(packed[2 * index]) << 8 | UInt16(packed[2 * index + 1])
      }
    }
    transform.run(samples, into: &rgb)
    for x in 0..<width {
      if channels == .gray {
        row[x] = LinearLight.luminance(rgb[3 * x], rgb[3 * x + 1], rgb[3 * x + 2])
      } else {
        for channel in 0..<3 { row[3 * x + channel] = rgb[3 * x + channel] }
      }
    }
  }
}
