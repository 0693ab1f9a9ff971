/// The file or command stream around the pixels, with its parameters (spec/DESCRIPTOR.md, "Container").
public enum Container: Hashable, Sendable {
  case raw
  case pnm
  case bmp
  case png
  case wbmp
  case lvgl
  case pwg
  case urf
  case escposGSV0(stripRows: Int, Affixes)
  case escposGS8L(Affixes)
  case escposBitImage(Affixes)
  case zplGFA(Affixes)
  case zplZ64(Affixes)
  case eplGW(Affixes)
  case tsplBitmap(Affixes)
  case cpclEG(Affixes)
  case brotherQL(BrotherQL, Affixes)
  case starRaster(Affixes)
  case dymo(Affixes)
  case openEPaperLink
  case jpeg(quality: Int)

  /// Bytes a printer gets before and after the picture: initialise, feed, cut.
  public struct Affixes: Hashable, Sendable {
    /// Sent first, at most 255 bytes.
    public let prefix: [UInt8]
    /// Sent last, at most 255 bytes.
    public let suffix: [UInt8]

    /// Nothing before and nothing after.
    public static let none = Affixes(prefix: [], suffix: [])

    /// Bytes around a picture; lengths are checked by ``Capability``.
    public init(prefix: [UInt8], suffix: [UInt8]) {
      self.prefix = prefix
      self.suffix = suffix
    }
  }

  /// What a Brother QL label printer must be told about its paper.
  public struct BrotherQL: Hashable, Sendable {
    /// The command dialect.
    public enum ModelClass: UInt8, Hashable, Sendable, CaseIterable {
      /// 90 bytes a row, no mode switch.
      case ql700 = 0
      /// 90 bytes a row, raster mode switch, two colours.
      case ql800 = 1
      /// 162 bytes a row.
      case ql1050 = 2

      /// Bytes of a row, one bit for each dot of the print head.
      package var bytesPerRow: Int { self == .ql1050 ? 162 : 90 }

      /// The word in a profile file.
      public var word: String {
        switch self {
        case .ql700: "ql-700"
        case .ql800: "ql-800"
        case .ql1050: "ql-1050"
        }
      }
    }

    /// The printer's own number for the kind of paper.
    public enum MediaType: UInt8, Hashable, Sendable, CaseIterable {
      /// An endless roll.
      case continuous = 0x0A
      /// Labels of one length.
      case dieCut = 0x0B

      /// The word in a profile file.
      public var word: String { self == .continuous ? "continuous" : "die-cut" }
    }

    /// The command dialect.
    public let modelClass: ModelClass
    /// The kind of paper.
    public let mediaType: MediaType
    /// Millimetres, 1…255.
    public let mediaWidth: Int
    /// Millimetres, 0…255; 0 for endless rolls.
    public let mediaLength: Int
    /// Feed margin in dots, 0…65,535.
    public let margin: Int
    /// Cut after the picture.
    public let cut: Bool

    /// Paper; ranges are checked by ``Capability``.
    public init(
      modelClass: ModelClass, mediaType: MediaType, mediaWidth: Int, mediaLength: Int, margin: Int,
      cut: Bool
    ) {
      self.modelClass = modelClass
      self.mediaType = mediaType
      self.mediaWidth = mediaWidth
      self.mediaLength = mediaLength
      self.margin = margin
      self.cut = cut
    }
  }

  /// A container's number and name, apart from its parameters.
  public enum Kind: UInt8, Hashable, Sendable, CaseIterable {
    case raw = 0
    case pnm, bmp, png, wbmp, lvgl, pwg, urf
    case escposGSV0 = 16
    case escposGS8L, escposBitImage, zplGFA, zplZ64, eplGW, tsplBitmap, cpclEG, brotherQL
    case starRaster, dymo, openEPaperLink, jpeg

    /// The word in a profile file.
    public var word: String {
      switch self {
      case .raw: "raw"
      case .pnm: "pnm"
      case .bmp: "bmp"
      case .png: "png"
      case .wbmp: "wbmp"
      case .lvgl: "lvgl"
      case .pwg: "pwg"
      case .urf: "urf"
      case .escposGSV0: "escpos-gs-v-0"
      case .escposGS8L: "escpos-gs-8-l"
      case .escposBitImage: "escpos-bit-image"
      case .zplGFA: "zpl-gfa"
      case .zplZ64: "zpl-z64"
      case .eplGW: "epl-gw"
      case .tsplBitmap: "tspl-bitmap"
      case .cpclEG: "cpcl-eg"
      case .brotherQL: "brother-ql"
      case .starRaster: "star-raster"
      case .dymo: "dymo"
      case .openEPaperLink: "openepaperlink"
      case .jpeg: "jpeg"
      }
    }
  }

  /// This container's number and name.
  public var kind: Kind {
    switch self {
    case .raw: .raw
    case .pnm: .pnm
    case .bmp: .bmp
    case .png: .png
    case .wbmp: .wbmp
    case .lvgl: .lvgl
    case .pwg: .pwg
    case .urf: .urf
    case .escposGSV0: .escposGSV0
    case .escposGS8L: .escposGS8L
    case .escposBitImage: .escposBitImage
    case .zplGFA: .zplGFA
    case .zplZ64: .zplZ64
    case .eplGW: .eplGW
    case .tsplBitmap: .tsplBitmap
    case .cpclEG: .cpclEG
    case .brotherQL: .brotherQL
    case .starRaster: .starRaster
    case .dymo: .dymo
    case .openEPaperLink: .openEPaperLink
    case .jpeg: .jpeg
    }
  }

  /// The bytes around the picture, for the printer containers that take them.
  public var affixes: Affixes? {
    switch self {
    case .escposGSV0(_, let affixes), .escposGS8L(let affixes), .escposBitImage(let affixes),
      .zplGFA(let affixes), .zplZ64(let affixes), .eplGW(let affixes), .tsplBitmap(let affixes),
      .cpclEG(let affixes), .brotherQL(_, let affixes), .starRaster(let affixes),
      .dymo(let affixes):
      affixes
    case .raw, .pnm, .bmp, .png, .wbmp, .lvgl, .pwg, .urf, .openEPaperLink, .jpeg: nil
    }
  }
}
