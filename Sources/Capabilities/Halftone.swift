/// How shades that the panel lacks are imitated (spec/DESCRIPTOR.md, "Halftone").
public struct Halftone: Hashable, Sendable {
  /// The method; error diffusions carry their authors' names.
  public enum Method: UInt8, Hashable, Sendable, CaseIterable {
    /// Floyd–Steinberg wherever a channel has fewer than 8 bits or the colours are a palette, else none.
    case automatic = 0
    /// The nearest code.
    case none
    /// The nearest of black and white in linear light.
    case threshold
    case bayer8
    case clusteredDot8
    case blueNoise
    case floydSteinberg
    case jarvisJudiceNinke
    case stucki
    case burkes
    case sierra
    case sierraTwoRow
    case sierraLite
    case atkinson

    /// True for the methods that hand a pixel's error on to its neighbours, `automatic` aside, which
    /// takes one of them or none.
    package var isErrorDiffusion: Bool {
      switch self {
      case .floydSteinberg, .jarvisJudiceNinke, .stucki, .burkes, .sierra, .sierraTwoRow,
        .sierraLite, .atkinson:
        true
      case .automatic, .none, .threshold, .bayer8, .clusteredDot8, .blueNoise: false
      }
    }

    /// The word in a profile file.
    public var word: String {
      switch self {
      case .automatic: "auto"
      case .none: "none"
      case .threshold: "threshold"
      case .bayer8: "bayer8"
      case .clusteredDot8: "clustered-dot8"
      case .blueNoise: "blue-noise"
      case .floydSteinberg: "floyd-steinberg"
      case .jarvisJudiceNinke: "jarvis-judice-ninke"
      case .stucki: "stucki"
      case .burkes: "burkes"
      case .sierra: "sierra"
      case .sierraTwoRow: "sierra-two-row"
      case .sierraLite: "sierra-lite"
      case .atkinson: "atkinson"
      }
    }
  }

  /// The method.
  public let method: Method
  /// Percent of the error or of the threshold's swing that is used, 0…100; 100 for methods of neither.
  public let strength: Int
  /// Every second row runs from right to left; true for methods that are not error diffusion.
  public let serpentine: Bool
  /// Pure black and white stay as they are; false for methods that keep them anyway.
  public let keepEdges: Bool

  /// Automatic, full strength, serpentine.
  public static let standard = Halftone()

  /// A halftone; ranges are checked by ``Capability``.
  public init(
    method: Method = .automatic, strength: Int = 100, serpentine: Bool = true,
    keepEdges: Bool = false
  ) {
    self.method = method
    self.strength = strength
    self.serpentine = serpentine
    self.keepEdges = keepEdges
  }
}
