internal import Capabilities

/// How a container wants its rows: what FORMS.md calls the container's own layout.
struct ContainerRows {
  /// One, or one for each colour of ink.
  var planes: [PlaneFormat]
  /// Rows are padded to so many bytes; 0: they follow each other bit by bit.
  var rowAlign = 1
  /// The value of a row's unused bits.
  var padBit = 0
  /// Of pixels of several bytes.
  var byteOrder = Layout.ByteOrder.big
  /// The last row comes first.
  var isBottomUp = false
  /// The last column comes first.
  var isRightToLeft = false

  /// One bit a pixel; unused bits are paper.
  static func bitmap(black: BlackCode) -> ContainerRows {
    ContainerRows(planes: [.code(bits: 1)], padBit: black == .highest ? 0 : 1)
  }

  /// One bit a pixel, or for a palette of two bits the plane of its low bit, then that of its high
  /// one; 1 is ink.
  static func inks(_ color: Color) -> ContainerRows {
    guard case .palette = color else { return .bitmap(black: .highest) }
    return ContainerRows(
      planes: [PlaneFormat(bits: 1, codeBit: 0), PlaneFormat(bits: 1, codeBit: 1)])
  }

  /// With the device's mirror, which is all that it decides.
  func layout(mirror: Layout.Mirror) -> Layout {
    let isVertical = mirror.isVertical != isBottomUp
    let isHorizontal = mirror.isHorizontal != isRightToLeft
    let effective: Layout.Mirror =
      isHorizontal ? (isVertical ? .both : .horizontal) : (isVertical ? .vertical : .none)
    return Layout(
      byteOrder: byteOrder, rowAlign: rowAlign, padBit: padBit, mirror: effective)
  }
}
