#if canImport(Glibc)
  import Glibc
#elseif canImport(Musl)
  import Musl
#endif

/// The transfer function of sRGB and the luminance of its primaries.
package enum LinearLight {
  /// Shares of relative luminance of the sRGB primaries (ITU-R BT.709-6, 3.3).
  package static let luminanceWeights = (red: 0.2126, green: 0.7152, blue: 0.0722)

  /// Light of an encoded sRGB value, both 0...1 (IEC 61966-2-1, 5.2).
  package static func srgb(_ encoded: Double) -> Double {
    encoded <= 0.04045 ? encoded / 12.92 : pow((encoded + 0.055) / 1.055, 2.4)
  }

  /// Relative luminance of linear light, within 1/65535 of the exact one. The weights are Q16 and
  /// add up to 1, so that equal channels come out as they are.
  package static func luminance(_ red: UInt16, _ green: UInt16, _ blue: UInt16) -> UInt16 {
    let sum = UInt32(red) &* 13_933 &+ UInt32(green) &* 46_871 &+ UInt32(blue) &* 4_732
    return UInt16(truncatingIfNeeded: (sum &+ 32_768) >> 16)
  }

  /// Light of an encoded value under a plain power law, both 0...1.
  package static func power(_ encoded: Double, _ exponent: Double) -> Double {
    pow(encoded, exponent)
  }

  /// Light 0...1 as 0...65535, rounded to the nearest.
  package static func linear16(_ light: Double) -> UInt16 {
    // The comparisons are false for what is not a number.
    guard light > 0 else { return 0 }
    return light < 1 ? UInt16((light * 65_535).rounded()) : 65_535
  }

  /// Linear light, 0...65535, of every 8-bit encoded sRGB value.
  package static let fromSRGB8: [UInt16] = (0..<256).map { linear16(srgb(Double($0) / 255)) }
}
