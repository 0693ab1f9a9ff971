/// Packed rows of one picture to rows of opaque linear light: a kernel, then a compositor if
/// anything lets the background through.
struct RowConverter {
  private var kernel: any RowKernel
  private let compositor: RowCompositor?

  /// What the pixels of a picture are.
  struct Pixels {
    var format: SampleFormat
    var source: ColorSource
    /// The colour that stands for a transparent pixel, one sample or three.
    var transparentColor: [UInt16]?
  }

  /// For gray, rgb and CMYK pictures whose rows have `width` pixels.
  init(_ pixels: Pixels, channels: LinearChannels, background: LinearColor, width: Int) {
    let format = pixels.format
    let backgroundValues = background.values(for: channels)
    if format.space == .gray {
      kernel = Self.grayKernel(pixels, channels: channels, background: backgroundValues)
    } else {
      kernel = Self.colorKernel(pixels, channels: channels, width: width)
    }
    if format.hasAlpha {
      compositor = RowCompositor(
        transparency: .alpha, format: format, background: backgroundValues)
    } else if format.space == .rgb, let color = pixels.transparentColor {
      compositor = RowCompositor(
        transparency: .color(color), format: format, background: backgroundValues)
    } else {
      compositor = nil
    }
  }

  /// For pictures with a palette.
  /// - Parameter entries: r, g, b, alpha of every entry, at most 2 ^ `bitDepth`. An index beyond
  ///   them never comes here.
  init(
    palette entries: [UInt8], bitDepth: Int, source: ColorSource, channels: LinearChannels,
    background: LinearColor
  ) {
    let format = SampleFormat(space: .gray, bitDepth: bitDepth, hasAlpha: false)
    let count = entries.count / 4
    let entryPixels = Pixels(
      format: SampleFormat(space: .rgb, bitDepth: 8, hasAlpha: true), source: source,
      transparentColor: nil)
    var converter = RowConverter(
      entryPixels, channels: channels, background: background, width: count)
    var table = [UInt16](repeating: 0, count: count * channels.count)
    var span = table.mutableSpan
    converter.convert(entries.span, into: &span)
    table += Array(repeating: 0, count: (format.levelCount - count) * channels.count)
    kernel = IndexedRowKernel(format: format, channels: channels, table: table)
    compositor = nil
  }

  /// Converts one row; every value of `row` is written.
  mutating func convert(_ packed: Span<UInt8>, into row: inout MutableSpan<UInt16>) {
    kernel.convert(packed, into: &row)
    compositor?.compose(&row, packed: packed)
  }

  private static func grayKernel(
    _ pixels: Pixels, channels: LinearChannels, background: [UInt16]
  ) -> any RowKernel {
    let levelCount = pixels.format.levelCount
    var table = pixels.source.grayLight(count: levelCount).flatMap { light in
      repeatElement(LinearLight.linear16(light), count: channels.count)
    }
    if let level = pixels.transparentColor?.first.map(Int.init), level < levelCount {
      table.replaceSubrange(level * channels.count..<(level + 1) * channels.count, with: background)
    }
    return IndexedRowKernel(format: pixels.format, channels: channels, table: table)
  }

  private static func colorKernel(
    _ pixels: Pixels, channels: LinearChannels, width: Int
  ) -> any RowKernel {
    let format = pixels.format
    if case .transform(let transform) = pixels.source {
      return TransformRowKernel(
        format: format, channels: channels, transform: transform, width: width)
    }
    guard format.space == .rgb,
      let (light, matrix) = pixels.source.curves(count: format.levelCount)
    else { return CMYKRowKernel(channels: channels) }
    let coefficients = matrix ?? [1, 0, 0, 0, 1, 0, 0, 0, 1]
    if channels == .gray, format.bitDepth == 8,
      let kernel = LuminanceRowKernel(
        samplesPerPixel: format.sampleCount, light: light,
        weights: MatrixRowKernel.luminanceRow(coefficients))
    {
      return kernel
    }
    if channels == .rgb, matrix == nil {
      return CurveRowKernel(format: format, light: light[0])
    }
    return MatrixRowKernel(
      format: format, channels: channels, light: light, matrix: coefficients)
  }
}
