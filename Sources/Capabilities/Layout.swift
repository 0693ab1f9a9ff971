/// How the codes of a fitted picture become bytes, applied in this order: mirror, split, planes,
/// scan, bits, row padding (spec/DESCRIPTOR.md, "Layout").
public struct Layout: Hashable, Sendable {
  /// Where the leftmost pixel of a byte stands.
  public enum BitOrder: UInt8, Hashable, Sendable, CaseIterable {
    /// In the high bits.
    case msb = 0
    /// In the low bits.
    case lsb = 1

    /// The word in a profile file.
    public var word: String { self == .msb ? "msb" : "lsb" }
  }

  /// The byte order of pixels of several bytes.
  public enum ByteOrder: UInt8, Hashable, Sendable, CaseIterable {
    /// Most significant byte first.
    case big = 0
    /// Least significant byte first.
    case little = 1

    /// The word in a profile file.
    public var word: String { self == .big ? "big" : "little" }
  }

  /// The way through the picture.
  public enum Scan: UInt8, Hashable, Sendable, CaseIterable {
    /// Row by row.
    case rows = 0
    /// Bytes of 8 vertical pixels, top = bit 0; byte index (y >> 3) · width + x.
    case pagesLSBTop = 1
    /// Bytes of 8 vertical pixels, top = bit 7; byte index (y >> 3) · width + x.
    case pagesMSBTop = 2
    /// Column by column, each padded to a byte, top = bit 7.
    case columns = 3

    /// The word in a profile file.
    public var word: String {
      switch self {
      case .rows: "rows"
      case .pagesLSBTop: "pages-lsb-top"
      case .pagesMSBTop: "pages-msb-top"
      case .columns: "columns"
      }
    }
  }

  /// Reflections of the whole panel.
  public enum Mirror: UInt8, Hashable, Sendable, CaseIterable {
    /// None.
    case none = 0
    /// Left and right change places.
    case horizontal = 1
    /// Top and bottom change places.
    case vertical = 2
    /// Both, a half turn.
    case both = 3

    /// True when left and right change places.
    public var isHorizontal: Bool { rawValue & 1 != 0 }
    /// True when top and bottom change places.
    public var isVertical: Bool { rawValue & 2 != 0 }

    /// The word in a profile file.
    public var word: String {
      switch self {
      case .none: "none"
      case .horizontal: "horizontal"
      case .vertical: "vertical"
      case .both: "both"
      }
    }
  }

  /// Whether a pixel's bits stand together.
  public enum Planes: UInt8, Hashable, Sendable, CaseIterable {
    /// Together.
    case packed = 0
    /// One plane a code bit, highest first; rgb and cmyk: one plane a channel, from the top.
    case planarHighFirst = 1
    /// One plane a code bit, lowest first; rgb and cmyk: one plane a channel, from the bottom.
    case planarLowFirst = 2

    /// The word in a profile file.
    public var word: String {
      switch self {
      case .packed: "packed"
      case .planarHighFirst: "planar-high-first"
      case .planarLowFirst: "planar-low-first"
      }
    }
  }

  /// Order of pixels within a byte.
  public let bitOrder: BitOrder
  /// Order of bytes within a pixel.
  public let byteOrder: ByteOrder
  /// Rows start at multiples of this many bytes, 1…255; 0: rows follow each other bit by bit.
  public let rowAlign: Int
  /// The value of a row's unused bits, 0 or 1.
  public let padBit: Int
  /// The way through the picture.
  public let scan: Scan
  /// Reflections.
  public let mirror: Mirror
  /// Packed pixels or planes.
  public let planes: Planes
  /// Columns 0…split−1 of all rows come first, then the rest; 0: no split.
  public let split: Int

  /// Row by row, packed, most significant first, rows padded to bytes with zeros.
  public static let standard = Layout()

  /// A layout; ranges are checked by ``Capability``.
  public init(
    bitOrder: BitOrder = .msb, byteOrder: ByteOrder = .big, rowAlign: Int = 1, padBit: Int = 0,
    scan: Scan = .rows, mirror: Mirror = .none, planes: Planes = .packed, split: Int = 0
  ) {
    self.bitOrder = bitOrder
    self.byteOrder = byteOrder
    self.rowAlign = rowAlign
    self.padBit = padBit
    self.scan = scan
    self.mirror = mirror
    self.planes = planes
    self.split = split
  }
}
