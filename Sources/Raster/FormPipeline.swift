package import Capabilities

/// Why a pipeline cannot be built.
package enum PipelineError: Error, Equatable, Sendable {
  /// The container would make more bytes than a form may have.
  case formTooLarge(byteCount: Int, limit: Int)
}

/// Makes one form out of the rows of one picture: resample, turn, place, tone, halftone, pack.
///
/// Rows go in, reduced by ``RowPyramid`` as the geometry wants it, and bytes come out as soon as
/// they are final; one decode can feed many pipelines. Memory
/// is a few rows, unless the form's order of rows or bits is not the picture's: then the turned
/// window (2 bytes a sample) or the packed form is held. A palette that is chosen for the picture
/// waits for its last row, and all rows with it.
package struct FormPipeline: Sendable {
  /// The most bytes that come out; exactly so many where no length depends on pixels. Containers
  /// that are wrapped around them later (``PNGImage``, for one) do not count.
  package let byteCountLimit: Int
  private let sourceHeight: Int
  private let rowSampleCount: Int
  private var resampler: Resampler
  private var assembler: FormAssembler
  /// `nil` while the palette is not chosen.
  private var halftone: (any RowHalftone)?
  /// The rows of a form whose palette is chosen for the picture; `nil` when it is known.
  private var frame: AdaptiveFrame?
  /// The palette that ``finish(into:)`` has chosen; `nil` for forms with none to choose.
  package private(set) var chosenPalette: PaletteColor?
  private let capability: Capability
  private let geometry: Geometry
  private var packer: FormPacker
  /// `nil` when the packed rows are what is wanted.
  private var container: ContainerStream?
  /// Kept so that no row allocates.
  private var scaledRow: [UInt16]
  private var codes: [UInt16]
  private var packedRows: [UInt8] = []
  private var pushedCount = 0

  /// - Parameter geometry: of the same capability.
  /// - Throws: ``PipelineError``.
  package init(capability: Capability, geometry: Geometry) throws(PipelineError) {
    precondition(geometry.formWidth == capability.size.width, "geometry of another capability")
    let channels = Self.channels(for: capability)
    let background = Self.background(for: capability).samples(channels)
    sourceHeight = geometry.reducedHeight
    rowSampleCount = geometry.reducedWidth * channels.count
    resampler = Resampler(geometry: geometry, shrink: geometry.shrink, channels: channels)
    assembler = FormAssembler(geometry: geometry, background: background)
    self.capability = capability
    self.geometry = geometry
    frame = AdaptiveFrame(capability: capability, geometry: geometry)
    halftone =
      frame == nil ? HalftonePlan.halftone(of: capability, width: geometry.formWidth) : nil
    packer = FormPacker(capability: capability, geometry: geometry)
    let shape = packer.shape(capability, geometry)
    container = ContainerTable.writer(shape).map { ContainerStream($0, shape: shape) }
    byteCountLimit =
      container?.byteCountLimit ?? packer.byteCount + capability.tableByteCount
    guard byteCountLimit <= FormSize.byteLimit else {
      throw .formTooLarge(byteCount: byteCountLimit, limit: FormSize.byteLimit)
    }
    scaledRow = Array(repeating: 0, count: resampler.outputWidth * channels.count)
    codes = Array(repeating: 0, count: geometry.formWidth * Self.codeCount(capability.color))
  }

  /// Takes the next row of the picture, reduced by the geometry's `shrink`, and appends the bytes
  /// that it completes.
  /// - Parameter row: linear light, interleaved channels, ⌈picture's width / shrink⌉ pixels.
  package mutating func push(_ row: Span<UInt16>, into output: inout [UInt8]) {
    precondition(row.count == rowSampleCount, "a row of another length")
    precondition(pushedCount < sourceHeight, "more rows than the source has")
    resampler.push(row)
    pushedCount += 1
    while resampler.nextRow(into: &scaledRow) {
      assembler.push(scaledRow)
      makeRows(into: &output)
    }
  }

  /// Ends the form and appends the rest; every row must have been pushed.
  package mutating func finish(into output: inout [UInt8]) {
    precondition(pushedCount == sourceHeight, "fewer rows than the source has")
    if let frame {
      self.frame = nil
      quantize(frame, into: &output)
    }
    guard container != nil else {
      packer.finish(into: &output)
      return
    }
    packer.finish(into: &packedRows)
    containPackedRows(into: &output)
    container?.finish(into: &output)
  }

  private mutating func makeRows(into output: inout [UInt8]) {
    while assembler.advance(with: scaledRow) {
      if frame == nil {
        makeRow(assembler.row, into: &output)
      } else {
        frame?.push(assembler.row)
      }
    }
  }

  /// Chooses the palette and makes everything that waited for it.
  private mutating func quantize(_ frame: AdaptiveFrame, into output: inout [UInt8]) {
    let palette = frame.palette()
    chosenPalette = palette
    // The rows have their tone.
    halftone = HalftonePlan.halftone(
      of: palette, isChosen: true, frame.isExact ? Halftone(method: .none) : capability.halftone,
      width: geometry.formWidth, tone: ToneCurve(.neutral))
    if case .adaptive(let adaptive) = capability.color, capability.container == .raw {
      output += AdaptivePalette.table(
        palette, as: adaptive.table, byteOrder: capability.layout.byteOrder)
    }
    let shape = packer.shape(capability, geometry, palette: palette)
    container = ContainerTable.writer(shape).map { ContainerStream($0, shape: shape) }
    for row in 0..<frame.rowCount { makeRow(frame.row(row), into: &output) }
  }

  private mutating func makeRow(_ row: [UInt16], into output: inout [UInt8]) {
    halftone?.apply(to: row, row.indices, into: &codes)
    guard container != nil else {
      packer.append(codes, into: &output)
      return
    }
    packer.append(codes, into: &packedRows)
    containPackedRows(into: &output)
  }

  private mutating func containPackedRows(into output: inout [UInt8]) {
    container?.append(packedRows, into: &output)
    packedRows.removeAll(keepingCapacity: true)
  }

  /// Codes a pixel.
  static func codeCount(_ color: Color) -> Int {
    switch color {
    case .gray, .palette, .adaptive: 1
    case .rgb: 3
    case .cmyk: 4
    }
  }
}

extension FormPipeline {
  /// What a pipeline for this capability wants to be fed: luminance for gray forms, else rgb.
  package static func channels(for capability: Capability) -> Channels {
    if case .gray = capability.color { .gray } else { .rgb }
  }

  /// The fit's background in linear light, to compose transparent pictures on.
  package static func background(for capability: Capability) -> LinearColor {
    LinearColor(capability.fit.background)
  }
}
