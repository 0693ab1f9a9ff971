internal import Capabilities

/// Chooses the halftone of a capability (spec/FORMS.md, "Halftone").
enum HalftonePlan {
  /// - Parameter width: pixels of the form.
  static func halftone(of capability: Capability, width: Int) -> any RowHalftone {
    let tone = ToneCurve(capability.tone)
    let builder = ChannelHalftones(halftone: capability.halftone, width: width, tone: tone)
    switch capability.color {
    case .gray(let gray):
      return builder.channel(0, bits: gray.bits, inverted: gray.black == .highest)
    case .rgb(let rgb):
      return ChannelwiseHalftone(
        [rgb.red, rgb.green, rgb.blue].enumerated().map { index, bits in
          builder.channel(index, bits: bits, inverted: false)
        })
    case .cmyk(let cmyk):
      return builder.inks(bits: cmyk.bits)
    case .palette(let palette):
      return halftone(
        of: palette, isChosen: false, capability.halftone, width: width, tone: tone)
    case .adaptive:
      preconditionFailure("an adaptive palette is halftoned as the palette that was chosen")
    }
  }

  /// - Parameter isChosen: the palette was made for the picture, and does not lack its hues.
  static func halftone(
    of palette: PaletteColor, isChosen: Bool, _ halftone: Halftone, width: Int, tone: ToneCurve
  ) -> any RowHalftone {
    let matcher = PaletteMatcher(palette)
    let target = tone.linearTargets()
    guard let kernel = DiffusionKernel(halftone) else {
      return PaletteHalftone(
        matcher: matcher, target: target, mask: halftone.mask, strength: halftone.strength,
        keepsEdges: halftone.keepEdges)
    }
    return PaletteDiffusion(
      matcher: matcher, kernel: kernel, width: width, target: target,
      serpentine: halftone.serpentine && halftone.method != .automatic,
      movesThresholds: halftone.method == .automatic, keepsEdges: halftone.keepEdges,
      keepsHue: !isChosen)
  }
}

/// Halftones of single channels, all with one tone.
private struct ChannelHalftones {
  let halftone: Halftone
  let width: Int
  let tone: ToneCurve

  /// Channels of 8 bits or more have levels enough and are only rounded.
  /// - Parameter index: which of the form's channels, from 0.
  func channel(_ index: Int, bits: Int, inverted: Bool) -> any RowHalftone {
    bits >= 8
      ? rounded(ChannelLevels(bits: bits), inverted: inverted)
      : dithered(
        index, bits: bits, inverted: inverted, target: tone.linearTargets(), rounding: tone)
  }

  /// Four inks of a separated picture, whose tone is already applied.
  func inks(bits: Int) -> InkHalftone {
    let isLight = bits < 8 && halftone.method != .none
    let channels: [any RowHalftone]
    if isLight {
      // The levels are paper: code 0 is no ink, which is light.
      channels = (0..<4).map {
        dithered($0, bits: bits, inverted: true, target: nil, rounding: tone)
      }
    } else {
      let levels = ChannelLevels(bits: bits)
      let lookup = LookupHalftone(codes: (0...65_535).map { levels.code(encoded: UInt16($0)) })
      channels = Array(repeating: lookup, count: 4)
    }
    return InkHalftone(
      separation: InkSeparation(tone: tone, asLight: isLight),
      channels: ChannelwiseHalftone(channels))
  }

  private func rounded(_ levels: ChannelLevels, inverted: Bool) -> LookupHalftone {
    let inversion = inverted ? UInt16(levels.highest) : 0
    return LookupHalftone(
      codes: tone.encodedTargets().map { levels.code(encoded: $0) ^ inversion })
  }

  /// - Parameters:
  ///   - index: which of the form's channels, from 0.
  ///   - target: linear target of each linear value, `nil` for the identity.
  ///   - rounding: for method `none`, from linear to encoded values.
  private func dithered(
    _ index: Int, bits: Int, inverted: Bool, target: [UInt16]?, rounding: ToneCurve
  ) -> any RowHalftone {
    let levels = ChannelLevels(bits: bits)
    let target = halftone.keepEdges ? KeptPixels.snapped(target) : target
    if let mask = halftone.mask {
      return OrderedHalftone(
        levels: levels, mask: mask, strength: halftone.strength, channel: index, target: target,
        inverted: inverted)
    }
    switch halftone.method {
    case .none:
      return rounded(levels, inverted: inverted)
    case .threshold:
      let inversion = inverted ? UInt16(levels.highest) : 0
      let nearest = levels.nearestLevels().map { $0 ^ inversion }
      return LookupHalftone(codes: target.map { $0.map { nearest[Int($0)] } } ?? nearest)
    default:
      return diffused(levels, inverted: inverted, target: target)
    }
  }

  private func diffused(
    _ levels: ChannelLevels, inverted: Bool, target: [UInt16]?
  ) -> any RowHalftone {
    if [.automatic, .floydSteinberg].contains(halftone.method) {
      let movesThresholds = halftone.method == .automatic && levels.bits == 1
      return FloydSteinbergDiffusion(
        levels: levels, strength: halftone.strength, width: width, target: target,
        inverted: inverted, serpentine: halftone.serpentine && !movesThresholds,
        movesThresholds: movesThresholds, keepsEdges: halftone.keepEdges)
    }
    guard let kernel = DiffusionKernel(halftone) else {
      preconditionFailure("a method that diffuses nothing")
    }
    return ChannelDiffusion(
      levels: levels, kernel: kernel, width: width, target: target, inverted: inverted,
      serpentine: halftone.serpentine, keepsEdges: halftone.keepEdges)
  }
}

extension Halftone {
  /// The thresholds of an ordered method; `nil` for all others.
  fileprivate var mask: ThresholdMask? {
    switch method {
    case .bayer8: .bayer8
    case .clusteredDot8: .clusteredDot8
    case .blueNoise: .blueNoise
    default: nil
    }
  }
}
