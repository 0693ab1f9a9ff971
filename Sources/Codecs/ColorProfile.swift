import CImage

/// An ICC profile as lcms2 has read it.
@safe final class ColorProfile {
  fileprivate let handle: OpaquePointer
  /// Samples a pixel of the pictures the profile is for.
  let channelCount: Int

  /// - Returns: nil when the bytes are no profile, or not one for pictures of `space`.
  init?(bytes: [UInt8], space: cimage_color_space) {
    guard let handle = unsafe cimage_profile_open(bytes, bytes.count, space) else { return nil }
    unsafe self.handle = handle
    channelCount = Int(space.rawValue)
  }

  deinit { unsafe cimage_profile_close(handle) }

  /// Linear device rgb to linear sRGB, row by row; nil unless three curves and this matrix are all
  /// there is to the profile.
  var matrix: [Double]? {
    var matrix = [Double](repeating: 0, count: 9)
    return unsafe cimage_profile_matrix(handle, &matrix) ? matrix : nil
  }

  /// Light of `count` evenly spaced encoded values of one channel of a profile that has a `matrix`.
  func curve(channel: Int, count: Int) -> [Double] {
    var values = [Double](repeating: 0, count: count)
    unsafe cimage_profile_curve(handle, CInt(channel), count, &values)
    return values
  }
}

/// A profile's way to 16-bit linear sRGB, relative colorimetric with black point compensation.
@safe final class ColorTransform {
  private let handle: OpaquePointer
  // lcms2's memory of the transform belongs to the profile's context.
  private let profile: ColorProfile

  /// - Returns: nil when lcms2 finds what it needs missing or damaged.
  init?(_ profile: ColorProfile) {
    guard let handle = unsafe cimage_profile_transform(profile.handle) else { return nil }
    unsafe self.handle = handle
    self.profile = profile
  }

  deinit { unsafe cimage_transform_close(handle) }

  /// Samples a pixel that `run` takes.
  var channelCount: Int { profile.channelCount }

  /// Transforms whole pixels.
  /// - Parameters:
  ///   - samples: 0...65535; of CMYK, 0 is no ink.
  ///   - rgb: three values a pixel, all of them written.
  func run(_ samples: [UInt16], into rgb: inout [UInt16]) {
    let pixelCount = samples.count / channelCount
    precondition(rgb.count == 3 * pixelCount)
    unsafe cimage_transform_run(handle, samples, &rgb, pixelCount)
  }
}
