internal import Capabilities

/// How the codes of a pixel become one number of one plane.
struct PlaneFormat: Equatable {
  /// Where one channel's code stands.
  struct Field: Equatable {
    /// Index of the channel's codes.
    let channel: Int
    /// Bits below the code.
    let shift: Int
  }

  /// Bits of a number, 1…48.
  let bits: Int
  /// The codes in it.
  var fields: [Field] = []
  /// Bits that are always set: alpha.
  var constant: UInt64 = 0
  /// The one bit of the first channel's code that the plane takes, instead of fields.
  var codeBit: Int?

  /// A number that is the first channel's code itself.
  static func code(bits: Int) -> PlaneFormat {
    PlaneFormat(bits: bits, fields: [Field(channel: 0, shift: 0)])
  }
}

extension PlaneFormat {
  /// The planes of a raw form in the order they are sent.
  static func planes(of capability: Capability) -> [PlaneFormat] {
    guard capability.layout.planes != .packed else { return [packed(capability.color)] }
    let fromTop =
      switch capability.color {
      case .gray, .palette, .adaptive: bitPlanes(capability.color.bitsPerPixel)
      case .rgb(let rgb): channelPlanes(rgb)
      case .cmyk(let cmyk): (0..<4).map { channelPlane($0, bits: cmyk.bits) }
      }
    return capability.layout.planes == .planarHighFirst ? fromTop : fromTop.reversed()
  }

  /// A whole pixel: the code, or its channels from the top.
  static func packed(_ color: Color) -> PlaneFormat {
    switch color {
    case .gray, .palette, .adaptive:
      return code(bits: color.bitsPerPixel)
    case .rgb(let rgb):
      return packed(rgb)
    case .cmyk(let cmyk):
      return PlaneFormat(
        bits: 4 * cmyk.bits,
        fields: (0..<4).map { Field(channel: $0, shift: (3 - $0) * cmyk.bits) })
    }
  }

  /// `[alpha] red green blue` from the top of what is used, or blue before red.
  private static func packed(_ rgb: RGBColor) -> PlaneFormat {
    var format = PlaneFormat(bits: rgb.pixelBits)
    let widths = rgb.channelBitsFromTop
    var top = rgb.byteTop ? 8 * widths.count : widths.reduce(0, +)
    for (channel, width) in zip(channelsFromTop(rgb), widths) {
      let shift = top - width
      top -= rgb.byteTop ? 8 : width
      if let channel {
        format.fields.append(Field(channel: channel, shift: shift))
      } else {
        format.constant = ((1 << UInt64(width)) - 1) << UInt64(shift)
      }
    }
    return format
  }

  private static func channelPlanes(_ rgb: RGBColor) -> [PlaneFormat] {
    zip(channelsFromTop(rgb), rgb.channelBitsFromTop).map { channel, bits in
      guard let channel else {
        return PlaneFormat(bits: bits, constant: (1 << UInt64(bits)) - 1)
      }
      return channelPlane(channel, bits: bits)
    }
  }

  private static func channelPlane(_ channel: Int, bits: Int) -> PlaneFormat {
    PlaneFormat(bits: bits, fields: [Field(channel: channel, shift: 0)])
  }

  private static func bitPlanes(_ bits: Int) -> [PlaneFormat] {
    (0..<bits).reversed().map { PlaneFormat(bits: 1, codeBit: $0) }
  }

  /// Red is channel 0; `nil` is alpha.
  private static func channelsFromTop(_ rgb: RGBColor) -> [Int?] {
    (rgb.alpha > 0 ? [nil] : []) + (rgb.order == .rgb ? [0, 1, 2] : [2, 1, 0])
  }
}
