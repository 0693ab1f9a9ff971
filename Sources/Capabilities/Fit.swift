/// How the picture, already turned, is placed in the device's frame (spec/DESCRIPTOR.md, "Fit").
public struct Fit: Hashable, Sendable {
  /// The rule for the scaled size.
  public enum Mode: UInt8, Hashable, Sendable, CaseIterable {
    /// As large as fits whole.
    case contain = 0
    /// As small as covers everything, then cropped.
    case cover = 1
    /// To the panel's size, proportions ignored.
    case stretch = 2
    /// One picture pixel a panel pixel, cropped or padded.
    case none = 3
    /// As `contain`, but never enlarged.
    case shrink = 4

    /// The word in a profile file.
    public var word: String {
      switch self {
      case .contain: "contain"
      case .cover: "cover"
      case .stretch: "stretch"
      case .none: "none"
      case .shrink: "shrink"
      }
    }
  }

  /// Where the picture stands when it is smaller or larger than the panel.
  public enum Gravity: UInt8, Hashable, Sendable, CaseIterable {
    case center = 0
    case north, northEast, east, southEast, south, southWest, west, northWest

    /// The word in a profile file.
    public var word: String {
      switch self {
      case .center: "center"
      case .north: "north"
      case .northEast: "north-east"
      case .east: "east"
      case .southEast: "south-east"
      case .south: "south"
      case .southWest: "south-west"
      case .west: "west"
      case .northWest: "north-west"
      }
    }
  }

  /// A turn of the picture before it is placed, clockwise.
  public enum Rotation: UInt8, Hashable, Sendable, CaseIterable {
    case none = 0
    case clockwise90, clockwise180, clockwise270
    /// 90° clockwise when the picture then fills more of the device.
    case automatic

    /// The word in a profile file (a number there, but for "auto").
    public var word: String {
      switch self {
      case .none: "0"
      case .clockwise90: "90"
      case .clockwise180: "180"
      case .clockwise270: "270"
      case .automatic: "auto"
      }
    }
  }

  /// Pixels of the device's frame that stay background.
  public struct Margins: Hashable, Sendable {
    /// Pixels, 0…65,535.
    public let left: Int
    /// Pixels, 0…65,535; on a roll, rows that are added.
    public let top: Int
    /// Pixels, 0…65,535.
    public let right: Int
    /// Pixels, 0…65,535; on a roll, rows that are added.
    public let bottom: Int

    /// No margins.
    public static let none = Margins(left: 0, top: 0, right: 0, bottom: 0)

    /// Margins in pixels; ranges are checked by ``Capability``.
    public init(left: Int, top: Int, right: Int, bottom: Int) {
      self.left = left
      self.top = top
      self.right = right
      self.bottom = bottom
    }
  }

  /// The rule for the scaled size.
  public let mode: Mode
  /// Where the picture stands.
  public let gravity: Gravity
  /// What shows behind transparent pictures and around small ones, sRGB.
  public let background: RGB8
  /// The turn before placing.
  public let rotation: Rotation
  /// Pixels that stay background.
  public let margins: Margins

  /// Contained, centred, on white.
  public static let standard = Fit()

  /// A fit; ranges are checked by ``Capability``.
  public init(
    mode: Mode = .contain, gravity: Gravity = .center, background: RGB8 = .white,
    rotation: Rotation = .none, margins: Margins = .none
  ) {
    self.mode = mode
    self.gravity = gravity
    self.background = background
    self.rotation = rotation
    self.margins = margins
  }
}
