/// The colours of one pixel and the codes they are sent as (spec/DESCRIPTOR.md, "Color").
public enum Color: Hashable, Sendable {
  /// Shades of gray.
  case gray(GrayColor)
  /// A fixed set of colours, each with its own code.
  case palette(PaletteColor)
  /// A palette that the server chooses for each picture.
  case adaptive(AdaptiveColor)
  /// Red, green and blue channels packed into one pixel.
  case rgb(RGBColor)
  /// Cyan, magenta, yellow and black inks, in this order from the top.
  case cmyk(CMYKColor)

  /// Bits of one packed pixel, 1…48.
  public var bitsPerPixel: Int {
    switch self {
    case .gray(let gray): gray.bits
    case .palette(let palette): palette.bits
    case .adaptive(let adaptive): adaptive.bits
    case .rgb(let rgb): rgb.pixelBits
    case .cmyk(let cmyk): cmyk.bits * 4
    }
  }

  /// The model's word in a profile file.
  public var word: String {
    switch self {
    case .gray: "gray"
    case .palette: "palette"
    case .adaptive: "adaptive"
    case .rgb: "rgb"
    case .cmyk: "cmyk"
    }
  }
}

/// Shades of gray, evenly spaced in sRGB encoding.
public struct GrayColor: Hashable, Sendable {
  /// 1, 2, 4, 8 or 16 bits a pixel.
  public let bits: Int
  /// The polarity: which code is black.
  public let black: BlackCode

  /// Gray of `bits` bits; ranges are checked by ``Capability``.
  public init(bits: Int, black: BlackCode = .zero) {
    self.bits = bits
    self.black = black
  }
}

/// The polarity of a gray pixel.
public enum BlackCode: UInt8, Hashable, Sendable, CaseIterable {
  /// Code 0 is black, the highest code white.
  case zero = 0
  /// The highest code is black, code 0 white.
  case highest = 1
}

/// 8-bit sRGB.
public struct RGB8: Hashable, Sendable {
  /// Red, sRGB-encoded, 0…255.
  public let red: UInt8
  /// Green, sRGB-encoded, 0…255.
  public let green: UInt8
  /// Blue, sRGB-encoded, 0…255.
  public let blue: UInt8

  /// White paper, the default background.
  public static let white = RGB8(red: 255, green: 255, blue: 255)

  /// A colour of three sRGB-encoded channels.
  public init(red: UInt8, green: UInt8, blue: UInt8) {
    self.red = red
    self.green = green
    self.blue = blue
  }
}

/// A fixed palette: the colours the panel really shows, and the code of each.
public struct PaletteColor: Hashable, Sendable {
  /// One colour of the panel.
  public struct Entry: Hashable, Sendable {
    /// What is sent for this colour, below 2^bits.
    public let code: UInt8
    /// What the panel shows, measured if the maker knows.
    public let rgb: RGB8

    /// A colour and its code.
    public init(code: UInt8, rgb: RGB8) {
      self.code = code
      self.rgb = rgb
    }
  }

  /// 1…8 bits a pixel.
  public let bits: Int
  /// 1…256 colours, ascending by code; codes may skip numbers.
  public let entries: [Entry]

  /// A palette; ranges and order are checked by ``Capability``.
  public init(bits: Int, entries: [Entry]) {
    self.bits = bits
    self.entries = entries
  }
}

/// A palette that the server chooses for each picture.
public struct AdaptiveColor: Hashable, Sendable {
  /// How a raw form writes the palette in front of its pixels.
  public enum Table: UInt8, Hashable, Sendable, CaseIterable {
    /// 3 bytes an entry: red, green, blue.
    case rgb888 = 1
    /// 4 bytes an entry: blue, green, red, 255.
    case bgra8888 = 2
    /// 2 bytes an entry, in the layout's byte order.
    case rgb565 = 3

    /// Bytes of one entry.
    public var bytesPerEntry: Int {
      switch self {
      case .rgb888: 3
      case .bgra8888: 4
      case .rgb565: 2
      }
    }

    /// The word in a profile file.
    public var word: String {
      switch self {
      case .rgb888: "rgb888"
      case .bgra8888: "bgra8888"
      case .rgb565: "rgb565"
      }
    }
  }

  /// 1, 2, 4 or 8 bits a pixel.
  public let bits: Int
  /// 2…2^bits colours.
  public let colors: Int
  /// The palette's own layout.
  public let table: Table

  /// An adaptive palette; ranges are checked by ``Capability``.
  public init(bits: Int, colors: Int, table: Table = .rgb888) {
    self.bits = bits
    self.colors = colors
    self.table = table
  }
}

/// Red, green, blue and perhaps alpha in one pixel: from the top `[alpha] red green blue`, unused
/// bits above them, zero.
public struct RGBColor: Hashable, Sendable {
  /// Which channel stands in the more significant bits.
  public enum Order: UInt8, Hashable, Sendable, CaseIterable {
    /// Red above green above blue.
    case rgb = 0
    /// Blue above green above red.
    case bgr = 1

    /// The word in a profile file.
    public var word: String { self == .rgb ? "rgb" : "bgr" }
  }

  /// 1…16 bits.
  public let red: Int
  /// 1…16 bits.
  public let green: Int
  /// 1…16 bits.
  public let blue: Int
  /// 0…16 bits; a form's alpha is always the maximum.
  public let alpha: Int
  /// 8, 12, 16, 24, 32 or 48 bits a pixel.
  public let pixelBits: Int
  /// Red or blue on top.
  public let order: Order
  /// Each channel stands at the top of a byte of its own, as RGB666 panels want.
  public let byteTop: Bool

  /// RGB channels; ranges are checked by ``Capability``.
  public init(
    red: Int, green: Int, blue: Int, alpha: Int = 0, pixelBits: Int, order: Order = .rgb,
    byteTop: Bool = false
  ) {
    self.red = red
    self.green = green
    self.blue = blue
    self.alpha = alpha
    self.pixelBits = pixelBits
    self.order = order
    self.byteTop = byteTop
  }

  /// Bits of the channels from the top of the pixel, alpha first if there is any.
  public var channelBitsFromTop: [Int] {
    (alpha > 0 ? [alpha] : []) + (order == .rgb ? [red, green, blue] : [blue, green, red])
  }
}

/// Cyan, magenta, yellow and black.
public struct CMYKColor: Hashable, Sendable {
  /// 1 or 8 bits an ink; the highest code is full ink.
  public let bits: Int

  /// Four inks of `bits` bits each; the range is checked by ``Capability``.
  public init(bits: Int) { self.bits = bits }
}
