package import Capabilities

/// sRGB's transfer function (IEC 61966-2-1) in 16 bits, and luminance.
///
/// Every entry is the exact real value, times 65,535, rounded half up.
package enum LinearLight {
  /// sRGB-encoded value of each linear one; 65,536 entries, ascending.
  package static let encodedTable: [UInt16] = table { linear in
    linear <= 0.003_130_8
      ? linear * 12.92
      : 1.055 * ElementaryFunctions.power(linear, 1 / 2.4) - 0.055
  }

  /// Linear value of each sRGB-encoded one; 65,536 entries, ascending.
  package static let linearTable: [UInt16] = table { encoded in
    encoded <= 0.040_45
      ? encoded / 12.92
      : ElementaryFunctions.power((encoded + 0.055) / 1.055, 2.4)
  }

  /// The linear value that an 8-bit sRGB code shows.
  package static func linear(code: UInt8) -> UInt16 { linearTable[Int(code) * 257] }

  /// Luminance of a linear colour, 0…65,535: weights 0.2126, 0.7152 and 0.0722 (BT.709) in 1/65,536,
  /// rounded half up. Equal channels give themselves.
  package static func luminance(red: UInt16, green: UInt16, blue: UInt16) -> UInt16 {
    let sum = 13_933 * UInt32(red) + 46_871 * UInt32(green) + 4_732 * UInt32(blue)
    // The weights' sum is 65,536, so the sum and the half stay below 2^32.
    return UInt16(truncatingIfNeeded: (sum + 32_768) >> 16)
  }

  /// 65,536 entries of a function from 0…1 to 0…1.
  static func table(_ function: (Double) -> Double) -> [UInt16] {
    (0...65_535).map { index in
      let value = function(Double(index) / 65_535) * 65_535 + 0.5
      return UInt16(min(max(value, 0), 65_535))
    }
  }
}

/// A colour in linear light, 16 bits a channel.
package struct LinearColor: Sendable, Equatable {
  /// 0…65,535.
  package let red: UInt16
  /// 0…65,535.
  package let green: UInt16
  /// 0…65,535.
  package let blue: UInt16

  /// The linear light of an sRGB colour.
  package init(_ color: RGB8) {
    red = LinearLight.linear(code: color.red)
    green = LinearLight.linear(code: color.green)
    blue = LinearLight.linear(code: color.blue)
  }

  /// The channels as a pipeline is fed them.
  func samples(_ channels: Channels) -> [UInt16] {
    switch channels {
    case .gray: [LinearLight.luminance(red: red, green: green, blue: blue)]
    case .rgb: [red, green, blue]
    }
  }
}

/// What a pipeline wants to be fed.
package enum Channels: Sendable {
  /// One linear luminance a pixel.
  case gray
  /// Linear red, green, blue.
  case rgb

  /// Samples a pixel.
  package var count: Int { self == .gray ? 1 : 3 }
}
