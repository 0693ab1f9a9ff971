/// What one kind of device can show, and how it wants its bytes.
///
/// Together with the renderer's version a capability fixes every byte of a form, so two devices with
/// equal capabilities share one stored form. Everything here decides bytes; what does not (model,
/// firmware, battery) travels in HELLO instead. See spec/DESCRIPTOR.md, "Fields".
///
/// A value of this type is always valid: ``init(size:resolution:color:layout:fit:tone:halftone:container:codecs:limits:)``
/// and ``init(descriptor:)`` refuse what is out of range or makes no sense.
public struct Capability: Hashable, Sendable {
  /// Width and height of the panel or paper in pixels.
  public let size: PanelSize
  /// Dots per inch; corrects non-square dots, and page formats need it.
  public let resolution: Resolution
  /// The colours a pixel can take and the codes they are sent as.
  public let color: Color
  /// How codes become bytes.
  public let layout: Layout
  /// How the picture is placed on the panel.
  public let fit: Fit
  /// Gamma, contrast and brightness applied before quantising.
  public let tone: Tone
  /// How colours the panel lacks are imitated by dots.
  public let halftone: Halftone
  /// The file or command stream around the pixels.
  public let container: Container
  /// What the device can unpack, ascending, ``Codec/identity`` first.
  public let codecs: [Codec]
  /// The largest form the device takes.
  public let limits: Limits

  /// Checks every field and their combination.
  /// - Throws: ``CapabilityError`` naming the field, its value and what is allowed; the offset is
  ///   `nil`, since there are no bytes.
  public init(
    size: PanelSize, resolution: Resolution = .unknown, color: Color, layout: Layout = .standard,
    fit: Fit = .standard, tone: Tone = .neutral, halftone: Halftone = .standard,
    container: Container = .raw, codecs: [Codec] = [.identity], limits: Limits = .none
  ) throws(CapabilityError) {
    self.size = size
    self.resolution = resolution
    self.color = color
    self.layout = layout
    self.fit = fit
    self.tone = tone
    self.halftone = halftone
    self.container = container
    self.codecs = codecs
    self.limits = limits
    try checkRanges()
    try checkCombinations()
    if !size.isRoll { _ = try formSize(rowCount: size.height) }
  }
}

/// Width and height in pixels, in the device's frame.
public struct PanelSize: Hashable, Sendable {
  /// 1…65,535.
  public let width: Int
  /// 1…65,535, or 0 for a roll, whose height follows the picture.
  public let height: Int

  /// True for paper whose length follows the picture.
  public var isRoll: Bool { height == 0 }

  /// A size in pixels; ranges are checked by ``Capability``.
  public init(width: Int, height: Int) {
    self.width = width
    self.height = height
  }
}

/// Dots per inch in both directions.
public struct Resolution: Hashable, Sendable {
  /// 1…65,535, or 0 when unknown.
  public let x: Int
  /// 1…65,535, or 0 when unknown; both are 0 or neither.
  public let y: Int

  /// Unknown resolution, square dots.
  public static let unknown = Resolution(x: 0, y: 0)

  /// A resolution in dots per inch; ranges are checked by ``Capability``.
  public init(x: Int, y: Int) {
    self.x = x
    self.y = y
  }
}
