import CImage

/// How the encoded samples of one picture become linear light of the sRGB primaries.
///
/// In order of precedence: an embedded ICC profile, an sRGB chunk, gAMA with cHRM, sRGB. A profile
/// that is damaged, or made for another number of channels than the picture has, is passed over as
/// browsers do. cHRM without gAMA says too little and is passed over as well.
enum ColorSource {
  /// sRGB; CMYK is read as r = (1 − c)(1 − k) of encoded values.
  case srgb
  /// One curve for all channels, light = encoded ^ exponent, of the sRGB primaries.
  case power(exponent: Double)
  /// Curves and a 3×3 matrix, row by row: linear device rgb to linear sRGB.
  case matrix(curve: (_ channel: Int, _ count: Int) -> [Double], coefficients: [Double])
  /// Anything else, through lcms2.
  case transform(ColorTransform)

  /// The embedded profile, if it is one for pictures of `space`.
  init?(profile bytes: [UInt8], space: cimage_color_space) {
    guard let profile = ColorProfile(bytes: bytes, space: space) else { return nil }
    if let coefficients = profile.matrix {
      self = .matrix(curve: profile.curve(channel:count:), coefficients: coefficients)
    } else if let transform = ColorTransform(profile) {
      self = .transform(transform)
    } else {
      return nil
    }
  }

  /// What gAMA and cHRM say.
  /// - Parameters:
  ///   - gamma: the exponent of encoding × 100,000, above 0.
  ///   - chromaticities: white x, y, red x, y, green x, y, blue x, y × 100,000, or empty.
  init(gamma: Int, chromaticities: [Int]) {
    let exponent = 100_000 / Double(gamma)
    if let coefficients = Self.matrix(chromaticities: chromaticities) {
      let curve = { (_: Int, count: Int) in
        (0..<count).map { LinearLight.power(Double($0) / Double(count - 1), exponent) }
      }
      self = .matrix(curve: curve, coefficients: coefficients)
    } else if chromaticities.isEmpty, abs(gamma - 45_455) <= 100 {
      // 1 / 2.2 alone is how sRGB was written before there was a chunk for it.
      self = .srgb
    } else {
      self = .power(exponent: exponent)
    }
  }

  private static func matrix(chromaticities: [Int]) -> [Double]? {
    guard chromaticities.count == 8 else { return nil }
    let places = chromaticities.map { Double($0) / 100_000 }
    var matrix = [Double](repeating: 0, count: 9)
    return unsafe cimage_chromaticities_matrix(places, &matrix) ? matrix : nil
  }

  /// Light of `count` evenly spaced encoded gray values, 0...1.
  func grayLight(count: Int) -> [Double] {
    let encoded = (0..<count).map { Double($0) / Double(count - 1) }
    switch self {
    case .srgb:
      return encoded.map(LinearLight.srgb)
    case .matrix(let curve, _):
      // Only gAMA and cHRM make a matrix for gray. Its curves are one, and white stays white.
      return curve(0, count)
    case .power(let exponent):
      return encoded.map { LinearLight.power($0, exponent) }
    case .transform(let transform):
      let samples = encoded.map(LinearLight.linear16)
      var rgb = [UInt16](repeating: 0, count: 3 * count)
      transform.run(samples, into: &rgb)
      let weights = LinearLight.luminanceWeights
      return (0..<count).map { index in
        let light =
          weights.red * Double(rgb[3 * index]) + weights.green * Double(rgb[3 * index + 1])
          + weights.blue * Double(rgb[3 * index + 2])
        return light / 65_535
      }
    }
  }

  /// Light of `count` evenly spaced encoded values of each of three channels, 0...1, and the matrix
  /// that follows; nil when the colour is more than curves and a matrix.
  func curves(count: Int) -> (light: [[Double]], matrix: [Double]?)? {
    switch self {
    case .srgb, .power:
      let curve = grayLight(count: count)
      return ([curve, curve, curve], nil)
    case .matrix(let curve, let coefficients):
      return ((0..<3).map { curve($0, count) }, coefficients)
    case .transform:
      return nil
    }
  }
}
